// What stands in a state folder and is no container's state, or is no longer: it is refused with
// what would be right, and the other containers are listed and undone all the same.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"
#include "tests/living_on.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

class JournalFile : public LeftBehind {
 protected:
  void ExpectNotTaken(const std::string& why) {
    const std::string line =
        "not a safe file for a container's state \"" + Journal() + "\" (" + why +
        ": it must be a file of uid " + std::to_string(geteuid()) +
        " that neither group nor others can write to; chown and chmod make it that, if you know "
        "that nobody has changed it)";
    ExpectRefusal(Gc(), line + "\nruntime: " + KeptForGoodLine());
    ExpectRefusal(Gc({"--forget", id()}), line);
    EXPECT_EQ(List().err, "runtime: warning: " + line + "\n");
    EXPECT_TRUE(fs::exists(fs::symlink_status(Journal())));
    EXPECT_TRUE(fs::exists(test_.Path("records/a")));
  }
};

TEST_F(JournalFile, OfSomebodyElseIsRefused) {
  if (!IsRoot()) GTEST_SKIP() << "needs root, to give a file away";
  LeaveBehind();
  ASSERT_EQ(chown(Journal().c_str(), kNobody, kNobody), 0);
  ExpectNotTaken("it belongs to uid 65534");
  ASSERT_EQ(chown(Journal().c_str(), geteuid(), getegid()), 0);
  ExpectOutput(Gc(), Undone());
}

TEST_F(JournalFile, ThatOthersCanWriteToIsRefused) {
  LeaveBehind();
  chmod(Journal().c_str(), 0666);
  ExpectNotTaken("its mode is 0666");
  chmod(Journal().c_str(), 0600);
  ExpectOutput(Gc(), Undone());
}

TEST_F(JournalFile, ThatIsAFifoIsRefusedAndNotWaitedFor) {
  LeaveBehind();
  fs::remove(Journal());
  ASSERT_EQ(mkfifo(Journal().c_str(), 0600), 0);
  ExpectNotTaken("it is something else than a file");
}

TEST_F(JournalFile, ThatIsASymlinkIsRefused) {
  LeaveBehind();
  fs::rename(Journal(), test_.Path("elsewhere"));
  fs::create_symlink(test_.Path("elsewhere"), Journal());
  ExpectNotTaken("it is a symlink");
}

TEST_F(JournalFile, OfAContainerThatWasRenamedIsRefused) {
  LeaveBehind();
  fs::rename(State() + "/" + id(), State() + "/other");
  ExpectRefusal(Gc(), State() + "/other/journal: the state of another container \"" + id() +
                          "\" (moved by hand?)\nruntime: " + KeptLine("other"));
}

// A container beside it, whose runtime has died.
class LinkedFolder : public LeftBehind {
 protected:
  void SetUp() override {
    LeftBehind::SetUp();
    LeaveBehind();
    fs::rename(State() + "/" + id(), test_.Path("elsewhere"));
    fs::create_symlink(test_.Path("elsewhere"), State() + "/" + id());
  }
  void TearDown() override {
    fs::remove(State() + "/" + id());
    fs::rename(test_.Path("elsewhere"), State() + "/" + id());
    ExpectOutput(Gc(), Undone());
  }

  std::string Line() const {
    return "not a container's folder \"" + State() + "/" + id() +
           "\" (it is a symlink, which is not followed: remove it; where the folder itself was "
           "moved away, move it back)";
  }
};

TEST_F(LinkedFolder, IsRefusedByEachVerb) {
  for (const Words& words : std::vector<Words>{{"start"},
                                               {"kill"},
                                               {"stop"},
                                               {"delete"},
                                               {"delete", "--force"},
                                               {"wait"},
                                               {"ps"},
                                               {"stats"},
                                               {"logs"},
                                               {"pause"},
                                               {"resume"},
                                               {"gc", "--forget"}}) {
    Words all = {words.front(), "--root", State()};
    all.insert(all.end(), words.begin() + 1, words.end());
    all.push_back(id());
    SCOPED_TRACE(words.back());
    ExpectRefusal(Run(all), Line());
  }
  ExpectRefusal(Run({"exec", "--root", State(), id(), "/bin/true"}), Line());
  ExpectRefusal(Run({"update", "--root", State(), "--set", "cgroup.pids.max=1", id()}), Line());
  ExpectRefusal(Run({"run", "--root", State(), "--config", test_.WriteStages("  - pid\n"), "--name",
                     id(), "/bin/true"}),
                Line());
}

TEST_F(LinkedFolder, IsToldOfAndNothingElseIsHeldUp) {
  fs::create_directory(State() + "/zzz");
  chmod((State() + "/zzz").c_str(), 01700);
  EXPECT_EQ(List("json").out, "[]\n");
  EXPECT_EQ(List("json").err, "runtime: warning: " + Line() + "\n");
  const RunResult gc = Gc();
  EXPECT_EQ(gc.out, "zzz: removed\n");
  EXPECT_EQ(gc.err, "runtime: " + Line() + "\nruntime: " + KeptForGoodLine() + "\n");
  EXPECT_EQ(gc.status, 125);
}

class CutJournal : public LivingOn {
 protected:
  std::string Journal() const { return State() + "/" + id() + "/journal"; }

  // As somebody would who does it by hand: later.
  void Cut(size_t size) const {
    fs::resize_file(Journal(), size);
    fs::last_write_time(Journal(), fs::file_time_type::clock::now() + std::chrono::hours(1));
  }
};

// It lives, and nobody could find it again.
TEST_F(CutJournal, KeepsItsContainer) {
  ASSERT_EQ(Build(kPlain, {"/bin/sleep", "1000"}).status, 0) << Out();
  const pid_t pid = Pid();
  for (const size_t size : {size_t{40}, size_t{0}}) {
    Cut(size);
    const std::string line =
        "a container's state that has been cut short \"" + Journal() +
        "\" (whether it runs nobody can tell: end its processes, if there are any; runtime gc "
        "--forget " +
        id() + " drops it)";
    EXPECT_EQ(Later({"list"}).err, "runtime: warning: " + line + "\n");
    ExpectRefusal(Later({"ps", id()}), line);
    const RunResult gc = Later({"gc"});
    EXPECT_EQ(gc.err.find("runtime: " + line + "\nruntime: container " + id() +
                          " could not be undone, and is kept"),
              0U)
        << gc.err;
    EXPECT_EQ(gc.status, 125);
    EXPECT_TRUE(fs::exists(Journal()));
  }
  EXPECT_EQ(kill(pid, SIGKILL), 0);
  EXPECT_EQ(Later({"gc", "--forget", id()}).out, id() + ": forgotten\n");
}

}  // namespace
}  // namespace slipway::testing
