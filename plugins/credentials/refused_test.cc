// What is wrong with an option is said before anything happens; what this machine does not give,
// when it is to be given.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

struct Mistake {
  const char* name;
  const char* options;
  const char* said;  // behind "test.yaml:3:"
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class CredentialsRefused : public ::testing::TestWithParam<Mistake> {};

TEST_P(CredentialsRefused, WithWhatWouldBeRight) {
  ContainerTest test;
  const RunResult result = test.RunScript(
      std::string("  - credentials: {") + GetParam().options + "}\n  - mount: {root: root}\n",
      "echo ran");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err.find("runtime: " + test.Path("test.yaml") + ":3:" + GetParam().said), 0u)
      << result.err;
}

INSTANTIATE_TEST_SUITE_P(
    Of, CredentialsRefused,
    ::testing::Values(
        Mistake{"ANameThatIsNearOne", "capabilities: [kill, net_bind_servce]",
                "40: credentials: capabilities[1]: unknown capability \"net_bind_servce\" (did you "
                "mean \"net_bind_service\"?)\n"},
        Mistake{"ANameInCapitals", "cap_add: [CAP_SYSADMIN]",
                "29: credentials: cap_add[0]: unknown capability \"CAP_SYSADMIN\" (did you mean "
                "\"sys_admin\"?)\n"},
        Mistake{"AWordThatIsNoName", "cap_drop: [everything]",
                "30: credentials: cap_drop[0]: unknown capability \"everything\" (write names of "
                "capabilities(7), such as chown or CAP_CHOWN)\n"},
        Mistake{"None", "capabilities: [none]",
                "34: credentials: capabilities[0]: unknown capability \"none\" (an empty list, [], "
                "is none)\n"},
        Mistake{"ANameInASet", "capability_sets: {ambient: [kil]}",
                "47: credentials: capability_sets.ambient[0]: unknown capability \"kil\" (did you "
                "mean \"kill\"?)\n"},
        Mistake{"AListAndChanges", "capabilities: [kill], cap_add: [chown]",
                "33: credentials: capabilities: the whole list, and changes to the default (keep "
                "capabilities, or cap_add and cap_drop)\n"},
        Mistake{"SetsAndAList", "capability_sets: {}, capabilities: []",
                "36: credentials: capability_sets: the five sets, and a list (keep "
                "capability_sets, or capabilities, cap_add and cap_drop)\n"},
        Mistake{"AddedAndDropped", "cap_add: [kill], cap_drop: [chown, CAP_KILL]",
                "46: credentials: cap_drop: added and dropped: \"CAP_KILL\" (take it from one of "
                "the lists)\n"},
        Mistake{"AllAddedAndDropped", "cap_add: [all], cap_drop: [all]",
                "45: credentials: cap_drop: added and dropped: \"all\" (take all from one of the "
                "lists)\n"},
        Mistake{"EffectiveAlone", "capability_sets: {effective: [kill]}",
                "48: credentials: capability_sets.effective: effective and not permitted: "
                "\"CAP_KILL\" (add it to permitted)\n"},
        Mistake{"InheritableBeyondTheBoundingSet", "capability_sets: {inheritable: [kill]}",
                "50: credentials: capability_sets.inheritable: inheritable and not in the bounding "
                "set: \"CAP_KILL\" (add it to bounding)\n"},
        Mistake{"AmbientAlone", "capability_sets: {permitted: [kill], ambient: [kill]}",
                "65: credentials: capability_sets.ambient: ambient, and not both permitted and "
                "inheritable: \"CAP_KILL\" (add it to permitted and inheritable)\n"},
        Mistake{"ANumberThatIsNoGroup", "groups: [5, 4294967295]",
                "31: credentials: groups[1]: not a group \"4294967295\" (a number is at most "
                "4294967294)\n"},
        Mistake{"TwoGroupsInOne", "groups: ['video:5']",
                "28: credentials: groups[0]: not a group \"video:5\" (write a name or a number, "
                "such as 44 or video)\n"},
        Mistake{"AnEmptyUser", "user: ''",
                "25: credentials: user: not a user (write a name or a number, such as 1000, "
                "1000:1000 or www-data)\n"},
        Mistake{"AUmaskOfMoreThanPermissions", "umask: 1777",
                "26: credentials: umask: out of range \"1777\" (write permissions in octal from 00 "
                "to 0777, such as 755)\n"},
        Mistake{"AWordThatIsNotTrue", "no_new_privs: maybe",
                "33: credentials: no_new_privs: neither true nor false \"maybe\" (write true or "
                "false)\n"}),
    [](const auto& info) { return std::string(info.param.name); });

class CredentialsRefusedHere : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
  }

  // A runtime that has all of root's capabilities but that one; setpriv(1).
  RunResult RunWithout(const std::string& capability, const std::string& options) {
    test_.MakeRoot();
    const std::string config =
        test_.WriteStages("  - mount: {root: root}\n  - credentials: {" + options + "}\n");
    std::vector<std::string> argv = {"/usr/bin/setpriv", "--bounding-set=-" + capability};
    const std::vector<std::string> words = test_.Argv(config, {"/bin/sh", "-c", "echo ran"});
    argv.insert(argv.end(), words.begin(), words.end());
    RunResult result = slipway::testing::RunProgram(argv);
    test_.ExpectNothingLeft();
    return result;
  }

  ContainerTest test_;
};

TEST_F(CredentialsRefusedHere, WhatTheCallerDoesNotHaveCannotBeGiven) {
  for (const char* options : {"cap_add: [net_raw]", "capabilities: [net_raw]",
                              "capability_sets: {bounding: [net_raw]}"}) {
    const RunResult result = RunWithout("net_raw", options);
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") +
                              ":4:5: credentials: cannot give the command its capabilities "
                              "\"CAP_NET_RAW\": Operation not permitted (the runtime itself does "
                              "not have them, and can give none that it does not have)\n")
        << options;
  }
}

TEST_F(CredentialsRefusedHere, OfTheDefaultItIsLeftOut) {
  for (const char* options : {"umask: 022", "cap_add: [all]", "capabilities: [all]"}) {
    const RunResult result = RunWithout("net_raw", options);
    EXPECT_EQ(result.out, "ran\n") << options << result.err;
  }
}

TEST_F(CredentialsRefusedHere, AUserThatTheContainerDoesNotHave) {
  const RunResult result =
      test_.RunScript("  - mount: {root: root}\n  - credentials: {user: bob}\n", "echo ran");
  EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") +
                            ":4:5: credentials: the container has no such user: \"bob\" "
                            "(/etc/passwd of the container does not name it; a number always "
                            "works)\n");
  EXPECT_EQ(result.status, 125);
}

TEST_F(CredentialsRefusedHere, AGroupThatTheContainerDoesNotHave) {
  const RunResult result = test_.RunScript(
      "  - mount: {root: root}\n  - credentials: {groups: [nogroup]}\n", "echo ran");
  EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") +
                            ":4:5: credentials: the container has no such group: \"nogroup\" "
                            "(/etc/group of the container does not name it; a number always "
                            "works)\n");
  EXPECT_EQ(result.status, 125);
}

// Nobody may set groups there either, but that is not why.
TEST_F(CredentialsRefusedHere, AUserWhomTheUserNamespaceDoesNotMap) {
  test_.MakeRoot();
  const std::string config =
      test_.WriteStages("  - mount: {root: root}\n  - credentials: {user: '5:0', groups: [0]}\n");
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::vector<std::string> words = test_.Argv(config, {"/bin/true"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") +
                            ":4:5: credentials: cannot run the command as the user \"5\": Invalid "
                            "argument (the container's user namespace does not map it)\n");
}

// In a user namespace of one id nobody may set groups; user_namespaces(7).
TEST_F(CredentialsRefusedHere, GroupsWhereTheUserNamespaceForbidsThem) {
  test_.MakeRoot();
  for (const char* groups : {"[0]", "[]"}) {
    const std::string config = test_.WriteStages(
        std::string("  - mount: {root: root}\n  - credentials: {groups: ") + groups + "}\n");
    std::vector<std::string> argv = {"/usr/bin/setpriv", "--groups=5", "/usr/bin/unshare", "--user",
                                     "--map-root-user"};
    const std::vector<std::string> words = test_.Argv(config, {"/bin/true"});
    argv.insert(argv.end(), words.begin(), words.end());
    const RunResult result = slipway::testing::RunProgram(argv);
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") +
                              ":4:5: credentials: cannot give the command its supplementary "
                              "groups: Operation not permitted (it takes CAP_SETGID, and a user "
                              "namespace that allows them)\n")
        << groups;
  }
}

}  // namespace
