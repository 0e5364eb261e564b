// The pure logic of cgroups: what mountinfo says, what records say.

#include "plugins/cgroup/cgroup.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/cgroup/figures.h"
#include "plugins/cgroup/life.h"

namespace slipway::cgroup {
namespace {

constexpr std::string_view kHybrid =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "31 22 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "33 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
    "34 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
    "35 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

TEST(ParseCgroupMounts, FindsV1AndV2OfAHybridMachine) {
  const auto mounts = ParseCgroupMounts(kHybrid);
  ASSERT_EQ(mounts.size(), 4U);
  EXPECT_EQ(FindController(mounts, "pids")->mount_point, "/sys/fs/cgroup/pids");
  EXPECT_EQ(FindUnified(mounts)->mount_point, "/sys/fs/cgroup/unified");
  EXPECT_EQ(FindController(mounts, "memory"), nullptr);
}

TEST(ParseCgroupMounts, JoinedControllersAreOneHierarchy) {
  const auto mounts = ParseCgroupMounts(kHybrid);
  EXPECT_EQ(FindController(mounts, "cpu"), FindController(mounts, "cpuacct"));
  EXPECT_EQ(FindController(mounts, "cpu")->device, "0:29");
}

TEST(ParseCgroupMounts, UnescapesOctal) {
  const auto mounts = ParseCgroupMounts(
      "9 1 0:5 /a\\134b /mnt/my\\040cgroup\\011x rw - cgroup2 none rw,nsdelegate\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].root, "/a\\b");
  EXPECT_EQ(mounts[0].mount_point, "/mnt/my cgroup\tx");
}

TEST(ParseCgroupMounts, KeepsABackslashThatEscapesNothing) {
  const auto mounts = ParseCgroupMounts("9 1 0:5 / /mnt/a\\9\\04 rw - cgroup2 none rw\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].mount_point, "/mnt/a\\9\\04");
}

TEST(ParseCgroupMounts, ReadOnlyByMountOrBySuperblock) {
  const auto mounts = ParseCgroupMounts(
      "9 1 0:5 / /a ro,nosuid - cgroup cgroup rw,pids\n"
      "10 1 0:6 / /b rw - cgroup cgroup ro,cpu\n"
      "11 1 0:7 / /c rw - cgroup cgroup rw,memory\n");
  ASSERT_EQ(mounts.size(), 3U);
  EXPECT_TRUE(mounts[0].read_only);
  EXPECT_TRUE(mounts[1].read_only);
  EXPECT_FALSE(mounts[2].read_only);
}

TEST(ParseCgroupMounts, PassesOverLinesThatItDoesNotUnderstand) {
  EXPECT_TRUE(ParseCgroupMounts("").empty());
  EXPECT_TRUE(ParseCgroupMounts("nonsense\n1 2 3 4 5 6 7\n- - -\n").empty());
  EXPECT_TRUE(ParseCgroupMounts("9 1 0:5 / /a rw -\n").empty());
}

TEST(ParseCgroupMounts, AHierarchyHiddenBelowAnotherMountIsNotThere) {
  // cgroup2 mounted over /sys/fs/cgroup of the hybrid machine.
  const auto mounts = ParseCgroupMounts(std::string(kHybrid) +
                                        "40 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].mount_point, "/sys/fs/cgroup");
  EXPECT_TRUE(mounts[0].unified);
}

TEST(ParseCgroupMounts, AMountOnTheSamePointHidesTheOneBelow) {
  const auto mounts = ParseCgroupMounts(
      "9 1 0:5 / /a rw - cgroup cgroup rw,pids\n"
      "10 9 0:6 / /a rw - tmpfs tmpfs rw\n");
  EXPECT_TRUE(mounts.empty());
}

TEST(ParseCgroupMounts, AMountThatLiesAboveCountsNotWhenItWasThereBefore) {
  // 12 was put on 11 at /a/b, and a mount at /a/b/c of the mount 1 was there before 11.
  const auto mounts = ParseCgroupMounts(
      "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
      "10 1 0:6 / /a/b/c rw - cgroup cgroup rw,cpu\n"
      "11 1 0:7 / /a rw - tmpfs tmpfs rw\n"
      "12 11 0:8 / /a/b rw - cgroup cgroup rw,pids\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].mount_point, "/a/b");
}

TEST(FindController, PrefersWritableThenTheHierarchysRoot) {
  const auto mounts = ParseCgroupMounts(
      "9 1 0:5 / /ro ro - cgroup cgroup rw,pids\n"
      "10 1 0:5 /docker/x /part rw - cgroup cgroup rw,pids\n"
      "11 1 0:5 / /whole rw - cgroup cgroup rw,pids\n");
  EXPECT_EQ(FindController(mounts, "pids")->mount_point, "/whole");
}

TEST(FindController, IsNotMisledByACgroup2Option) {
  const auto mounts = ParseCgroupMounts("9 1 0:5 / /c rw - cgroup2 cgroup2 rw,pids\n");
  EXPECT_EQ(FindController(mounts, "pids"), nullptr);
}

TEST(CgroupDirectory, IsBelowTheMountWhateverItsRoot) {
  CgroupMount mount;
  mount.mount_point = "/sys/fs/cgroup";
  mount.root = "/docker/abc";
  EXPECT_EQ(CgroupDirectory(mount, "/"), "/sys/fs/cgroup");
  EXPECT_EQ(CgroupDirectory(mount, "/a/b"), "/sys/fs/cgroup/a/b");
}

TEST(CheckCgroupPath, TakesPlainAbsolutePaths) {
  for (const char* path : {"/", "/a", "/a/b.slice/c", "/..a", "/a.."}) {
    EXPECT_TRUE(CheckCgroupPath(path).ok()) << path;
  }
}

TEST(CheckCgroupPath, RefusesWhatCouldLeadElsewhere) {
  for (const char* path : {"", "a", "a/b", "//", "/a/", "/a//b", "/..", "/a/../b", "/.", "/a/."}) {
    EXPECT_FALSE(CheckCgroupPath(path).ok()) << path;
  }
}

TEST(MountPoints, NamesThemForPeople) {
  const auto mounts = ParseCgroupMounts(kHybrid);
  EXPECT_EQ(MountPoints(mounts, true), "/sys/fs/cgroup/unified");
  EXPECT_EQ(MountPoints({}, true), "none");
}

TEST(HasWord, MatchesWholeWords) {
  EXPECT_TRUE(HasWord("cpuset cpu io\n", "cpu"));
  EXPECT_FALSE(HasWord("cpuset io\n", "cpu"));
  EXPECT_FALSE(HasWord("", "cpu"));
}

using Kind = CgroupRecord::Kind;

constexpr const char* kBoot = "01234567-89ab-cdef-0123-456789abcdef";

TEST(CgroupRecord, ReadsWhatItWrites) {
  for (const CgroupRecord& record :
       {CgroupRecord{Kind::kIntend, 0, "/c/a b"},
        CgroupRecord{Kind::kMade, 18446744073709551615U, "/c/12 made"},
        CgroupRecord{Kind::kMade, 12, "/c/a b", kBoot}, CgroupRecord{Kind::kLost, 0, "/c/x"}}) {
    const auto parsed = ParseRecord(FormatRecord(record));
    ASSERT_TRUE(parsed.ok()) << FormatRecord(record);
    EXPECT_EQ(parsed.value().kind, record.kind);
    EXPECT_EQ(parsed.value().inode, record.inode);
    EXPECT_EQ(parsed.value().path, record.path);
    EXPECT_EQ(parsed.value().boot, record.boot);
  }
}

TEST(CgroupRecord, RefusesWhatItDidNotWrite) {
  for (const char* text :
       {"", "made", "made /c/x", "made 12", "made 12 ", "made x /c", "made 12 boot /c", "intend ",
        "intend relative", "made 99999999999999999999 /c", "rm /c"}) {
    EXPECT_FALSE(ParseRecord(text).ok()) << text;
  }
}

TEST(CheckLength, TheLongestPathStillFitsIntoARecord) {
  std::string path = "/";
  while (CheckLength(path + "x").ok()) path += "x";
  EXPECT_LE(FormatRecord({Kind::kMade, ~uint64_t{0}, path, kBoot}).size(),
            size_t{SLIPWAY_MAX_RECORD});
  EXPECT_GT(path.size(), 4000U);
}

TEST(CgroupFigures, AreTheNumberOfTheFileOrTheSumBehindAKey) {
  EXPECT_EQ(FigureIn("4096\n", ""), 4096);
  EXPECT_EQ(FigureIn("low 0\noom 2\noom_kill 1\n", "oom_kill"), 1);
  EXPECT_EQ(FigureIn("8:0 rbytes=10 wbytes=1\n8:16 rbytes=5 wbytes=2\n", "rbytes"), 15);
  EXPECT_EQ(FigureIn("max\n", ""), std::nullopt);
  EXPECT_EQ(FigureIn("usage_usec 7\n", "nr_throttled"), std::nullopt);
}

}  // namespace
}  // namespace slipway::cgroup
