// Containers that are created by one process, started by another and deleted by a third one.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

class Create : public LivingOn {
 protected:
  static constexpr char kNotStarted[] = "the container has not been started yet: \"";

  std::string Started() const {
    return "the container has been started: \"" + id() + "\" (runtime list shows what it does)";
  }

  // How the container's first process has ended, which is this one's child.
  static int AwaitStatus(pid_t pid) {
    int status = -1;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  // Until the program `pid` waits in that system call; proc(5).
  static void AwaitCall(pid_t pid, long number) {
    const std::string file = "/proc/" + std::to_string(pid) + "/syscall";
    while (!ReadText(file).starts_with(std::to_string(number) + " ")) sched_yield();
  }
};

struct Init {
  const char* name;
  const char* stages;
};
std::ostream& operator<<(std::ostream& out, const Init& init) { return out << init.name; }

// With each kind of first process, and each kind of start.
class EachInit : public Create, public ::testing::WithParamInterface<Init> {};

TEST_P(EachInit, WaitsUntilItIsStarted) {
  ASSERT_EQ(Build(GetParam().stages, {"/bin/sh", "-c", "echo $$ $A; exit 3"}, {"-e", "A=1"}).status,
            0)
      << Out();
  EXPECT_EQ(Out(), id() + "\n");
  EXPECT_EQ(Listed("state"), "created");
  const pid_t pid = Pid();
  EXPECT_EQ(Later({"start", id()}).status, 0);
  EXPECT_EQ(AwaitStatus(pid), 3);
  const std::string inside =
      std::string(GetParam().stages).find("false") == std::string::npos ? "2 1\n" : "1 1\n";
  EXPECT_EQ(Out(), id() + "\n" + inside);
  EXPECT_EQ(Listed("state"), "stopped");
  EXPECT_EQ(Later({"delete", id()}).status, 0);
  EXPECT_EQ(Listed("state"), "");
}

// What the descriptors besides the standard ones lead to, by the first letters.
std::vector<std::string> OthersOf(const std::string& proc) {
  std::vector<std::string> others;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(proc + "/fd")) {
    if (atoi(entry.path().filename().c_str()) <= 2) continue;
    const std::string target = fs::read_symlink(entry.path(), gone).string();
    if (!gone) others.push_back(target.substr(0, 7));
  }
  std::sort(others.begin(), others.end());
  return others;
}

TEST_P(EachInit, HasNothingOfTheCallerInReach) {
  setenv("SLIPWAY_TEST_SECRET", "correct-horse-battery-staple", 1);
  ASSERT_EQ(Build(GetParam().stages, {"/bin/sleep", "1000"}).status, 0) << Out();
  unsetenv("SLIPWAY_TEST_SECRET");
  const std::string proc = "/proc/" + std::to_string(Pid());
  EXPECT_EQ(ReadText(proc + "/environ"), "");
  const std::string words = ReadText(proc + "/cmdline");
  EXPECT_EQ(words.substr(0, 4), "init");
  EXPECT_EQ(words.find_first_not_of('\0', 4), std::string::npos);
  EXPECT_NE(fs::read_symlink(proc + "/exe").string().find("slipway-init"), std::string::npos);
  // The command's folder, and what listens for the start. It has told the host that it waits a
  // moment before it closes the way to it.
  const std::vector<std::string> wanted = {"/bin", "socket:"};
  std::vector<std::string> others = OthersOf(proc);
  while (others.size() > wanted.size()) {
    sched_yield();
    others = OthersOf(proc);
  }
  EXPECT_EQ(others, wanted);
}

TEST_P(EachInit, EndsByASignalBeforeItsStart) {
  ASSERT_EQ(Build(GetParam().stages, {"/bin/sleep", "1000"}).status, 0) << Out();
  const pid_t pid = Pid();
  EXPECT_EQ(Later({"kill", id()}).status, 0);
  EXPECT_EQ(AwaitStatus(pid), 128 + SIGTERM);
  EXPECT_EQ(Listed("state"), "stopped");
  ExpectRefusal(Later({"start", id()}), "the container has ended: \"" + id() +
                                            "\" (runtime delete removes what is left of it)");
}

INSTANTIATE_TEST_SUITE_P(
    Init, EachInit,
    ::testing::Values(
        Init{"Init", "  - pid\n  - mount: {root: root}\n  - proc\n"},
        Init{"None", "  - pid: {init: false}\n  - mount: {root: root}\n  - proc\n"},
        Init{"ParkedInit", "  - bad-throws\n  - pid\n  - mount: {root: root}\n  - proc\n"},
        Init{"ParkedNone",
             "  - bad-throws\n  - pid: {init: false}\n  - mount: {root: root}\n  - proc\n"}),
    [](const auto& info) { return info.param.name; });

TEST_F(Create, AnotherUserCannotLookIntoIt) {
  ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
  RunOptions nobody;
  nobody.uid = 65534;
  const std::string proc = "/proc/" + std::to_string(Pid());
  for (const std::vector<std::string>& look :
       {std::vector<std::string>{"/bin/cat", proc + "/environ"},
        {"/bin/cat", proc + "/maps"},
        {"/bin/ls", proc + "/fd"},
        {"/bin/ls", proc + "/root"}}) {
    EXPECT_NE(RunProgram(look, nobody).status, 0) << look.back();
    EXPECT_EQ(RunProgram(look).status, 0) << look.back();
  }
  const fs::perms folder = fs::status(State()).permissions();
  EXPECT_EQ(folder & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
  const fs::perms socket = fs::status(State() + "/" + id() + "/start").permissions();
  EXPECT_EQ(socket, fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Create, TheOtherVerbsKnowThatItHasNotBeenStarted) {
  ASSERT_EQ(Build(std::string(kPlain) +
                      "  - first-of: [{cgroup-v2: {pids.max: 9}}, {cgroup-v1: {pids.max: 9}}]\n",
                  {"/bin/sleep", "1000"})
                .status,
            0)
      << Out();
  const std::string line = kNotStarted + id() + "\" (runtime start " + id() + " does that)";
  ExpectRefusal(Later({"exec", id(), "/bin/true"}), line);
  ExpectRefusal(Later({"pause", id()}), line);
  EXPECT_NE(Later({"ps", id()}).out.find("init\n"), std::string::npos);
  EXPECT_EQ(Later({"stats", id()}).status, 0);
  EXPECT_EQ(Later({"update", "--set", "cgroup.pids.max=5", id()}).status, 0);
  EXPECT_EQ(Later({"gc"}).out, "nothing to clean up\n");
  EXPECT_EQ(Later({"start", id()}).status, 0);
  EXPECT_EQ(Later({"exec", id(), "/bin/true"}).status, 0);
  EXPECT_EQ(Later({"pause", id()}).status, 0);
  ExpectRefusal(Later({"start", id()}), "the container has been started, and is paused: \"" + id() +
                                            "\" (runtime resume " + id() + " lets it go on)");
}

TEST_F(Create, OfStartsAtTheSameTimeOneWins) {
  ASSERT_EQ(Build(kPlain, {"/bin/sh", "-c", "echo once; exec sleep 1000"}).status, 0) << Out();
  std::vector<std::unique_ptr<Running>> starts;
  for (int i = 0; i < 5; ++i) starts.push_back(std::make_unique<Running>(Argv({"start", id()})));
  int won = 0;
  for (auto& start : starts) {
    const RunResult result = start->Await();
    if (result.status == 0) {
      ++won;
    } else {
      ExpectRefusal(result, Started());
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(Listed("state"), "running");
}

TEST_F(Create, IsDeletedOrStartedWhereBothAreWanted) {
  ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
  Running start(Argv({"start", id()}));
  const RunResult deleted = Later({"delete", id()});
  const RunResult started = start.Await();
  EXPECT_NE(deleted.status == 0, started.status == 0) << deleted.err << started.err;
  EXPECT_EQ(Listed("state"), started.status == 0 ? "running" : "");
}

TEST_F(Create, AStartThatFindsNoSocketSaysSo) {
  ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
  const std::string socket = State() + "/" + id() + "/start";
  fs::rename(socket, socket + ".away");
  ExpectRefusal(Later({"start", id()}),
                "cannot speak to \"" + socket +
                    "\": No such file or directory (the container waits there for its start: "
                    "somebody has removed it; runtime delete ends the container)");
  test_.Write("state/" + id() + "/start", "");
  const std::string line = "not the socket at which the container waits for its start: \"" +
                           socket +
                           "\" (somebody has put something else there; runtime delete ends the "
                           "container)";
  ExpectRefusal(Later({"start", id()}), line);
  fs::remove(socket);
  fs::create_symlink("start.away", socket);
  ExpectRefusal(Later({"start", id()}), line);
  fs::rename(socket + ".away", socket);
  EXPECT_EQ(Later({"start", id()}).status, 0);
}

class UnansweredStart : public LivingOn {
 protected:
  void SetUp() override {
    LivingOn::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
    kill(Pid(), SIGSTOP);
  }

  // It takes no note of the start that was given up.
  void ExpectItCanBeStarted() {
    EXPECT_EQ(Listed("state"), "created");
    kill(Pid(), SIGCONT);
    const RunResult again = Later({"start", id()});
    EXPECT_EQ(again.err, "");
    EXPECT_EQ(again.status, 0);
    EXPECT_EQ(Listed("state"), "running");
  }
};

TEST_F(UnansweredStart, IsGivenUp) {
  ExpectRefusal(Later({"start", "--hook-timeout", "1", id()}),
                "the container does not answer: \"" + id() +
                    "\" (its first process may be stopped or frozen, or its command's file far "
                    "away; --hook-timeout sets how long it may take)");
  ExpectItCanBeStarted();
}

TEST_F(UnansweredStart, CanBeInterrupted) {
  Running start(Argv({"start", id()}));
  // It is at work from here on.
  while (ReadText("/proc/" + std::to_string(start.pid()) + "/wchan").find("poll") ==
         std::string::npos) {
    sched_yield();
  }
  start.Signal(SIGINT);
  const RunResult result = start.Await();
  EXPECT_EQ(result.err,
            "runtime: interrupted before the container has answered: \"" + id() + "\"\n");
  EXPECT_EQ(result.status, 128 + SIGINT);
  ExpectItCanBeStarted();
}

TEST_F(Create, LooksForTheCommandAtOnce) {
  const RunResult result = RunProgram(BuildArgv("create", kPlain, {"nosuch"}), Redirected());
  EXPECT_EQ(result.status, 127) << result.err;
  EXPECT_NE(result.err.find("command not found \"nosuch\""), std::string::npos) << result.err;
  EXPECT_EQ(Listed("state"), "");
}

TEST_F(Create, ACommandThatHasGoneIsFoundOutAtTheStart) {
  fs::copy_file(test_.Path("root/bin/busybox"), test_.Path("root/bin/other"));
  ASSERT_EQ(Build(kPlain, {"/bin/other", "true"}).status, 0) << Out();
  fs::remove(test_.Path("root/bin/other"));
  const RunResult result = Later({"start", id()});
  EXPECT_EQ(result.status, 126) << result.err;
  EXPECT_EQ(Listed("state"), "stopped");
  EXPECT_EQ(Listed("exit_status"), "126");
  EXPECT_EQ(Later({"wait", id()}).status, 126);
}

// It stands still until it is killed, with the start's connection in its hands.
TEST_F(Create, AStartTellsOfOneThatEndsBeforeItsCommandRuns) {
  for (const char* pid : {"  - pid\n", "  - pid: {init: false}\n"}) {
    const std::string stages = std::string(pid) + "  - mount: {root: root}\n";
    ASSERT_EQ(Build(stages, {"/bin/sleep", "1000"}).status, 0) << Out();
    const pid_t first = Pid();
    kill(first, SIGSTOP);
    Running start(Argv({"start", id()}));
    AwaitCall(start.pid(), SYS_poll);
    kill(first, SIGKILL);
    ExpectRefusal(start.Await(), "the container's first process ended before the command ran");
    EXPECT_EQ(Listed("state"), "stopped");
    EXPECT_EQ(Later({"delete", id()}).status, 0);
    AwaitOrphans();
  }
}

TEST_F(Create, WaitTellsHowItEndedAlsoAfterwards) {
  ASSERT_EQ(Build(kPlain, {"/bin/sh", "-c", "exit 5"}).status, 0) << Out();
  const pid_t pid = Pid();
  Running waits(Argv({"wait", id()}));
  AwaitPidfdOf(waits.pid());
  ASSERT_EQ(Later({"start", id()}).status, 0);
  EXPECT_EQ(AwaitStatus(pid), 5);
  const RunResult result = waits.Await();
  // Before Linux 6.15 only the parent knows.
  if (result.err.find("nobody saw how") != std::string::npos) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.status, 5) << result.err;
  EXPECT_EQ(Later({"wait", id()}).status, 5) << "a second time";
}

TEST_F(Create, DeleteRefusesWhatRunsUnlessForced) {
  ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
  ASSERT_EQ(Later({"start", id()}).status, 0);
  ExpectRefusal(Later({"delete", id()}), "the container is running: \"" + id() +
                                             "\" (runtime stop ends it; --force kills it)");
  EXPECT_EQ(Later({"delete", "--force", id()}).status, 0);
  ExpectRefusal(Later({"delete", id()}),
                "no such container \"" + id() +
                    "\" (runtime list shows those that there are; the state folder is " + State() +
                    ")");
}

TEST_F(Create, ItsIdIsFreeOnceItIsDeleted) {
  ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
  ASSERT_EQ(Later({"kill", id()}).status, 0);
  AwaitOrphans();
  const RunResult again = RunProgram(BuildArgv("create", kPlain, {"/bin/true"}), Redirected());
  ExpectRefusal(again, "a container of this name exists \"" + id() +
                           "\" (it is there until runtime delete; choose another --name)");
  EXPECT_EQ(Later({"gc"}).out, "nothing to clean up\n");
  EXPECT_EQ(Later({"delete", id()}).status, 0);
  EXPECT_EQ(Build(kPlain, {"/bin/true"}).status, 0) << Out();
  EXPECT_EQ(Listed("state"), "created");
}

TEST_F(Create, GcTakesAStoppedOneThatItIsTold) {
  ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
  EXPECT_EQ(Later({"gc", id()}).status, 125) << "it waits for its start";
  ASSERT_EQ(Later({"stop", id()}).status, 0);
  EXPECT_EQ(Later({"gc", id()}).status, 0);
  EXPECT_EQ(Listed("state"), "");
}

class KilledCreate : public Create, public ::testing::WithParamInterface<const char*> {
 protected:
  // Ends the create, while the hook waits, by `signal`.
  RunResult Interrupt(int signal) {
    Running create(BuildArgv("create", Waits(GetParam()), {"/bin/sleep", "1000"}), Redirected());
    AwaitHook();
    create.Signal(signal);
    return create.Await();
  }
};

TEST_P(KilledCreate, IsUndoneByGc) {
  EXPECT_EQ(Interrupt(SIGKILL).status, 128 + SIGKILL);
  RemoveFifos();
  EXPECT_EQ(Listed("state"), "dead");
  EXPECT_EQ(Later({"gc"}).status, 0);
  EXPECT_EQ(Listed("state"), "");
}

TEST_P(KilledCreate, UndoesEverythingWhenItIsInterrupted) {
  EXPECT_EQ(Interrupt(SIGINT).status, 128 + SIGINT);
  EXPECT_EQ(Listed("state"), "");
}

INSTANTIATE_TEST_SUITE_P(Hook, KilledCreate,
                         ::testing::Values("pre-clone", "post-clone", "in-child"),
                         [](const auto& info) {
                           std::string name = info.param;
                           name.erase(name.find('-'), 1);
                           return name;
                         });

}  // namespace
}  // namespace slipway::testing
