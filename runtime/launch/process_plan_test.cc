#include "runtime/launch/process_plan.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>

namespace slipway::launch {
namespace {

const Wisher kOne{.name = "one", .stage = 0, .where = "c.yaml:3:5"};
const Wisher kTwo{.name = "two", .stage = 1, .where = "c.yaml:4:5"};

slipway_process Wishes(uint32_t fields) {
  slipway_process wishes{};
  wishes.struct_size = sizeof(wishes);
  wishes.fields = fields;
  return wishes;
}

slipway_process Umask(uint32_t umask) {
  slipway_process wishes = Wishes(SLIPWAY_PROCESS_UMASK);
  wishes.umask = umask;
  return wishes;
}

TEST(ProcessPlan, TakesTheSameWishTwice) {
  ProcessPlan plan;
  EXPECT_TRUE(plan.Add(Umask(022), kOne).ok());
  EXPECT_TRUE(plan.Add(Umask(022), kTwo).ok());
  EXPECT_EQ(plan.umask->wisher.name, "one");
}

TEST(ProcessPlan, NamesTheStageThatWantedItDifferently) {
  ProcessPlan plan;
  ASSERT_TRUE(plan.Add(Umask(022), kOne).ok());
  const Status again = plan.Add(Umask(077), kTwo);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().ToString(),
            "the umask is wanted twice, and differently (the stage one has set it already)");
}

TEST(ProcessPlan, TellsVariablesApart) {
  const char* const first[] = {"A=1", "B", nullptr};
  const char* const second[] = {"C=3", nullptr};
  const char* const other[] = {"B=2", nullptr};
  ProcessPlan plan;
  slipway_process wishes = Wishes(SLIPWAY_PROCESS_ENVIRONMENT);
  wishes.environment = first;
  ASSERT_TRUE(plan.Add(wishes, kOne).ok());
  wishes.environment = second;
  ASSERT_TRUE(plan.Add(wishes, kTwo).ok());
  EXPECT_EQ(plan.environment.at("A").value, "1");
  EXPECT_EQ(plan.environment.at("B").value, std::nullopt);
  wishes.environment = other;
  EXPECT_FALSE(plan.Add(wishes, kTwo).ok());
}

TEST(ProcessPlan, TakesTheSameVariableTwice) {
  const char* const variables[] = {"A=a value that is no short text", nullptr};
  ProcessPlan plan;
  slipway_process wishes = Wishes(SLIPWAY_PROCESS_ENVIRONMENT);
  wishes.environment = variables;
  ASSERT_TRUE(plan.Add(wishes, kOne).ok());
  EXPECT_TRUE(plan.Add(wishes, kTwo).ok());
}

TEST(ProcessPlan, RefusesASoftLimitAboveTheHardOne) {
  const slipway_rlimit limit{.resource = RLIMIT_NOFILE, .reserved = 0, .soft = 2, .hard = 1};
  slipway_process wishes = Wishes(SLIPWAY_PROCESS_RLIMITS);
  wishes.rlimits = &limit;
  wishes.rlimit_count = 1;
  EXPECT_FALSE(ProcessPlan().Add(wishes, kOne).ok());
}

TEST(ProcessPlan, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(ProcessPlan().Add(Wishes(uint32_t{1} << 31), kOne).ok());
  slipway_process older = Umask(022);
  older.struct_size -= 8;
  EXPECT_FALSE(ProcessPlan().Add(older, kOne).ok());
}

TEST(ProcessPlan, RefusesAFilterWithoutInstructions) {
  EXPECT_FALSE(ProcessPlan().AddFilter(nullptr, 0, 0, kOne).ok());
}

}  // namespace
}  // namespace slipway::launch
