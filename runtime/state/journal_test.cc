#include "runtime/state/journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "runtime/state/remove.h"
#include "runtime/state/survey.h"
#include "runtime/state/test_root.h"
#include "runtime/sys/process.h"

namespace slipway::state {
namespace {

class JournalTest : public TestRoot {
 protected:
  std::string ErrorOfBegin(const std::string& id) const {
    auto journal = Journal::Begin(root_, FactsOf(id));
    return journal.ok() ? std::string() : journal.error().ToString();
  }

  static void SetLargestFile(rlim_t size) {
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &limit);
  }

  const Root root_ = MakeRoot();
};

TEST_F(JournalTest, IsForItsUserAlone) {
  const auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok());
  struct stat facts {};
  ASSERT_EQ(stat(TestRoot::Journal("web").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & ALLPERMS, 0600u);
  ASSERT_EQ(stat((State() + "/web").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & (S_IRWXG | S_IRWXO), 0u);
  EXPECT_TRUE(fcntl(journal->fd(), F_GETFD) & FD_CLOEXEC);
}

TEST_F(JournalTest, HasOnDiskWhatItWasGiven) {
  auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok());
  ASSERT_TRUE(journal->SetChild({.pid = 7, .unique = 8, .start_time = 9}).ok());
  ASSERT_TRUE(journal->Append(0, "a\nb").ok());
  const std::string path = TestRoot::Journal("web");
  const auto contents = ParseContents(Read(path), path);
  ASSERT_TRUE(contents.ok());
  EXPECT_TRUE(contents->complete);
  EXPECT_EQ(contents->boot, root_.OutlastsBoot() ? sys::BootId() : "");
  EXPECT_EQ(contents->child->pid, 7);
  ASSERT_EQ(contents->entries.size(), 1u);
  EXPECT_EQ(contents->entries[0].record, "a\nb");
  EXPECT_EQ(journal->entries()[0].record, "a\nb");
}

TEST_F(JournalTest, TakesRecordsUpToTheirLargestSize) {
  auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok());
  EXPECT_TRUE(journal->Append(0, std::string(Journal::kMaxRecord, '\n')).ok());
  const std::string before = Read(TestRoot::Journal("web"));
  EXPECT_FALSE(journal->Append(0, std::string(Journal::kMaxRecord + 1, 'x')).ok());
  EXPECT_EQ(Read(TestRoot::Journal("web")), before);
  EXPECT_EQ(journal->entries().size(), 1u);
}

TEST_F(JournalTest, TakesBackWhatAChildHasAppended) {
  auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok());
  ASSERT_TRUE(journal->Append(0, "host").ok());
  EXPECT_EQ(InChild([&] { return journal->Append(0, std::string(60000, 'c')).ok() ? 0 : 1; }), 0);
  EXPECT_EQ(journal->entries().size(), 1u);
  EXPECT_TRUE(journal->TakeBack().ok());
  ASSERT_EQ(journal->entries().size(), 2u);
  EXPECT_EQ(journal->entries()[1].record, std::string(60000, 'c'));
  EXPECT_TRUE(journal->TakeBack().ok()) << "a second time";
  ASSERT_TRUE(journal->Append(0, "more").ok());
  EXPECT_EQ(journal->entries().size(), 3u);
}

TEST_F(JournalTest, LeavesNothingWhenItIsRemoved) {
  auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok());
  EXPECT_TRUE(journal->Remove().ok());
  EXPECT_TRUE(std::filesystem::is_empty(State()));
  EXPECT_TRUE(journal->Remove().ok()) << "a second time";
}

TEST_F(JournalTest, OfARunningContainerKeepsItsName) {
  const auto journal = Journal::Begin(root_, FactsOf("web"));
  ASSERT_TRUE(journal.ok());
  // This process does not see its own lock.
  EXPECT_EQ(InChild([&] {
              return ErrorOfBegin("web") ==
                             "a container of this name exists \"web\" (it is "
                             "running; choose another --name)"
                         ? 0
                         : 1;
            }),
            0);
}

TEST_F(JournalTest, OfADeadContainerKeepsItsName) {
  EXPECT_EQ(InChild([&] { return Journal::Begin(root_, FactsOf("web")).ok() ? 0 : 1; }), 0);
  EXPECT_EQ(ErrorOfBegin("web"),
            "a container of this name exists \"web\" (its runtime has died: see runtime list, "
            "runtime gc)");
}

// A file system that is full in the middle of a line. The rest of the journal must stay readable.
TEST_F(JournalTest, HasNoHalfLineWhenThereIsNoSpace) {
  EXPECT_EQ(InChild([&] {
              sigset_t signals;
              sigemptyset(&signals);
              sigaddset(&signals, SIGXFSZ);
              sigprocmask(SIG_BLOCK, &signals, nullptr);
              auto journal = Journal::Begin(root_, FactsOf("web"));
              if (!journal.ok() || !journal->Append(0, "a").ok()) return 1;
              const std::string whole = Read(TestRoot::Journal("web"));
              // The first write is cut short, the next has no room at all.
              for (const size_t room : {size_t{9}, size_t{0}}) {
                SetLargestFile(whole.size() + room);
                if (journal->Append(0, "does not fit").ok()) return 2;
                if (Read(TestRoot::Journal("web")) != whole) return 3;
              }
              sigset_t pending;
              sigpending(&pending);
              if (sigismember(&pending, SIGXFSZ)) return 4;
              SetLargestFile(RLIM_INFINITY);
              if (!journal->Append(0, "b").ok()) return 5;
              return journal->entries().size() == 2 ? 0 : 6;
            }),
            0);
  const std::string path = TestRoot::Journal("web");
  const auto contents = ParseContents(Read(path), path);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  ASSERT_EQ(contents->entries.size(), 2u);
  EXPECT_EQ(contents->entries[1].record, "b");
}

TEST_F(JournalTest, ThatCannotBeBegunLeavesNothing) {
  EXPECT_EQ(InChild([&] {
              signal(SIGXFSZ, SIG_IGN);
              SetLargestFile(20);
              return Journal::Begin(root_, FactsOf("web")).ok() ? 1 : 0;
            }),
            0);
  EXPECT_TRUE(std::filesystem::is_empty(State()));
}

// Processes that begin and end containers while others collect: nobody is in another's way, and
// nothing stays.
TEST_F(JournalTest, IsBegunWhileOthersCollect) {
  constexpr int kRounds = 300;
  int ended[2];
  ASSERT_EQ(pipe2(ended, O_CLOEXEC | O_NONBLOCK), 0);
  const pid_t collector = fork();
  if (collector == 0) {
    close(ended[1]);
    char byte = 0;
    // Until nobody holds the other end.
    while (read(ended[0], &byte, 1) < 0) {
      const auto ids = root_.Ids();
      for (const std::string& id : *ids) {
        auto dead = DeadContainer::Take(root_, id);
        if (!dead.ok()) _exit(1);
        if (!*dead) {
          RemoveEmptyFolder(root_, id);
          continue;
        }
        if ((*dead)->contents().complete) _exit(2);
        if (!(*dead)->Remove().ok()) _exit(3);
      }
    }
    _exit(0);
  }
  close(ended[0]);
  for (int round = 0; round < kRounds; ++round) {
    auto journal = Journal::Begin(root_, FactsOf("web-" + std::to_string(round)));
    ASSERT_TRUE(journal.ok()) << journal.error().ToString();
    ASSERT_TRUE(journal->Append(0, "a").ok());
    ASSERT_TRUE(journal->Remove().ok());
  }
  close(ended[1]);
  int status = 0;
  ASSERT_EQ(waitpid(collector, &status, 0), collector);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(std::filesystem::is_empty(State()));
}

}  // namespace
}  // namespace slipway::state
