#include "plugins/landlock/rights.h"

#include <gtest/gtest.h>
#include <linux/landlock.h>

namespace slipway::landlock {
namespace {

constexpr uint64_t kOfAbi1 = 0x1fff;
constexpr uint64_t kAll = 0xffff;
const Restricted kEverything{.files = kAll, .tcp = 3, .scope = 3};

TEST(Rights, AreTheKernels) {
  EXPECT_EQ(Bit(Right::kExecute), LANDLOCK_ACCESS_FS_EXECUTE);
  EXPECT_EQ(Bit(Right::kReadDir), LANDLOCK_ACCESS_FS_READ_DIR);
  EXPECT_EQ(Bit(Right::kMakeSym), LANDLOCK_ACCESS_FS_MAKE_SYM);
  EXPECT_EQ(Bit(Right::kRefer), LANDLOCK_ACCESS_FS_REFER);
}

TEST(Rights, AllButThoseThatStayUnrestricted) {
  EXPECT_EQ(AllFilesBut({}), kAll);
  EXPECT_EQ(AllFilesBut({Right::kIoctlDev, Right::kExecute}), 0x7ffeu);
}

TEST(Rights, EachAbiRestrictsMore) {
  EXPECT_EQ(Possible(kEverything, 1), (Restricted{.files = kOfAbi1, .tcp = 0, .scope = 0}));
  EXPECT_EQ(Possible(kEverything, 2), (Restricted{.files = 0x3fff, .tcp = 0, .scope = 0}));
  EXPECT_EQ(Possible(kEverything, 3), (Restricted{.files = 0x7fff, .tcp = 0, .scope = 0}));
  EXPECT_EQ(Possible(kEverything, 4), (Restricted{.files = 0x7fff, .tcp = 3, .scope = 0}));
  EXPECT_EQ(Possible(kEverything, 5), (Restricted{.files = kAll, .tcp = 3, .scope = 0}));
  EXPECT_EQ(Possible(kEverything, 6), kEverything);
  EXPECT_EQ(Possible(kEverything, 7), kEverything);
}

TEST(Rights, OnlyWhatIsWantedIsPossible) {
  EXPECT_EQ(Possible({.tcp = kBindTcp}, 7), (Restricted{.tcp = kBindTcp}));
}

TEST(Rights, WhatIsLackingIsNamed) {
  EXPECT_EQ(Lacking(kEverything, 6), "");
  EXPECT_EQ(Lacking(kEverything, 5), "abstract unix sockets and signals");
  EXPECT_EQ(Lacking(kEverything, 2),
            "truncate, TCP ports, ioctl_dev, abstract unix sockets and signals");
  EXPECT_EQ(Lacking({.files = AllFilesBut({Right::kTruncate, Right::kIoctlDev})}, 2), "");
  EXPECT_EQ(Lacking({.tcp = kConnectTcp}, 3), "TCP ports");
}

TEST(Rights, TheLinuxThatHasThemAllIsNamed) {
  EXPECT_STREQ(LinuxFor(kEverything), "6.12");
  EXPECT_STREQ(LinuxFor({.files = kAll}), "6.10");
  EXPECT_STREQ(LinuxFor({.tcp = kBindTcp}), "6.7");
  EXPECT_STREQ(LinuxFor({.files = kOfAbi1}), "5.13");
}

}  // namespace
}  // namespace slipway::landlock
