// A runtime that is killed with SIGKILL takes its container along; `runtime list` shows what is
// left behind, and `runtime gc` undoes it, whenever the kill came.

#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kCgroup[] =
    "  - first-of:\n      - cgroup-v2: {pids.max: 20}\n      - cgroup-v1: {pids.max: 20}\n";

// The pid in the only row of `list`; 0 when there is none.
pid_t PidIn(const std::string& json) {
  const std::string key = "\"pid\":";
  const size_t at = json.find(key);
  return at == std::string::npos ? 0 : std::atoi(json.c_str() + at + key.size());
}

std::string NameOfUser() {
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : "user " + std::to_string(geteuid());
}

class Collect : public LeftBehind {};

TEST_F(Collect, UndoesWhatTheDeadLeftBehind) {
  LeaveBehind();
  ExpectKept();
  ExpectOutput(Gc(), Undone());
  EXPECT_EQ(Log(), "b\na\n");
  ExpectUndone();
}

TEST_F(Collect, RemovesCgroupsAndNamesThem) {
  LeaveBehind(Config(std::string(kCgroup) + "  - pid\n"), Flags());
  const RunResult result = Gc();
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find(id() + ": cgroup-v"), std::string::npos) << result.out;
  ExpectUndone();
}

TEST_F(Collect, SaysTheSecondTimeThatNothingWasLeft) {
  LeaveBehind();
  Gc();
  ExpectOutput(Gc(), kNothing);
}

TEST_F(Collect, ADryRunChangesNothing) {
  LeaveBehind();
  const std::string journal = ReadText(Journal());
  ExpectOutput(Gc({"--dry-run"}), id() + ": bad-leaves-record: would be undone: 2 steps\n" + id() +
                                      ": would be removed\n");
  EXPECT_EQ(ReadText(Journal()), journal);
  EXPECT_EQ(Log(), "");
  ExpectKept();
}

TEST_F(Collect, TakesTheIdsThatItIsGiven) {
  LeaveBehind();
  ExpectOutput(Gc({id(), id()}), Undone());
  ExpectUndone();
}

TEST_F(Collect, RefusesAnIdThatIsNotThereAndUndoesTheOthers) {
  LeaveBehind();
  const RunResult result = Gc({"nope", id()});
  EXPECT_EQ(result.out, Undone());
  EXPECT_EQ(result.err,
            "runtime: no such container \"nope\" (runtime list shows those that there "
            "are; the state folder is " +
                State() + ")\n");
  EXPECT_EQ(result.status, 125);
  ExpectUndone();
}

TEST_F(Collect, RefusesWhatIsNoId) {
  for (const std::string id : {"../x", ".", "..", "a/b"}) {
    ExpectRefusal(Gc({id}),
                  "not a container id \"" + id + "\" (runtime list shows those that there are)");
  }
}

TEST_F(Collect, KeepsWhatCannotBeUndone) {
  LeaveBehind(Config("", "teardown"), Flags());
  const std::string failure =
      "runtime: bad-leaves-record: could not clean up: failed \"on purpose\"\n";
  const RunResult result = Gc();
  EXPECT_EQ(result.err, failure + failure + "runtime: " + KeptLine() + "\n");
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(Log(), "b\na\nb\na\n") << "each is tried twice";
  EXPECT_TRUE(fs::exists(Journal()));
}

TEST_F(Collect, KeepsAContainerWhoseJournalIsDamaged) {
  LeaveBehind();
  Damage();
  const std::string line =
      "a damaged line of a container's state (written by another version of the runtime, or "
      "changed since; runtime gc --forget ID drops it)";
  ExpectRefusal(Gc(), Journal() + ":1: " + line + "\nruntime: " + KeptLine());
  const RunResult list = List();
  EXPECT_EQ(list.err, "runtime: warning: " + Journal() + ":1: " + line + "\n");
  EXPECT_EQ(list.status, 0);
  ExpectKept();
}

TEST_F(Collect, TakesALastLineThatWasCutShortAsNotWritten) {
  LeaveBehind();
  const std::string whole = ReadText(Journal());
  const size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  std::ofstream(Journal(), std::ios::app) << whole.substr(last, (whole.size() - last) / 2);
  ExpectOutput(Gc(), Undone());
  ExpectUndone();
}

TEST_F(Collect, LeavesEmptyFoldersAloneThatAreNotTheRuntimes) {
  fs::create_directories(State() + "/mine");
  chmod(State().c_str(), 0700);
  ExpectOutput(Gc(), kNothing);
  EXPECT_TRUE(fs::exists(State() + "/mine"));
}

TEST_F(Collect, RemovesTheFolderOfARuntimeThatDiedBeforeItsJournal) {
  BeginOnly();
  ExpectOutput(Gc({"--dry-run"}), id() + ": would be removed\n");
  EXPECT_TRUE(fs::exists(State() + "/" + id()));
  ExpectOutput(Gc(), id() + ": removed\n");
  EXPECT_TRUE(fs::is_empty(State()));
}

TEST_F(Collect, LeavesARunningContainerAlone) {
  Running container(test_.Argv(Config(), Stays(), Flags()));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  ExpectOutput(Gc(), kNothing);
  ExpectOutput(Gc({"--dry-run"}), kNothing);
  ExpectRefusal(Gc({id()}), RunningLine());
  EXPECT_TRUE(IsListedAsLiving());
  ExpectKept();
  container.Signal(SIGTERM);
  EXPECT_EQ(container.Await().status, 128 + SIGTERM);
  EXPECT_EQ(Log(), "b\na\n");
  ExpectUndone();
}

TEST_F(Collect, ANameThatIsTakenIsRefused) {
  Running container(test_.Argv(Config(), Stays(), Flags()));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  const Words again = test_.Argv(Config(), {"/bin/true"}, Flags());
  ExpectRefusal(RunProgram(again), "a container of this name exists \"" + id() +
                                       "\" (it is running; choose another --name)");
  container.Signal(SIGKILL);
  container.Await();
  AwaitOrphans();
  ExpectRefusal(RunProgram(again), "a container of this name exists \"" + id() +
                                       "\" (its runtime has died: see runtime list, runtime gc)");
  ExpectOutput(Gc(), Undone());
  EXPECT_EQ(RunProgram(again).status, 0);
  ExpectUndone();
}

TEST_F(Collect, ARuntimeThatCannotWriteItsJournalSaysSo) {
  const std::string limited = "ulimit -f 0; exec \"$@\"";
  Words argv = {"/bin/sh", "-c", limited, "sh"};
  const Words run = test_.Argv(Config(), {"/bin/true"}, Flags());
  argv.insert(argv.end(), run.begin(), run.end());
  ExpectRefusal(RunProgram(argv),
                "cannot keep the container's state: cannot write \"" + Journal() +
                    "\": File too large (the limit of a file's size, RLIMIT_FSIZE, is too "
                    "low: raise it with ulimit -f)");
  EXPECT_TRUE(fs::is_empty(State()));
}

TEST_F(Collect, ListSaysWhichAreThereInATable) {
  const std::string of_user = " of " + NameOfUser() + "; the state folder is " + State() + "\n";
  ExpectOutput(List(), "ID  STATE  PID  SINCE  CONFIG  COMMAND\nno containers" + of_user);
  LeaveBehind();
  const std::string row = List().out.substr(List().out.find('\n') + 1);
  const std::string begin = id() + "  dead   -    20";
  EXPECT_EQ(row.substr(0, begin.size()), begin);
  EXPECT_TRUE(row.ends_with("  " + test_.Path("test.yaml") +
                            "  /bin/tail -f /etc/ready\n1 container" + of_user))
      << row;
}

TEST_F(Collect, ListSaysWhichAreThereInJson) {
  ExpectOutput(List("json"), "[]\n");
  LeaveBehind();
  const std::string text = List("json").out;
  const std::string begin =
      "[{\"id\":\"" + id() + "\",\"state\":\"dead\",\"pid\":null,\"since\":\"20";
  EXPECT_EQ(text.substr(0, begin.size()), begin);
  EXPECT_TRUE(
      text.ends_with("Z\",\"config\":\"" + test_.Path("test.yaml") +
                     "\",\"extends\":[],\"command\":\"/bin/tail -f /etc/ready\",\"log\":null,"
                     "\"exit_status\":null,\"timed_out\":false}]\n"))
      << text;
}

// A container that was told to outlive its runtime.
class Outliving : public LeftBehind {
 protected:
  void SetUp() override {
    LeftBehind::SetUp();
    ASSERT_EQ(mkfifo(test_.Path("root/etc/end").c_str(), 0600), 0);
    Words flags = Flags();
    flags.push_back("--outlive-runtime");
    container_.emplace(
        test_.Argv(Config(), {"/bin/sh", "-c", "echo ready; read line </etc/end"}, flags));
    ASSERT_TRUE(container_->AwaitOutput("ready\n"));
    container_->Signal(SIGKILL);
    ASSERT_EQ(waitpid(container_->pid(), nullptr, 0), container_->pid());
  }

  void EndIt() {
    std::ofstream(test_.Path("root/etc/end")) << "end\n";
    AwaitOrphans();
  }

  std::optional<Running> container_;
};

TEST_F(Outliving, LivesOnAndIsLeftAloneAndIsUndoneAfterItsEnd) {
  ExpectOutput(Gc(), kNothing);
  ExpectRefusal(Gc({id()}), RunningLine());
  EXPECT_TRUE(IsListedAsLiving());
  ExpectKept();
  EndIt();
  EXPECT_NE(List("json").out.find("\"state\":\"dead\",\"pid\":null"), std::string::npos);
  ExpectOutput(Gc(), Undone());
  EXPECT_EQ(Log(), "b\na\n");
  ExpectUndone();
}

TEST_F(Outliving, IsListedWithThePidOfItsFirstProcess) {
  const pid_t pid = PidIn(List("json").out);
  ASSERT_GT(pid, 0);
  // It was the runtime's child, and is ours now.
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), 0);
  EndIt();
}

// The runtime is killed while a hook waits.
class KilledIn : public LeftBehind, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    LeftBehind::SetUp();
    fs::create_directory(test_.Path("fifos"));
    ASSERT_EQ(mkfifo(Fifo("there").c_str(), 0600), 0);
    ASSERT_EQ(mkfifo(Fifo("go").c_str(), 0600), 0);
  }

  std::string Fifo(const std::string& name) const { return test_.Path("fifos/" + name); }

  std::string Waits(const std::string& hook) const {
    return Config("  - bad-waits: {dir: fifos, hook: " + hook + "}\n");
  }

  // Until the hook has been reached. The stream ends with the process that waits in it.
  std::ifstream AwaitHook() const { return std::ifstream(Fifo("there")); }

  void ForgetFifos() const { fs::remove_all(test_.Path("fifos")); }

  std::string AllUndone() const { return id() + ": bad-waits: undone: 1 step\n" + Undone(); }
};

TEST_P(KilledIn, EverythingIsUndone) {
  Running container(test_.Argv(Waits(GetParam()), {"/bin/false"}, Flags()));
  std::ifstream waiting = AwaitHook();
  ExpectOutput(Gc(), kNothing);
  EXPECT_TRUE(IsListedAsLiving());
  container.Signal(SIGKILL);
  EXPECT_EQ(waiting.get(), EOF) << "the process in the hook has ended";
  EXPECT_EQ(container.Await().status, 128 + SIGKILL);
  AwaitOrphans();
  ForgetFifos();
  ExpectOutput(Gc(), AllUndone());
  EXPECT_EQ(Log(), "b\na\n");
  ExpectUndone();
}

std::string HookName(const ::testing::TestParamInfo<const char*>& info) {
  std::string name;
  for (const char c : std::string(info.param)) name += c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Hook, KilledIn,
                         ::testing::Values("pre-clone", "post-clone", "in-child", "report",
                                           "teardown"),
                         HookName);

class TwoGcs : public KilledIn {
 protected:
  void SetUp() override {
    KilledIn::SetUp();
    LeaveBehind(Waits("teardown"), Flags());
  }

  Words FirstGc() const { return {Runfile("runtime/runtime"), "gc", "--root", State()}; }
};

TEST_F(TwoGcs, TheSecondLeavesTheContainerToTheFirst) {
  Running first(FirstGc());
  const std::ifstream waiting = AwaitHook();
  ExpectOutput(Gc(), kNothing);
  ExpectRefusal(Gc({id()}), "another runtime gc is at work on \"" + id() + "\"");
  EXPECT_NE(List().out.find(id() + "  dead  "), std::string::npos) << List().out;
  std::ofstream(Fifo("go")).close();
  ExpectOutput(first.Await(), AllUndone());
  EXPECT_EQ(Log(), "b\na\n");
  ExpectUndone();
}

TEST_F(TwoGcs, TheSecondGoesOnWhereTheFirstWasKilled) {
  Running first(FirstGc());
  const std::ifstream waiting = AwaitHook();
  first.Signal(SIGKILL);
  first.Await();
  ForgetFifos();
  ExpectOutput(Gc(), AllUndone());
  ExpectUndone();
}

}  // namespace
}  // namespace slipway::testing
