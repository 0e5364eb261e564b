#include "runtime/text/nearest.h"

#include <gtest/gtest.h>

namespace slipway::text {
namespace {

TEST(Nearest, DistanceCountsEveryKindOfSlip) {
  struct Case {
    const char* a;
    const char* b;
    size_t distance;
  };
  const Case cases[] = {
      {"", "", 0},
      {"abc", "abc", 0},
      {"abc", "ab", 1},
      {"ab", "abc", 1},
      {"abc", "axc", 1},
      {"abc", "acb", 1},
      {"", "abc", 3},
      {"abc", "", 3},
      {"ca", "abc", 3},
      {"abcd", "badc", 2},
      {"hostnmae", "hostname", 1},
  };
  for (const Case& c : cases) EXPECT_EQ(EditDistance(c.a, c.b), c.distance) << c.a << " " << c.b;
}

TEST(Nearest, ANearNameIsSuggested) {
  EXPECT_EQ(NearestHint("hostnmae", {"domainname", "hostname"}, ""), "did you mean \"hostname\"?");
}

TEST(Nearest, AShortNameMayDifferByOneLetter) {
  EXPECT_EQ(NearestHint("x", {"y", "long"}, ""), "did you mean \"y\"?");
  EXPECT_EQ(NearestHint("ab", {"xy", "zz"}, ""), "one of xy, zz");
}

TEST(Nearest, ALongNameMayDifferByAThird) {
  EXPECT_EQ(NearestHint("abcxyz", {"abcdez", "nothing"}, ""), "did you mean \"abcdez\"?");
  EXPECT_EQ(NearestHint("abcxyz", {"abcdef", "nothing"}, ""), "one of abcdef, nothing");
}

TEST(Nearest, TheNearestOfSeveralIsSuggested) {
  EXPECT_EQ(NearestHint("abcdef", {"abcxyf", "abcdex"}, ""), "did you mean \"abcdex\"?");
}

TEST(Nearest, CapitalsAndUnderscoresAreNoDifference) {
  EXPECT_EQ(NearestHint("PID", {"uts", "pid"}, ""), "did you mean \"pid\"?");
  EXPECT_EQ(NearestHint("Cgroup_V1", {"cgroup-v2", "cgroup-v1"}, ""),
            "did you mean \"cgroup-v1\"?");
  EXPECT_EQ(NearestHint("a_b", {"A-B", "c"}, ""), "did you mean \"A-B\"?");
}

TEST(Nearest, OtherwiseTheHintListsWhatThereIs) {
  EXPECT_EQ(NearestHint("zzz", {"hostname", "domainname"}, ""), "one of hostname, domainname");
  EXPECT_EQ(NearestHint("zzz", {"hostname"}, ""), "there is only hostname");
  EXPECT_EQ(NearestHint("zzz", {}, "it has none"), "it has none");
}

TEST(Nearest, TheListIsBounded) {
  const std::vector<std::string_view> names(100, "a-name-of-some-length");
  const std::string list = JoinNames(names);
  EXPECT_LE(list.size(), 210U);
  EXPECT_TRUE(list.ends_with(", ...")) << list;
}

TEST(Nearest, AnOverlongNameIsNotCompared) {
  EXPECT_EQ(NearestHint(std::string(100'000, 'a'), {"b", "c"}, ""), "one of b, c");
}

}  // namespace
}  // namespace slipway::text
