#include "runtime/launch/unwinder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/launch/stage.h"
#include "runtime/sdk/error.h"
#include "runtime/state/contents.h"

namespace slipway::launch {
namespace {

const std::string kId = "web";

Occasion OccasionWith(const std::vector<state::Entry>& entries) {
  return {.operation = SLIPWAY_GC, .container_id = &kId, .entries = &entries};
}

// Fails on the record "bad", and succeeds on any other.
int Teardown(const slipway_host* host, slipway_context* context, const slipway_value*,
             const void* record, size_t size, slipway_error* error) {
  if (std::string_view(static_cast<const char*>(record), size) != "bad") return 0;
  const bool told = host->container_id(context) == kId && host->operation(context) == SLIPWAY_GC;
  return host->fail(error, 0, told ? "on purpose" : "another container", nullptr, nullptr);
}

slipway_stage Make(const char* name) {
  slipway_stage stage{};
  stage.name = name;
  stage.teardown = Teardown;
  return stage;
}

const slipway_stage kFirst = Make("first");
const slipway_stage kSecond = Make("second");

std::vector<Stage> Stages() {
  std::vector<Stage> stages;
  stages.emplace_back(StageSpec{.descriptor = &kFirst, .options = nullptr, .where = "f:1:1"});
  stages.emplace_back(StageSpec{.descriptor = &kSecond, .options = nullptr, .where = "f:2:1"});
  return stages;
}

TEST(Unwind, CountsTheRecordsOfEachStageTheLastOneFirst) {
  std::vector<UndoneStage> undone;
  const std::vector<state::Entry> entries = {{0, "a"}, {1, "b"}, {1, "bad"}, {1, "c"}};
  const auto failures = Unwind(OccasionWith(entries), Stages(), &undone);
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].ToString(), "second: could not clean up: on purpose");
  ASSERT_EQ(undone.size(), 2u);
  EXPECT_EQ(undone[0].stage, 1u);
  EXPECT_EQ(undone[0].undone, 2u);
  EXPECT_EQ(undone[0].failed, 1u);
  EXPECT_EQ(undone[1].stage, 0u);
  EXPECT_EQ(undone[1].undone, 1u);
  EXPECT_EQ(undone[1].failed, 0u);
}

TEST(Unwind, CountsNothingWithoutRecords) {
  const std::vector<state::Entry> none;
  std::vector<UndoneStage> undone;
  EXPECT_TRUE(Unwind(OccasionWith(none), Stages(), &undone).empty());
  EXPECT_TRUE(undone.empty());
}

}  // namespace
}  // namespace slipway::launch
