// Containers in the background: what the caller gets back, what stays, and what is told of the end.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

class Detach : public LivingOn {
 protected:
  std::string Log() const { return test_.Path("log"); }

  // Its output is a pipe: it ends, so nobody but the caller has it.
  RunResult Run(const Words& command, const Words& more = {}) const {
    Words words = {"--detach", "--log", Log()};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram(BuildArgv("run", kPlain, command, words));
  }

  // A command that goes on until somebody writes into the fifo.
  void RunUntilTold(int status) {
    ASSERT_EQ(mkfifo(test_.Path("root/etc/end").c_str(), 0600), 0);
    const RunResult result =
        Run({"/bin/sh", "-c",
             "echo begun; read line </etc/end; echo $line >&2; exit " + std::to_string(status)});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, id() + "\n");
  }
  void TellIt(const std::string& line) const {
    std::ofstream(test_.Path("root/etc/end")) << line << "\n";
  }

  pid_t Monitor() const {
    std::istringstream status(ReadText("/proc/" + std::to_string(Pid()) + "/status"));
    for (std::string word; status >> word;) {
      if (word == "PPid:" && status >> word) return atoi(word.c_str());
    }
    return -1;
  }
};

TEST_F(Detach, KeepsHowItEndedAndWhatItSaid) {
  RunUntilTold(3);
  EXPECT_EQ(Listed("state"), "running");
  EXPECT_EQ(Later({"exec", id(), "/bin/true"}).status, 0);
  Running waits(Argv({"wait", id()}));
  TellIt("told");
  EXPECT_EQ(waits.Await().status, 3);
  EXPECT_EQ(Later({"wait", id()}).status, 3) << "a second time";
  AwaitOrphans();
  EXPECT_EQ(Listed("state"), "stopped");
  EXPECT_EQ(Listed("exit_status"), "3");
  EXPECT_EQ(Listed("log"), Log());
  EXPECT_EQ(Later({"logs", id()}).out, "begun\ntold\n");
  EXPECT_EQ(Later({"delete", id()}).status, 0);
  EXPECT_EQ(Listed("state"), "");
  EXPECT_EQ(ReadText(Log()), "begun\ntold\n") << "it is the user's";
}

TEST_F(Detach, ItsRuntimeHoldsNothingOfTheCaller) {
  RunUntilTold(0);
  const pid_t monitor = Monitor();
  ASSERT_GT(monitor, 1);
  const std::string proc = "/proc/" + std::to_string(monitor);
  EXPECT_EQ(getsid(monitor), monitor);
  EXPECT_EQ(fs::read_symlink(proc + "/cwd"), "/");
  EXPECT_EQ(fs::read_symlink(proc + "/fd/0"), "/dev/null");
  EXPECT_EQ(fs::read_symlink(proc + "/fd/1"), "/dev/null");
  EXPECT_EQ(fs::read_symlink(proc + "/fd/2"), Log());
  TellIt("end");
}

TEST_F(Detach, ADescriptorOfTheCallersIsNotHeld) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  RunOptions options;
  options.inherited_fds = {ends[1]};
  const RunResult result =
      RunProgram(BuildArgv("run", kPlain, {"/bin/sleep", "1000"}, {"-d"}), options);
  ASSERT_EQ(result.status, 0) << result.err;
  close(ends[1]);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0) << "somebody holds the other end";
  close(ends[0]);
}

TEST_F(Detach, FailsBeforeTheCommandRunsAsAnyRun) {
  const RunResult result = Run({"nosuch"});
  EXPECT_EQ(result.status, 127);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("command not found \"nosuch\""), std::string::npos) << result.err;
  EXPECT_EQ(Listed("state"), "");
}

TEST_F(Detach, WorksWithoutAnInitToo) {
  const std::string stages = "  - pid: {init: false}\n  - mount: {root: root}\n  - proc\n";
  test_.Write("root/bin/script", "#!/nosuch\n");
  fs::permissions(test_.Path("root/bin/script"), fs::perms::owner_all);
  const RunResult refused = RunProgram(BuildArgv("run", stages, {"/bin/script"}, {"-d"}));
  EXPECT_EQ(refused.status, 126) << refused.out;
  EXPECT_NE(refused.err.find("interpreter"), std::string::npos) << refused.err;
  EXPECT_EQ(Listed("state"), "");
  const Words command = {"/bin/sh", "-c", "echo $$; exit 4"};
  const RunResult result = RunProgram(BuildArgv("run", stages, command, {"-d", "--log", Log()}));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(Later({"wait", id()}).status, 4);
  EXPECT_EQ(ReadText(Log()), "1\n");
}

TEST_F(Detach, PlainFormDoesIt) {
  const std::string config = test_.WriteStages(kPlain);
  const RunResult result =
      RunProgram({Runfile("runtime/runtime"), "--root", State(), "--config", config, "--name", id(),
                  "-d", "--log", Log(), "/bin/echo", "-d"});
  EXPECT_EQ(result.out, id() + "\n") << result.err;
  AwaitOrphans();
  EXPECT_EQ(ReadText(Log()), "-d\n");
}

TEST_F(Detach, EndsWithItsRuntime) {
  RunUntilTold(0);
  const pid_t monitor = Monitor();
  ASSERT_GT(monitor, 1);
  kill(monitor, SIGKILL);
  AwaitOrphans();
  EXPECT_EQ(Listed("state"), "dead");
  EXPECT_EQ(Later({"wait", id()}).status, 125);
  EXPECT_EQ(Later({"gc"}).out, id() + ": removed\n");
  EXPECT_EQ(Listed("state"), "");
}

TEST_F(Detach, LogsFollowUntilTheEnd) {
  RunUntilTold(0);
  Running follows(Argv({"logs", "-f", id()}));
  ASSERT_TRUE(follows.AwaitOutput("begun\n"));
  TellIt("told");
  const RunResult result = follows.Await();
  EXPECT_EQ(result.out, "begun\ntold\n");
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(Detach, StopReturnsWhenItIsUndone) {
  ASSERT_EQ(Run({"/bin/sh", "-c", "trap 'exit 4' TERM; while :; do :; done"}).status, 0);
  EXPECT_EQ(Later({"stop", "-t", "0", id()}).status, 0);
  EXPECT_EQ(Listed("state"), "stopped");
  EXPECT_EQ(Later({"gc"}).out, "nothing to clean up\n");
  EXPECT_EQ(Later({"gc", id()}).out, id() + ": removed\n");
}

TEST_F(Detach, DeleteForceKillsAndWaitsForItsRuntime) {
  RunUntilTold(0);
  EXPECT_EQ(Later({"delete", id()}).status, 125);
  EXPECT_EQ(Later({"delete", "--force", id()}).status, 0);
  EXPECT_EQ(Listed("state"), "");
}

TEST_F(Detach, AppendsToALogThatOnlyItsUserReads) {
  const mode_t before = umask(0);
  EXPECT_EQ(Run({"/bin/echo", "one"}).status, 0);
  umask(before);
  AwaitOrphans();
  ASSERT_EQ(Later({"delete", id()}).status, 0);
  EXPECT_EQ(Run({"/bin/echo", "two"}).status, 0);
  AwaitOrphans();
  EXPECT_EQ(ReadText(Log()), "one\ntwo\n");
  struct stat facts {};
  ASSERT_EQ(stat(Log().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(Detach, ALogLeadsNowhereElse) {
  const std::string other = test_.Write("other", "precious\n");
  fs::create_symlink(other, Log());
  EXPECT_EQ(Run({"/bin/echo", "x"}).status, 125);
  fs::remove(Log());
  fs::create_hard_link(other, Log());
  EXPECT_EQ(Run({"/bin/echo", "x"}).status, 125);
  fs::remove(Log());
  test_.Write("log", "theirs\n");
  ASSERT_EQ(chown(Log().c_str(), 65534, 65534), 0);
  ExpectRefusal(Run({"/bin/echo", "x"}),
                "not a file for a log: \"" + Log() +
                    "\" (it must be a plain file that belongs to you, with no other name)");
  EXPECT_EQ(ReadText(other), "precious\n");
  EXPECT_EQ(ReadText(Log()), "theirs\n");
}

TEST_F(Detach, RefusesOptionsThatMakeNoSense) {
  ExpectRefusal(RunProgram(BuildArgv("run", kPlain, {"true"}, {"--log", Log()})),
                "--log is for a command in the background (write --detach too, or let the shell "
                "redirect the output)");
  ExpectRefusal(RunProgram(BuildArgv("run", kPlain, {"true"}, {"-d", "--die-with-caller"})),
                "--detach and --die-with-caller exclude each other (give one of them)");
  ASSERT_EQ(RunProgram(BuildArgv("run", kPlain, {"/bin/true"}, {"-d"})).status, 0);
  ExpectRefusal(Later({"logs", id()}), "the container has no log: \"" + id() +
                                           "\" (runtime run --detach --log FILE keeps one)");
}

// Later verbs would look for its processes by the pids of another namespace.
TEST_F(Detach, NeedsARuntimeInTheCallersPidNamespace) {
  RunOptions elsewhere;
  elsewhere.prepare = [] { unshare(CLONE_NEWPID); };
  // LeakSanitizer makes a process to look at this one, which it would not find there.
  elsewhere.environment["ASAN_OPTIONS"] = "detect_leaks=0";
  ExpectRefusal(RunProgram(BuildArgv("run", kPlain, {"/bin/true"}, {"-d"}), elsewhere),
                "cannot start a runtime in the background: this process's children are to be in "
                "another pid namespace than it is (unshare --pid without --fork leaves it so; add "
                "--fork)");
  EXPECT_EQ(Listed("state"), "");
}

TEST_F(Detach, ASignalBeforeTheCommandRunsUndoesEverything) {
  Running run(BuildArgv("run", Waits("post-clone"), {"/bin/sleep", "1000"}, {"-d"}));
  AwaitHook();
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Await().status, 128 + SIGTERM);
  EXPECT_EQ(Listed("state"), "");
}

TEST_F(Detach, ACallerThatIsKilledBeforeTakesItAlong) {
  Running run(BuildArgv("run", Waits("pre-clone"), {"/bin/sleep", "1000"}, {"-d"}));
  AwaitHook();
  run.Signal(SIGKILL);
  // The hook goes on, and the monitor finds nobody to tell.
  close(open(test_.Path("go").c_str(), O_WRONLY));
  run.Await();
  AwaitOrphans();
  EXPECT_EQ(Listed("state"), "");
}

}  // namespace
}  // namespace slipway::testing
