#include "runtime/state/survey.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/state/journal.h"
#include "runtime/state/remove.h"
#include "runtime/state/test_root.h"
#include "runtime/sys/process.h"

namespace slipway::state {
namespace {

// A process that stays until it is killed.
class Sleeper {
 public:
  Sleeper() : pid_(fork()) {
    if (pid_ == 0) {
      while (true) pause();
    }
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() { End(); }

  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  sys::ProcessIdentity identity() const { return *sys::Identify(pid_, *sys::OpenPidfd(pid_)); }

 private:
  pid_t pid_;
};

class Survey : public TestRoot {
 protected:
  // A host that has died, with `child` as the first process of its container.
  void LeaveBehind(const Facts& facts, const sys::ProcessIdentity* child = nullptr) {
    ASSERT_EQ(InChild([&] {
                auto journal = Journal::Begin(root_, facts);
                if (!journal.ok() || (child && !journal->SetChild(*child).ok())) return 1;
                return journal->Append(0, "a").ok() ? 0 : 2;
              }),
              0);
  }

  const Root root_ = MakeRoot();
};

TEST_F(Survey, OfNothingIsNothing) {
  EXPECT_FALSE(*Look(root_, "web"));
  EXPECT_FALSE(*DeadContainer::Take(root_, "web"));
}

TEST_F(Survey, SeesADeadContainer) {
  LeaveBehind(FactsOf("web"));
  const auto seen = Look(root_, "web");
  ASSERT_TRUE(seen.ok() && *seen);
  EXPECT_EQ((*seen)->life, Life::kDead);
  EXPECT_EQ((*seen)->contents.entries.size(), 1u);
}

TEST_F(Survey, SeesARunningContainerAndDoesNotTakeIt) {
  const Sleeper child;
  auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok() && journal->SetChild(child.identity()).ok());
  // This process does not see its own lock.
  EXPECT_EQ(InChild([&] {
              const auto seen = Look(root_, "web");
              if (!seen.ok() || !*seen || (*seen)->life != Life::kRunning) return 1;
              if ((*seen)->pid != child.identity().pid) return 2;
              const auto dead = DeadContainer::Take(root_, "web");
              return dead.ok() && !*dead ? 0 : 3;
            }),
            0);
}

TEST_F(Survey, LooksWithoutGettingInTheWay) {
  LeaveBehind(FactsOf("web"));
  const auto dead = DeadContainer::Take(root_, "web");
  ASSERT_TRUE(dead.ok() && *dead);
  EXPECT_EQ(InChild([&] {
              const auto seen = Look(root_, "web");
              if (!seen.ok() || !*seen || (*seen)->life != Life::kDead) return 1;
              const auto again = DeadContainer::Take(root_, "web");
              return again.ok() && !*again ? 0 : 2;
            }),
            0);
}

TEST_F(Survey, TakesADeadContainerAndRemovesIt) {
  LeaveBehind(FactsOf("web"));
  auto dead = DeadContainer::Take(root_, "web");
  ASSERT_TRUE(dead.ok() && *dead);
  EXPECT_TRUE((*dead)->EndChild(std::chrono::seconds(10)).ok());
  EXPECT_TRUE((*dead)->Remove().ok());
  EXPECT_TRUE(std::filesystem::is_empty(State()));
}

TEST_F(Survey, SeesThatAnOutlivingContainerRunsUntilItsEnd) {
  Sleeper child;
  const auto identity = child.identity();
  LeaveBehind(FactsOf("web", /*outlives_host=*/true), &identity);
  EXPECT_EQ((*Look(root_, "web"))->life, Life::kRunning);
  EXPECT_EQ((*Look(root_, "web"))->pid, identity.pid);
  EXPECT_FALSE(*DeadContainer::Take(root_, "web"));
  child.End();
  EXPECT_EQ((*Look(root_, "web"))->life, Life::kDead);
  EXPECT_EQ((*Look(root_, "web"))->pid, 0);
  EXPECT_TRUE(*DeadContainer::Take(root_, "web"));
}

// As `runtime create` writes it.
Contents Kept(Phase phase) {
  Contents contents;
  contents.facts.outlives_host = true;
  contents.facts.kept = true;
  contents.phase = phase;
  return contents;
}

TEST(LifeOf, OneThatWasCreatedNeedsNoHost) {
  const Contents created = Kept(Phase::kCreated);
  EXPECT_EQ(LifeOf(created, false, true), Life::kRunning);
  EXPECT_EQ(LifeOf(created, false, false), Life::kStopped);
}

TEST(LifeOf, OneWhoseMakingWasCutShortIsDead) {
  const Contents creating = Kept(Phase::kCreating);
  EXPECT_EQ(LifeOf(creating, true, true), Life::kRunning);
  EXPECT_EQ(LifeOf(creating, false, true), Life::kDead);
}

TEST(LifeOf, ADetachedOneEndsWithItsHost) {
  Contents contents = Kept(Phase::kRunning);
  contents.facts.outlives_host = false;
  EXPECT_EQ(LifeOf(contents, false, false), Life::kDead);
  contents.phase = Phase::kStopped;
  EXPECT_EQ(LifeOf(contents, false, false), Life::kStopped);
}

TEST_F(Survey, OneThatWaitsForItsStartIsTakenOnlyByWhoMeansIt) {
  const Sleeper child;
  const auto identity = child.identity();
  ASSERT_EQ(InChild([&] {
              Facts facts = FactsOf("web", /*outlives_host=*/true);
              facts.kept = true;
              auto journal = Journal::Begin(root_, facts);
              const bool written = journal.ok() && journal->SetChild(identity).ok() &&
                                   journal->SetPhase(Phase::kCreated).ok();
              return written ? 0 : 1;
            }),
            0);
  EXPECT_FALSE(*DeadContainer::Take(root_, "web", Claim::kDead));
  EXPECT_FALSE(*DeadContainer::Take(root_, "web", Claim::kEnded));
  EXPECT_TRUE(*DeadContainer::Take(root_, "web", Claim::kNotStarted));
}

TEST_F(Survey, EndsAProcessThatIsStillThere) {
  const Sleeper child;
  const auto identity = child.identity();
  LeaveBehind(FactsOf("web"), &identity);
  auto dead = DeadContainer::Take(root_, "web");
  ASSERT_TRUE(dead.ok() && *dead);
  EXPECT_TRUE((*dead)->EndChild(std::chrono::seconds(10)).ok());
  int status = 0;
  ASSERT_EQ(waitpid(identity.pid, &status, 0), identity.pid);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

// The number has another process by now, or that boot of the kernel has ended.
TEST_F(Survey, LeavesAProcessAloneThatIsAnother) {
  const Sleeper stranger;
  auto identity = stranger.identity();
  ++(identity.unique ? identity.unique : identity.start_time);
  LeaveBehind(FactsOf("web", /*outlives_host=*/true), &identity);
  auto dead = DeadContainer::Take(root_, "web");
  ASSERT_TRUE(dead.ok() && *dead);
  EXPECT_TRUE((*dead)->EndChild(std::chrono::seconds(10)).ok());
  EXPECT_EQ(waitpid(identity.pid, nullptr, WNOHANG), 0) << "it lives";
}

TEST_F(Survey, LeavesAProcessAloneThatIsOfAnotherBoot) {
  const Sleeper stranger;
  const auto identity = stranger.identity();
  std::filesystem::create_directory(State() + "/web");
  std::ofstream(TestRoot::Journal("web"))
      << FormatFacts(FactsOf("web", /*outlives_host=*/true), "another-boot")
      << FormatChild(identity);
  auto dead = DeadContainer::Take(root_, "web");
  ASSERT_TRUE(dead.ok() && *dead);
  EXPECT_TRUE((*dead)->EndChild(std::chrono::seconds(10)).ok());
  EXPECT_EQ(waitpid(identity.pid, nullptr, WNOHANG), 0) << "it lives";
}

TEST_F(Survey, DoesNotShowWhatHasNotBegunYet) {
  std::filesystem::create_directory(State() + "/web");
  std::ofstream(TestRoot::Journal("web")).close();
  EXPECT_FALSE(*Look(root_, "web"));
  const auto dead = DeadContainer::Take(root_, "web");
  ASSERT_TRUE(dead.ok() && *dead) << "there is nothing to undo, but a folder to remove";
  EXPECT_FALSE((*dead)->contents().complete);
}

TEST_F(Survey, ForgetsADeadContainer) {
  LeaveBehind(FactsOf("web"));
  EXPECT_EQ(*Forget(root_, "web"), Forgotten::kDone);
  EXPECT_TRUE(std::filesystem::is_empty(State()));
  EXPECT_EQ(*Forget(root_, "web"), Forgotten::kNotThere);
}

TEST_F(Survey, ForgetsAContainerWhoseJournalCannotBeRead) {
  LeaveBehind(FactsOf("web"));
  std::ofstream(TestRoot::Journal("web"), std::ios::app) << "nonsense\n";
  ASSERT_FALSE(DeadContainer::Take(root_, "web").ok());
  EXPECT_EQ(*Forget(root_, "web"), Forgotten::kDone);
  EXPECT_TRUE(std::filesystem::is_empty(State()));
}

TEST_F(Survey, ForgetsAFolderThatWasOnlyBegun) {
  ASSERT_EQ(mkdir((State() + "/web").c_str(), kContainerMode), 0);
  EXPECT_EQ(*Forget(root_, "web"), Forgotten::kDone);
  EXPECT_TRUE(std::filesystem::is_empty(State()));
}

TEST_F(Survey, DoesNotForgetARunningContainer) {
  auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok());
  EXPECT_EQ(InChild([&] {
              const auto forgotten = Forget(root_, "web");
              return forgotten.ok() && *forgotten == Forgotten::kRunning ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(std::filesystem::exists(TestRoot::Journal("web")));
}

TEST_F(Survey, DoesNotForgetAnOutlivingContainerBeforeItsEnd) {
  Sleeper child;
  const auto identity = child.identity();
  LeaveBehind(FactsOf("web", /*outlives_host=*/true), &identity);
  EXPECT_EQ(*Forget(root_, "web"), Forgotten::kRunning);
  child.End();
  EXPECT_EQ(*Forget(root_, "web"), Forgotten::kDone);
}

TEST_F(Survey, DoesNotForgetWhatAGarbageCollectionHasInHand) {
  LeaveBehind(FactsOf("web"));
  const auto dead = DeadContainer::Take(root_, "web");
  ASSERT_TRUE(dead.ok() && *dead);
  EXPECT_EQ(InChild([&] {
              const auto forgotten = Forget(root_, "web");
              return forgotten.ok() && *forgotten == Forgotten::kTaken ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(std::filesystem::exists(TestRoot::Journal("web")));
}

TEST_F(Survey, RefusesTheJournalOfAnother) {
  LeaveBehind(FactsOf("web"));
  std::filesystem::rename(State() + "/web", State() + "/db");
  EXPECT_EQ(Look(root_, "db").error().ToString(),
            State() + "/db/journal: the state of another container \"web\" (moved by hand?)");
}

TEST_F(Survey, RefusesAJournalThatOthersCanWriteTo) {
  LeaveBehind(FactsOf("web"));
  chmod(TestRoot::Journal("web").c_str(), 0620);
  EXPECT_FALSE(Look(root_, "web").ok());
  EXPECT_FALSE(DeadContainer::Take(root_, "web").ok());
}

TEST_F(Survey, DoesNotWaitForTheWriterOfAFifo) {
  std::filesystem::create_directory(State() + "/web");
  ASSERT_EQ(mkfifo(TestRoot::Journal("web").c_str(), 0600), 0);
  EXPECT_FALSE(Look(root_, "web").ok());
  EXPECT_FALSE(DeadContainer::Take(root_, "web").ok());
}

TEST_F(Survey, RemovesOnlyEmptyFoldersOfItsOwnKind) {
  ASSERT_EQ(mkdir((State() + "/ours").c_str(), kContainerMode), 0);
  ASSERT_EQ(mkdir((State() + "/theirs").c_str(), 0700), 0);
  ASSERT_EQ(mkdir((State() + "/full").c_str(), kContainerMode), 0);
  std::ofstream(State() + "/full/file").close();
  EXPECT_TRUE(IsEmptyFolder(root_, "ours"));
  EXPECT_TRUE(RemoveEmptyFolder(root_, "ours"));
  EXPECT_FALSE(RemoveEmptyFolder(root_, "ours"));
  for (const char* id : {"ours", "theirs", "full"}) EXPECT_FALSE(IsEmptyFolder(root_, id)) << id;
  EXPECT_FALSE(RemoveEmptyFolder(root_, "theirs"));
  EXPECT_FALSE(RemoveEmptyFolder(root_, "full"));
  EXPECT_TRUE(std::filesystem::exists(State() + "/theirs"));
}

}  // namespace
}  // namespace slipway::state
