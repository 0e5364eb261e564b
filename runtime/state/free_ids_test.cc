#include "runtime/state/free_ids.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "runtime/state/journal.h"
#include "runtime/state/survey.h"
#include "runtime/state/test_root.h"

namespace slipway::state {
namespace {

constexpr uint32_t kFirst = 524288;
const std::vector<Ids> kAll = {{0, 4294967295}};

uint32_t Found(const std::vector<Ids>& taken, const std::vector<Ids>& usable, uint64_t begin = 0) {
  const auto ids = FindFreeIds(taken, usable, begin);
  return ids ? ids->first : 0;
}

TEST(FindFreeIds, BeginsWithTheOneThatIsAskedFor) {
  EXPECT_EQ(Found({}, kAll), kFirst);
  EXPECT_EQ(Found({}, kAll, 2), kFirst + 2 * kIdsOfAContainer);
}

TEST(FindFreeIds, LeavesOutWhatHasASingleIdThatIsTaken) {
  EXPECT_EQ(Found({{kFirst + 65535, 1}}, kAll), kFirst + kIdsOfAContainer);
  EXPECT_EQ(Found({{0, kFirst + 1}}, kAll), kFirst + kIdsOfAContainer);
  EXPECT_EQ(Found({{0, kFirst}}, kAll), kFirst);
  EXPECT_EQ(Found({{kFirst, 3 * kIdsOfAContainer}}, kAll, 1), kFirst + 3 * kIdsOfAContainer);
}

TEST(FindFreeIds, TakesWholeRangesOfWhatThereIs) {
  EXPECT_EQ(Found({}, {{0, 65536}}), 0u);
  EXPECT_EQ(Found({}, {{0, kFirst + kIdsOfAContainer - 1}}), 0u);
  EXPECT_EQ(Found({}, {{0, kFirst + 2 * kIdsOfAContainer}}, 5), kFirst);
}

TEST(FindFreeIds, FindsNothingWhereAllIsTaken) { EXPECT_EQ(Found(kAll, kAll), 0u); }

class FreeIds : public TestRoot {
 protected:
  const Root root_ = MakeRoot();
};

TEST_F(FreeIds, TwoContainersGetDifferentOnes) {
  auto one = Journal::Begin(root_, FactsOf("one"));
  auto two = Journal::Begin(root_, FactsOf("two"));
  ASSERT_TRUE(one.ok() && two.ok());
  const auto first = TakeFreeIds(root_, *one);
  ASSERT_TRUE(first.ok());
  // A process's own locks would not keep it from the journal: another asks, as another runtime.
  EXPECT_EQ(InChild([&] {
              const auto second = TakeFreeIds(root_, *two);
              return second.ok() && second->first != first->first ? 0 : 1;
            }),
            0);
}

TEST_F(FreeIds, TheJournalKeepsThem) {
  auto journal = Journal::Begin(root_, FactsOf("one"));
  const auto taken = TakeFreeIds(root_, *journal);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(InChild([&] {
              const auto seen = Look(root_, "one");
              if (!seen.ok() || !*seen || (*seen)->contents.ids.size() != 1) return 1;
              const bool same = (*seen)->contents.ids[0].first == taken->first;
              // The host's lock is still there: another container's must not take it away.
              return same && (*seen)->life == Life::kRunning ? 0 : 2;
            }),
            0);
}

TEST_F(FreeIds, OneWaitsForAnother) {
  auto journal = Journal::Begin(root_, FactsOf("one"));
  const sys::Fd lock(open((State() + "/.ids").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t other = fork();
  if (other == 0) {
    const bool taken = TakeFreeIds(root_, *journal).ok();
    _exit(write(ends[1], taken ? "y" : "n", 1) == 1 ? 0 : 1);
  }
  // /proc/locks tells that it waits, with "->".
  while (Read("/proc/locks").find("-> FLOCK  ADVISORY  WRITE " + std::to_string(other)) ==
         std::string::npos) {
    sched_yield();
  }
  EXPECT_EQ(flock(lock.get(), LOCK_UN), 0);
  char answer = 0;
  EXPECT_EQ(read(ends[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  waitpid(other, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace slipway::state
