// A further process in a running container.
//
//   host                                   child, a copy of the host
//     PreClone of the stages that join
//     clone, born in the container's v2 cgroup
//                                          v1 cgroups, namespaces, root; nobody there sees it
//                                          InChild, the last steps, Finish
//                                          slipway-init: forks the command, which is the host's
//                                          child and the first that the container sees; ends
//     waits for the command's end

#ifndef SLIPWAY_RUNTIME_LAUNCH_JOIN_H_
#define SLIPWAY_RUNTIME_LAUNCH_JOIN_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "runtime/launch/command.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/occasion.h"
#include "runtime/launch/outcome.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

struct JoinJob {
  const Occasion& occasion;          // of the container, with what its stages have kept
  const std::vector<Stage>& stages;  // its, created
  pid_t pid;                         // of its first process
  const sys::Fd& pidfd;
  const Command& command;
  Guard& guard;
  std::chrono::seconds patience{0};  // how long one hook may take; 0: for ever
  bool outlives_host = false;        // else the command is killed when this process dies
  // Called once all hooks are done: nothing of the container is touched any more. Or empty.
  std::function<void()> joined = {};
  std::vector<int> kept_fds = {};
  // Whom the command runs as, whatever the stages want; as slipway_process.user, or empty.
  std::string user = {};
  bool terminal = false;  // the command gets one of its own, from a stage that gives one
};

// Runs the command in the container, and waits for its end. The process must have a single thread.
Outcome Join(const JoinJob& job);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_JOIN_H_
