#include "plugins/user/maps.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slipway::user {
namespace {

std::string Refusal(const std::vector<Range>& map) {
  const Status checked = CheckMap("uids", map);
  return checked.ok() ? ""
                      : std::string(checked.error()->option) + ": " + checked.error().ToString();
}

TEST(CheckMap, TakesRangesThatTouch) {
  EXPECT_EQ(Refusal({{0, 1000, 1}, {1, 100000, 65535}, {65536, 1001, 1}}), "");
}

TEST(CheckMap, TakesTheLastId) {
  EXPECT_EQ(Refusal({{0, 0, 4294967295}}), "");
  EXPECT_EQ(Refusal({{4294967294, 4294967294, 1}}), "");
}

TEST(CheckMap, RefusesIdsBeyondTheLast) {
  const std::string words =
      "ids beyond the last one (there is none above 4294967294: a smaller count, or lower ids)";
  EXPECT_EQ(Refusal({{1, 0, 4294967295}}), "uids[0]: " + words);
  EXPECT_EQ(Refusal({{0, 5, 1}, {1, 4294967294, 2}}), "uids[1]: " + words);
}

TEST(CheckMap, RefusesOverlapsOnEachSide) {
  EXPECT_EQ(
      Refusal({{0, 100, 10}, {20, 200, 1}, {9, 300, 2}}),
      "uids[2]: ids that a line before has too (0 to 9 in the container are those of line 1)");
  EXPECT_EQ(Refusal({{0, 100, 1}, {1, 100, 1}}),
            "uids[1]: ids that a line before has too (100 outside are those of line 1)");
}

TEST(CheckMap, RefusesMoreLinesThanTheKernelTakes) {
  std::vector<Range> map;
  for (int64_t i = 0; i < 340; ++i) map.push_back({i, 1000 + i, 1});
  EXPECT_EQ(Refusal(map), "");
  map.push_back({340, 1340, 1});
  EXPECT_EQ(Refusal(map), "uids: too many lines \"341\" (the kernel takes 340)");
}

}  // namespace
}  // namespace slipway::user
