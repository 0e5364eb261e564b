// Runs a command of the runtime under ptrace(2), counts the system calls of each of its processes
// up to the exec of a container's command, and strikes at one of them: lets it fail, or kills the
// process there.
//
// The host's count begins with its first call from outside of the dynamic loader: a loader that
// fails before main() has words and an exit status of its own, ld.so(8), and nothing has begun.
// A child's count begins at its birth. x86-64 only.

#ifndef SLIPWAY_TESTS_SWEEP_TRACER_H_
#define SLIPWAY_TESTS_SWEEP_TRACER_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/testing/process.h"

namespace slipway::testing {

// kHost is the process that the user starts. kCommand is there below an init alone: else the child
// becomes the command. kInit is what the child becomes then. kMonitor is the runtime in the
// background of a detached container. kHelper becomes another program, which is let go.
enum class Role { kHost, kChild, kCommand, kInit, kMonitor, kHelper, kOther };

struct Traced {
  std::vector<std::string> argv;
  std::optional<uid_t> uid = {};  // whose process it is
  // Of those that are born, in this order.
  std::vector<Role> births = {Role::kChild, Role::kCommand};
  // What there is when the host has ended does not end with it, and is let go.
  bool lives_on = false;
  // A process that waits for the host, and was there before: kInit, a child of the caller. 0: none.
  pid_t waiting = 0;
};

constexpr int kKill = -1;

struct Strike {
  Role role = Role::kHost;
  // The process's call of this number, from 1 on; 0 strikes nowhere, and records the calls.
  size_t call = 0;
  // What happens at that call, which does not take place then: an errno value, or kKill; 0 for
  // nothing.
  std::function<int(long number)> choose = {};
  // The process's later calls are asked for too, as when memory, descriptors or a disk run out.
  bool lasting = false;
};

struct TraceResult {
  RunResult run;              // of the host
  std::vector<long> calls;    // of the role, in order: all, or those up to the strike
  bool reached = false;       // the strike's call was made
  int error = 0;              // what `choose` said
  std::string subject;        // the struck call's path, if it has one
  bool exec_before = false;   // the command's exec had happened
  bool ready_before = false;  // the role had sent a message to the host, or it is about its exec
  bool timed_out = false;     // and all was killed
  // Of processes that were not traced, and have ended meanwhile: how, as wait(2) has it.
  std::map<pid_t, int> ends;
};

// Runs it to the end of the host and, unless they live on, of all its processes that did not become
// the command. A command is let go at its exec; it comes to this process, a subreaper, if the host
// dies. `subject_argument` says which argument of a call is a path; -1 for none.
TraceResult Trace(const Traced& traced, const Strike& strike,
                  const std::function<int(long number)>& subject_argument);

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_TRACER_H_
