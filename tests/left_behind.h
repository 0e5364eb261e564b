// Containers whose runtime is killed with SIGKILL, in a state folder of the test's own, and what
// `runtime list` and `runtime gc` make of them.

#ifndef SLIPWAY_TESTS_LEFT_BEHIND_H_
#define SLIPWAY_TESTS_LEFT_BEHIND_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

// What a gc says that has found nothing.
inline constexpr char kNothing[] = "nothing to clean up\n";

class LeftBehind : public ::testing::Test {
 protected:
  using Words = std::vector<std::string>;

  void SetUp() override {
    test_.MakeRoot();
    test_.Write("root/etc/ready", "ready\n");
    std::filesystem::create_directory(test_.Path("records"));
  }

  const std::string& id() const { return test_.next_id(); }
  std::string State() const { return test_.Path("state"); }
  std::string Journal() const { return State() + "/" + id() + "/journal"; }

  // The stage that leaves the records a and b, and `more` stages before the root.
  std::string Config(const std::string& more = "", const std::string& fail = "none") const {
    return test_.WriteStages("  - bad-leaves-record: {dir: records, fail: " + fail + "}\n" + more +
                             "  - mount: {root: root}\n");
  }

  Words Flags() const { return {"--plugin-dir", Runfile("tests/plugins"), "--root", State()}; }

  // A command that says "ready" and stays.
  static Words Stays() { return {"/bin/tail", "-f", "/etc/ready"}; }

  RunResult Run(const Words& words, const RunOptions& options = {}) const {
    Words argv = {Runfile("runtime/runtime")};
    argv.insert(argv.end(), words.begin(), words.end());
    return RunProgram(argv, options);
  }

  RunResult List(const std::string& format = "table") const {
    return Run({"list", "--root", State(), "--format", format});
  }

  // Being made, or running: the command may be a moment ahead of its runtime, which says so.
  bool IsListedAsLiving() const {
    const std::string out = List().out;
    return out.find(id() + "  creating  ") != std::string::npos ||
           out.find(id() + "  running  ") != std::string::npos;
  }

  RunResult Gc(const Words& words = {}) const {
    Words all = {"gc", "--root", State()};
    all.insert(all.end(), words.begin(), words.end());
    return Run(all);
  }

  // Runs the command, and kills the runtime once it is there. The container dies with it.
  void LeaveBehind(const std::string& config, const Words& flags) {
    Running container(test_.Argv(config, Stays(), flags));
    ASSERT_TRUE(container.AwaitOutput("ready\n")) << container.Await().err;
    container.Signal(SIGKILL);
    EXPECT_EQ(container.Await().status, 128 + SIGKILL);
    AwaitOrphans();
  }
  void LeaveBehind() { LeaveBehind(Config(), Flags()); }

  // The folder of a runtime that died before its journal.
  void BeginOnly() const {
    std::filesystem::create_directories(State() + "/" + id());
    chmod(State().c_str(), 0700);
    chmod((State() + "/" + id()).c_str(), 01700);
  }

  // Spoils the first line of the journal.
  void Damage() const { std::fstream(Journal(), std::ios::in | std::ios::out).seekp(12).put('X'); }

  // Until every process has ended that came to this one; see PR_SET_CHILD_SUBREAPER.
  static void AwaitOrphans() {
    while (waitpid(-1, nullptr, 0) > 0) {
    }
  }

  // Forks a child into the pid namespace of `pid`, which pid 1 there waits for in vain: as a zombie
  // it stays until this process has waited for it.
  static pid_t ForkInto(pid_t pid) {
    const int ours = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    const int theirs =
        open(("/proc/" + std::to_string(pid) + "/ns/pid").c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(setns(theirs, CLONE_NEWPID), 0);
    const pid_t child = fork();
    if (child == 0) {
      while (true) pause();
    }
    EXPECT_EQ(setns(ours, CLONE_NEWPID), 0);
    close(ours);
    close(theirs);
    return child;
  }

  std::string Log() const { return ReadText(test_.Path("records/teardown.log")); }

  std::string Undone() const {
    return id() + ": bad-leaves-record: undone: 2 steps\n" + id() + ": removed\n";
  }

  // Of a gc that was told the id of a container that runs.
  std::string RunningLine() const {
    return "the container has not ended, and was left alone: \"" + id() +
           "\" (runtime delete --force ends and removes it)";
  }

  // The last line of a gc that has kept the container `name`.
  static std::string KeptLine(const std::string& name) {
    return "container " + name +
           " could not be undone, and is kept (mend that and call runtime gc again; runtime gc "
           "--forget " +
           name + " drops it without undoing it)";
  }
  std::string KeptLine() const { return KeptLine(id()); }
  // Of one that --forget would not drop either.
  std::string KeptForGoodLine() const {
    return "container " + id() +
           " could not be undone, and is kept (mend that and call runtime gc again)";
  }

  void ExpectOutput(const RunResult& result, const std::string& out) const {
    EXPECT_EQ(result.out, out);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, 0);
  }

  // The container is as its death has left it.
  void ExpectKept() const {
    EXPECT_TRUE(std::filesystem::exists(Journal()));
    EXPECT_TRUE(std::filesystem::exists(test_.Path("records/a")));
  }

  void ExpectUndone() {
    EXPECT_TRUE(std::filesystem::is_empty(State()));
    EXPECT_FALSE(std::filesystem::exists(test_.Path("records/a")));
    EXPECT_FALSE(std::filesystem::exists(test_.Path("records/b")));
    test_.ExpectNothingLeft();
  }

  ContainerTest test_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_LEFT_BEHIND_H_
