// Containers that live on without the process that made them, in a state folder of the test's own.

#ifndef SLIPWAY_TESTS_LIVING_ON_H_
#define SLIPWAY_TESTS_LIVING_ON_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

class LivingOn : public ::testing::Test {
 protected:
  using Words = std::vector<std::string>;

  static constexpr char kPlain[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
    test_.Write("out", "");
  }

  void TearDown() override {
    if (!IsRoot()) return;
    Later({"delete", "--force", id()});
    Later({"gc"});
    AwaitOrphans();
    test_.ExpectNothingLeft();
  }

  const std::string& id() const { return test_.next_id(); }
  std::string State() const { return test_.Path("state"); }
  std::string Out() const { return ReadText(test_.Path("out")); }

  // The words of a verb that knows of the test's containers.
  Words Argv(const Words& words) const {
    Words argv = {Runfile("runtime/runtime"), words.front(), "--root", State()};
    argv.insert(argv.end(), words.begin() + 1, words.end());
    return argv;
  }

  RunResult Later(const Words& words, const RunOptions& options = {}) const {
    return RunProgram(Argv(words), options);
  }

  // Of a verb that builds the container. more: options.
  Words BuildArgv(const std::string& verb, const std::string& stages, const Words& command,
                  const Words& more = {}) const {
    Words words = {verb, "--config",     test_.WriteStages(stages), "--name",
                   id(), "--plugin-dir", Runfile("tests/plugins")};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back("--");
    words.insert(words.end(), command.begin(), command.end());
    return Argv(words);
  }

  // Standard input is empty, and the output goes to Out(): the container has it too, so a pipe of
  // it would not end. With `errors` they come back.
  RunOptions Redirected(bool errors = true) const {
    RunOptions options;
    options.prepare = [path = test_.Path("out"), errors] {
      const int null = open("/dev/null", O_RDONLY);
      const int out = open(path.c_str(), O_WRONLY | O_APPEND);
      dup2(null, STDIN_FILENO);
      dup2(out, STDOUT_FILENO);
      if (!errors) dup2(out, STDERR_FILENO);
      close(null);
      close(out);
    };
    return options;
  }

  RunResult Build(const std::string& stages, const Words& command, const Words& more = {}) const {
    return RunProgram(BuildArgv("create", stages, command, more), Redirected(/*errors=*/false));
  }

  // What `list` calls it; "" when it is not there.
  std::string Listed(const std::string& field) const {
    const std::string json = Later({"list", "--format", "json"}).out;
    const std::string key = "\"" + field + "\":";
    const size_t at = json.find(key);
    if (at == std::string::npos) return "";
    const size_t begin = at + key.size();
    std::string value = json.substr(begin, json.find_first_of(",}", begin) - begin);
    if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
    return value;
  }

  pid_t Pid() const { return atoi(Listed("pid").c_str()); }

  // Fifos for the stage bad-waits, which waits in `hook`.
  std::string Waits(const std::string& hook) const {
    for (const char* name : {"there", "go"}) mkfifo(test_.Path(name).c_str(), 0600);
    return "  - bad-waits: {hook: " + hook + ", dir: .}\n" + kPlain;
  }
  void AwaitHook() const { close(open(test_.Path("there").c_str(), O_RDONLY)); }
  // No hook waits any more.
  void RemoveFifos() const {
    for (const char* name : {"there", "go"}) std::filesystem::remove(test_.Path(name));
  }

  // Until the program `pid` has opened a process.
  static void AwaitPidfdOf(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    while (true) {
      std::error_code ignored;
      for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
        if (target.find("pidfd") != std::string::npos) return;
      }
      sched_yield();
    }
  }

  // This process is a subreaper, so that what lives on becomes its child.
  static void AwaitOrphans() {
    while (waitpid(-1, nullptr, 0) > 0) {
    }
  }

  ContainerTest test_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_LIVING_ON_H_
