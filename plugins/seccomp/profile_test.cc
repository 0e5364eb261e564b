#include "plugins/seccomp/profile.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <string>
#include <utility>

namespace seccomp {
namespace {

constexpr uint32_t kErrno = SECCOMP_RET_ERRNO;
constexpr uint64_t kAdmin = uint64_t{1} << CAP_SYS_ADMIN;

std::string With(const std::string& rules, const std::string& more = "") {
  return "{\"defaultAction\": \"SCMP_ACT_ERRNO\"" + more + ", \"syscalls\": [" + rules + "]}";
}

Profile Read(const std::string& text, const Surroundings& surroundings = {}) {
  auto profile = ReadProfile(text, "p", surroundings);
  EXPECT_TRUE(profile.ok()) << (profile.ok() ? "" : profile.error().ToString());
  return profile.ok() ? *profile : Profile();
}

TEST(Profile, HasItsRules) {
  const Profile profile = Read(With(
      R"({"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
         {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
         {"name": "kill", "action": "SCMP_ACT_KILL_PROCESS", "comment": "old"},
         {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
          "args": [{"index": 0, "value": 240, "valueTwo": 16, "op": "SCMP_CMP_MASKED_EQ"},
                   {"index": 1, "value": 7, "op": "SCMP_CMP_GE"}]})",
      R"(, "defaultErrnoRet": 1)"));
  EXPECT_EQ(profile.policy.otherwise, kErrno | EPERM);
  EXPECT_EQ(profile.policy.unknown, kErrno | ENOSYS);
  EXPECT_TRUE(profile.policy.newer_is_unknown);
  const auto& calls = profile.policy.calls;
  EXPECT_EQ(calls.at("write"), (Rules{{{}, SECCOMP_RET_ALLOW}}));
  EXPECT_EQ(calls.at("mount"), (Rules{{{}, kErrno | ENOSYS}}));
  EXPECT_EQ(calls.at("kill"), (Rules{{{}, SECCOMP_RET_KILL_PROCESS}}));
  EXPECT_EQ(calls.at("clone"),
            (Rules{{{{0, Op::kEqual, 16, 240}, {1, Op::kGreaterOrEqual, 7}}, SECCOMP_RET_ALLOW}}));
}

TEST(Profile, ACapabilityBringsRulesAndTakesOthersAway) {
  const std::string text = With(
      R"({"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
         {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYS_ADMIN"]}})");
  EXPECT_EQ(Read(text).policy.calls.count("mount"), 0U);
  EXPECT_EQ(Read(text).policy.calls.count("clone"), 1U);
  const Surroundings admin{.capabilities = kAdmin};
  EXPECT_EQ(Read(text, admin).policy.calls.count("mount"), 1U);
  EXPECT_EQ(Read(text, admin).policy.calls.count("clone"), 0U);
}

TEST(Profile, AKernelBringsRules) {
  const std::string text = With(
      R"({"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}})");
  EXPECT_EQ(Read(text, {.kernel_major = 4, .kernel_minor = 7}).policy.calls.count("ptrace"), 0U);
  EXPECT_EQ(Read(text, {.kernel_major = 4, .kernel_minor = 8}).policy.calls.count("ptrace"), 1U);
  EXPECT_EQ(Read(text, {.kernel_major = 6, .kernel_minor = 1}).policy.calls.count("ptrace"), 1U);
}

#ifdef __x86_64__
TEST(Profile, AnArchitectureBringsRulesAndMustBeNamed) {
  const std::string rules =
      R"({"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}},
         {"names": ["write"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390x"]}},
         {"names": ["open"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["amd64"]}})";
  const Profile plain = Read(With(rules));
  EXPECT_EQ(plain.policy.calls.size(), 1U);
  EXPECT_EQ(plain.in_use, (std::vector<bool>{true, false, false}));
  EXPECT_EQ(Read(With(rules, R"(, "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_S390X"])")).in_use,
            (std::vector<bool>{true, false, true}));
  EXPECT_EQ(Read(With(rules, R"(, "archMap": [{"architecture": "SCMP_ARCH_X86_64",
            "subArchitectures": ["SCMP_ARCH_X32"]}, {"architecture": "SCMP_ARCH_AARCH64",
            "subArchitectures": ["SCMP_ARCH_X86"]}])"))
                .in_use,
            (std::vector<bool>{true, true, false}));
}
#endif

TEST(Profile, HasFlagsAndAListener) {
  const Profile profile =
      Read(With("", R"(, "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC"],
             "listenerPath": "/run/agent", "listenerMetadata": "words")"));
  EXPECT_EQ(profile.flags, static_cast<uint32_t>(SECCOMP_FILTER_FLAG_LOG));
  EXPECT_EQ(profile.listener_path, "/run/agent");
  EXPECT_EQ(profile.listener_metadata, "words");
}

TEST(Profile, ANameThatIsUnknownHereMakesNoDifference) {
  const Profile profile =
      Read(With(R"({"names": ["read", "swapcontext"], "action": "SCMP_ACT_ALLOW"})"));
  EXPECT_EQ(profile.unknown, (std::vector<std::string>{"swapcontext"}));
  EXPECT_EQ(profile.policy.calls.size(), 1U);
}

TEST(Profile, TheFirstRuleWithoutConditionsCountsBehindThoseWithSome) {
  const Profile profile = Read(With(
      R"({"names": ["kill"], "action": "SCMP_ACT_ALLOW"},
         {"names": ["kill"], "action": "SCMP_ACT_ERRNO"},
         {"names": ["kill"], "action": "SCMP_ACT_LOG",
          "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NE"}]})"));
  EXPECT_EQ(profile.policy.calls.at("kill"),
            (Rules{{{{0, Op::kNotEqual, 1}}, SECCOMP_RET_LOG}, {{}, SECCOMP_RET_ALLOW}}));
}

TEST(Profile, MistakesAreNamedWithTheirPlace) {
  const std::pair<std::string, const char*> cases[] = {
      {"[]", "not an object \"the profile\" (p:1:1)"},
      {"{}", "no defaultAction (p:1:1)"},
      {"{\"defaultAction\": \"ALLOW\"}",
       "unknown action \"ALLOW\" (p:1:19; such as SCMP_ACT_ALLOW or SCMP_ACT_ERRNO)"},
      {With("", ", \"sysCalls\": []"), "unknown member of the profile \"sysCalls\" (p:1:49)"},
      {With("{\"names\": []}"), "a rule without names (p:1:50)"},
      {With("{\"names\": [\"read\"]}"), "a rule without action \"read\" (p:1:50)"},
      {With("{\"names\": [1]}"), "not a text (p:1:61)"},
      {With("{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 65536}"),
       "not a whole number up to 65535 (p:1:110)"},
      {With("{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 6}]}"),
       "not a whole number up to 5 (p:1:117)"},
      {With("{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"op\": \"=\"}]}"),
       "unknown comparison \"=\" (p:1:107; such as SCMP_CMP_EQ or SCMP_CMP_MASKED_EQ)"},
      {With("", ", \"flags\": [\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"]"),
       "unknown flag \"SECCOMP_FILTER_FLAG_NEW_LISTENER\" (p:1:47; SECCOMP_FILTER_FLAG_LOG, "
       "_SPEC_ALLOW or _TSYNC)"},
      {With("", ", \"architectures\": [\"x86\"]"),
       "unknown architecture \"x86\" (p:1:55; such as SCMP_ARCH_X86_64)"},
  };
  for (const auto& [text, error] : cases) {
    const auto profile = ReadProfile(text, "p", {});
    ASSERT_FALSE(profile.ok()) << text;
    EXPECT_EQ(profile.error().ToString(), error) << text;
  }
}

}  // namespace
}  // namespace seccomp
