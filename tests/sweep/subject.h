// The container that an operation is done to: it is made, looked at, and taken to its end.

#ifndef SLIPWAY_TESTS_SWEEP_SUBJECT_H_
#define SLIPWAY_TESTS_SWEEP_SUBJECT_H_

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/testing/process.h"
#include "tests/sweep/operations.h"

namespace slipway::testing {

// Where the containers of a sweep are.
struct Place {
  std::string host;     // the runtime
  std::string plugins;  // a folder with stages of tests/plugins
  std::string state;    // the folder of --root
  std::string config;
  std::string log;           // a file for what containers in the background print
  int end = -1;              // a fifo, /etc/end in the container
  std::optional<uid_t> uid;  // whose runtime it is
  std::string script;        // what the container runs
};

// Waits for a line from /etc/end, and ends with kOwnStatus.
inline constexpr char kWaitingScript[] = "read line </etc/end; exit 7";
inline constexpr int kOwnStatus = 7;

class Subject {
 public:
  using Words = std::vector<std::string>;
  using Problems = std::vector<std::string>;

  Subject(const Place& place, std::string id);

  const std::string& id() const { return id_; }
  // Its first process, if `before` was a living one.
  pid_t pid() const { return pid_; }

  // The words of an operation, with what stands for the container put in.
  Words Argv(const Words& words) const;
  std::string Text(const std::string& word) const;
  RunResult Run(const Words& words) const;

  // Fails the test if it cannot be.
  void Make(Before before);

  // Is anything known of it?
  bool IsThere() const;

  // Takes the container to its end and away, as a user would: starts it, lets it go on, tells it to
  // end, calls delete and gc. lives: it has to run and to answer, and ends with its own status.
  // ends: how processes have ended so far.
  void Conclude(bool lives, const std::map<pid_t, int>& ends, Problems& problems);

 private:
  // A field of what `list` says; "" when it is not there.
  std::string Listed(const std::string& field) const;
  // As `list` has it, once it is not being made any more, and not `passing`.
  std::string AwaitState(const std::string& passing = "creating") const;
  void Demand(const Words& words, Problems& problems) const;
  // Tells it to end. Its exit status; -1: it does not end.
  int End(std::map<pid_t, int> ends);
  void KillRuntime() const;
  void Remove(Problems& problems) const;

  const Place& place_;
  const std::string id_;
  pid_t pid_ = 0;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_SUBJECT_H_
