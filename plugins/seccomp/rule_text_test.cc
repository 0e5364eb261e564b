#include "plugins/seccomp/rule_text.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <string>

namespace seccomp {
namespace {

TEST(RuleText, ACallIsItsName) {
  const auto call = ReadCall("mount");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->name, "mount");
  EXPECT_TRUE(call->conditions.empty());
}

TEST(RuleText, ReadsConditions) {
  const auto call = ReadCall("x(arg0 & 0xf0 == 16 and int5 >= 7)");
  ASSERT_TRUE(call.ok());
  ASSERT_EQ(call->conditions.size(), 2U);
  EXPECT_EQ(call->conditions[0], (Condition{0, Op::kEqual, 16, 0xf0}));
  EXPECT_EQ(call->conditions[1], (Condition{5, Op::kGreaterOrEqual, 7, 0xffffffff}));
}

TEST(RuleText, RefusesWhatIsNoCall) {
  for (const char* text :
       {"", "Mount", "mount(", "mount()", "mount(arg6 == 1)", "mount(arg0)", "mount(arg0 == )",
        "mount(arg0 = 1)", "mount(arg0 == 1 or arg1 == 1)", "mount(arg0 == 1 and)",
        "mount(arg0 == x)", "mount(arg0 & == 1)", "mount(arg0 == 18446744073709551616)",
        "mount(arg0 == 1", "mount(arg0 == 1) x", "mo unt", "-1"}) {
    EXPECT_FALSE(ReadCall(text).ok()) << text;
  }
}

TEST(RuleText, AListHasRulesInTheirOrder) {
  Policy policy;
  ASSERT_TRUE(ReadList("# words\nerrno EACCES:\n  a b(arg0 == 1)  # more\nallow:\n\n  b\n"
                       "allow with sys_admin:\n  a\n",
                       0, policy)
                  .ok());
  EXPECT_EQ(policy.calls["a"], (Rules{{{}, SECCOMP_RET_ERRNO | EACCES}}));
  EXPECT_EQ(policy.calls["b"],
            (Rules{{{{0, Op::kEqual, 1}}, SECCOMP_RET_ERRNO | EACCES}, {{}, SECCOMP_RET_ALLOW}}));
  ASSERT_TRUE(
      ReadList("allow with sys_admin mknod:\n  a\n", uint64_t{1} << CAP_MKNOD, policy).ok());
  EXPECT_EQ(policy.calls["a"], (Rules{{{}, SECCOMP_RET_ALLOW}}));
}

TEST(RuleText, AListSaysWhichLineIsWrong) {
  Policy policy;
  EXPECT_EQ(ReadList("  read\n", 0, policy).error().ToString(),
            "no heading above \"  read\" (line 1)");
  EXPECT_EQ(ReadList("allow:\nmaybe:\n", 0, policy).error().ToString(),
            "not a heading \"maybe:\" (line 2)");
  EXPECT_EQ(ReadList("allow with sys_admn:\n", 0, policy).error().ToString(),
            "not a heading \"allow with sys_admn:\" (line 1)");
  EXPECT_EQ(ReadList("allow:\n\n  read(arg0)\n", 0, policy).error().ToString(),
            "not a call \"read(arg0)\" (line 3)");
}

TEST(RuleText, ErrorsHaveNamesAndNumbers) {
  EXPECT_EQ(ReadErrno("ENOSYS"), static_cast<uint32_t>(ENOSYS));
  EXPECT_EQ(ReadErrno("38"), 38U);
  EXPECT_EQ(ReadErrno("4095"), 4095U);
  for (const char* text : {"", "0", "4096", "enosys", "ENONE", "-1"}) EXPECT_FALSE(ReadErrno(text));
}

TEST(RuleText, CapabilitiesAreNamedEitherWay) {
  EXPECT_EQ(ReadCapability("sys_admin"), uint64_t{1} << CAP_SYS_ADMIN);
  EXPECT_EQ(ReadCapability("CAP_Sys_Admin"), uint64_t{1} << CAP_SYS_ADMIN);
  EXPECT_EQ(ReadCapability("all"), ~uint64_t{0});
  EXPECT_FALSE(ReadCapability("sys"));
  EXPECT_FALSE(ReadCapability(""));
}

}  // namespace
}  // namespace seccomp
