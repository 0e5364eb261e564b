#include "runtime/text/nearest.h"

#include <gtest/gtest.h>

namespace slipway::text {
namespace {

TEST(EditDistance, CountsEachKindOfSlipAsOne) {
  EXPECT_EQ(EditDistance("hostname", "hostname"), 0u);
  EXPECT_EQ(EditDistance("hostname", "hostnam"), 1u);
  EXPECT_EQ(EditDistance("hostname", "hostnamee"), 1u);
  EXPECT_EQ(EditDistance("hostname", "hostnume"), 1u);
  EXPECT_EQ(EditDistance("hostname", "hostnmae"), 1u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
}

TEST(Nearest, IsTheClosestName) {
  EXPECT_EQ(Nearest("uts1", {"pid", "uts", "mount"}), "uts");
  EXPECT_EQ(Nearest("cgroup-v", {"cgroup-v1", "cgroup-v2"}), "cgroup-v1");
}

TEST(Nearest, IsNothingWhenNoNameIsClose) { EXPECT_EQ(Nearest("network", {"pid", "uts"}), ""); }

TEST(SuggestName, OffersTheNearestName) {
  EXPECT_EQ(SuggestName("mout", {"pid", "mount"}), "did you mean \"mount\"?");
}

TEST(SuggestName, ListsWhatThereIsWhenNothingIsNear) {
  EXPECT_EQ(SuggestName("network", {"pid", "uts"}), "one of: pid, uts");
}

TEST(SuggestName, IsSilentWithoutNames) { EXPECT_EQ(SuggestName("pid", {}), ""); }

}  // namespace
}  // namespace slipway::text
