// One command in a container, in each of the ways in which it can come to run: by `runtime run`
// with each kind of start, in the background, created and started, and let in by `runtime exec`.

#ifndef SLIPWAY_TESTS_EACH_WAY_H_
#define SLIPWAY_TESTS_EACH_WAY_H_

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"

namespace slipway::testing {

struct Way {
  const char* name;
  const char* verb;
  const char* stages;  // in front of the root
  std::vector<std::string> flags = {};
};

inline void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

inline constexpr char kWithInit[] = "  - pid\n";
inline constexpr char kNoInit[] = "  - pid: {init: false}\n";
// bad-throws has a PostClone hook, so the child is a copy of the host and waits for it.
inline constexpr char kParkedInit[] = "  - bad-throws\n  - pid\n";
inline constexpr char kParkedNoInit[] = "  - bad-throws\n  - pid: {init: false}\n";

inline std::vector<Way> Starts() {
  return {{"Run", "run", kNoInit},
          {"RunInit", "run", kWithInit},
          {"RunParked", "run", kParkedNoInit},
          {"RunParkedInit", "run", kParkedInit},
          {"Outliving", "run", kWithInit, {"--outlive-runtime"}},
          {"Detached", "run", kWithInit, {"--detach"}}};
}

inline std::vector<Way> Creates() {
  return {{"Created", "create", kNoInit},
          {"CreatedInit", "create", kWithInit},
          {"CreatedParked", "create", kParkedNoInit},
          {"CreatedParkedInit", "create", kParkedInit}};
}

inline std::vector<Way> AllWays() {
  std::vector<Way> ways = Starts();
  for (const Way& way : Creates()) ways.push_back(way);
  ways.push_back({"Joined", "exec", kWithInit});
  return ways;
}

class EachWay : public LivingOn, public ::testing::WithParamInterface<Way> {
 protected:
  bool IsBy(const std::string& verb) const { return GetParam().verb == verb; }
  bool IsDetached() const { return GetParam().name == std::string("Detached"); }

  // Of a container that this test starts by a verb, with `stages` behind the root.
  std::string Stages(const std::string& stages) const {
    return std::string(GetParam().stages) + "  - mount: {root: root}\n  - proc\n" + stages;
  }

  // `script` runs in a container of these stages. What it says is in `out`; lines of the runtime,
  // of each verb that it took, are in `err`. The status is the script's, or that of the verb that
  // has failed.
  RunResult Run(const std::string& stages, const std::string& script, const Words& flags = {}) {
    Words more = GetParam().flags;
    more.insert(more.end(), flags.begin(), flags.end());
    const Words command = {"/bin/sh", "-c", script};
    if (IsBy("create")) return Sorted(CreateAndStart(Stages(stages), command, more));
    if (IsBy("exec")) return Sorted(StartAndJoin(Stages(stages), command, more));
    if (IsDetached()) {
      more.insert(more.end(), {"--log", test_.Path("out")});
      return Sorted(Detach(Stages(stages), command, more));
    }
    const RunResult run = RunProgram(BuildArgv("run", Stages(stages), command, more), ToFile());
    return Sorted(run.status);
  }

  static RunOptions WithFds(const std::vector<int>& fds) {
    RunOptions options;
    options.inherited_fds = fds;
    return options;
  }

 private:
  RunOptions ToFile() const { return Redirected(/*errors=*/false); }

  RunResult Start(const Words& more) const {
    Words words = {"start"};
    const auto timeout = std::find(more.begin(), more.end(), "--hook-timeout");
    if (timeout != more.end()) words.insert(words.end(), timeout, timeout + 2);
    words.push_back(id());
    return RunProgram(Argv(words), ToFile());
  }

  int CreateAndStart(const std::string& stages, const Words& command, const Words& more) const {
    const RunResult built = RunProgram(BuildArgv("create", stages, command, more), ToFile());
    if (built.status != 0) return built.status;
    const pid_t pid = Pid();
    const RunResult started = Start(more);
    const int status = AwaitStatus(pid);
    return started.status != 0 ? started.status : status;
  }

  // The container's own command says nothing, whatever it was handed.
  int StartAndJoin(const std::string& stages, const Words& command, const Words& more) const {
    const RunResult built =
        RunProgram(BuildArgv("create", stages, {"/bin/sleep", "1000"}, more), ToFile());
    if (built.status != 0) return built.status;
    const RunResult started = Start(more);
    if (started.status != 0) return started.status;
    test_.Write("out", "");
    Words words = {"exec"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back(id());
    words.insert(words.end(), command.begin(), command.end());
    return RunProgram(Argv(words), ToFile()).status;
  }

  int Detach(const std::string& stages, const Words& command, const Words& more) const {
    const RunResult run = RunProgram(BuildArgv("run", stages, command, more), ToFile());
    if (run.status != 0) return run.status;
    const int status = Later({"wait", id()}).status;
    AwaitOrphans();
    return status;
  }

  static int AwaitStatus(pid_t pid) {
    int status = -1;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  RunResult Sorted(int status) const {
    RunResult result{.status = status, .out = {}, .err = {}};
    std::istringstream lines(Out());
    for (std::string line; std::getline(lines, line);) {
      if (line == id()) continue;
      (line.starts_with("runtime: ") ? result.err : result.out) += line + "\n";
    }
    return result;
  }
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_EACH_WAY_H_
