// Runs programs for tests: a command with its output caught, a time limit, and no leftovers.

#ifndef SLIPWAY_RUNTIME_SDK_TESTING_PROCESS_H_
#define SLIPWAY_RUNTIME_SDK_TESTING_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::testing {

struct RunResult {
  int status = -1;  // as a shell has it: the exit status, or 128 + N for signal N
  std::string out;
  std::string err;
};

struct RunOptions {
  std::string input = {};                               // what stdin has; then it ends
  std::optional<uid_t> uid = {};                        // setresuid(2) before exec, with no groups
  std::map<std::string, std::string> environment = {};  // on top of the test's own
  std::vector<int> inherited_fds = {};                  // stay open at exec
  std::string program = {};                             // what is executed, if not argv[0]
  std::function<void()> prepare = {};                   // called in the child, last before exec
  // Then the program is killed, and the test has failed. tools/testbed_suite multiplies it.
  std::chrono::seconds timeout{60};
};

// How much longer than on an ordinary machine things may take: a whole number, mostly 1.
int Slowness();

// Runs `argv` (argv[0] is a path) to its end. Fails the test when it takes too long.
RunResult RunProgram(const std::vector<std::string>& argv, const RunOptions& options = {});

// For RunOptions::prepare: a system call fails with this errno from now on, as where a filter of
// seccomp(2) around the program refuses it. For root.
std::function<void()> Without(unsigned call, unsigned cause);

// Likewise, and nothing else.
RunResult RunWithout(unsigned call, unsigned cause, const std::vector<std::string>& argv);

// A program that runs while the test goes on.
class Running {
 public:
  explicit Running(const std::vector<std::string>& argv, const RunOptions& options = {});
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();  // kills what still runs

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  // Reads on until stdout holds `text`. False when the time is over or stdout has ended.
  bool AwaitOutput(const std::string& text);
  // The same of stderr.
  bool AwaitError(const std::string& text);

  // To its end. Once it has ended, what it came to.
  RunResult Await();

 private:
  bool ReadSome();

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::chrono::steady_clock::time_point deadline_;
  RunResult result_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_RUNTIME_SDK_TESTING_PROCESS_H_
