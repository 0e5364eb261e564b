// What the command has: as root, as another user, with lists and sets, below an init and without.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <ostream>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

constexpr char kDefault[] = "00000000a80425fb";
constexpr char kNone[] = "0000000000000000";
constexpr char kChownKill[] = "0000000000000021";

// "Umask 0022", "Uid 0 0 0 0", ... of /proc/self/status.
constexpr char kStatus[] =
    "sed -n 's/^\\(Uid\\|Gid\\|Groups\\|Umask\\|Cap...\\|NoNewPrivs\\):\\t/\\1 /p' "
    "/proc/self/status | tr '\\t' ' '";

// In the order of /proc/self/status.
std::string CapLines(const std::string& inheritable, const std::string& permitted,
                     const std::string& effective, const std::string& bounding,
                     const std::string& ambient) {
  return "CapInh " + inheritable + "\nCapPrm " + permitted + "\nCapEff " + effective + "\nCapBnd " +
         bounding + "\nCapAmb " + ambient + "\n";
}

struct Way {
  const char* name;
  const char* pid;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class Credentials : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
    test_.Write("root/etc/passwd",
                "root:x:0:0::/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\n");
    test_.Write("root/etc/group", "root:x:0:\nann:x:1001:\nwheel:x:10:ann\nvideo:x:44:\n");
    mkdir(test_.Path("root/open").c_str(), 0755);
    ASSERT_EQ(chmod(test_.Path("root/open").c_str(), 0777), 0);
  }

  // options: such as ": {user: ann}", or nothing.
  RunResult Run(const std::string& options, const std::string& script) {
    return test_.RunScript(std::string("  - pid") + GetParam().pid +
                               "\n  - mount: {root: root}\n  - proc\n  - credentials" + options +
                               "\n",
                           script);
  }

  void ExpectCaps(const std::string& options, const std::string& lines) {
    const RunResult result = Run(options, kStatus);
    EXPECT_NE(result.out.find(lines), std::string::npos) << options << "\n"
                                                         << lines << "\nis not in\n"
                                                         << result.out << result.err;
  }

  ContainerTest test_;
};

TEST_P(Credentials, OfRootAreDockersFourteen) {
  const RunResult result = Run("", kStatus);
  EXPECT_EQ(result.out, "Umask 0022\nUid 0 0 0 0\nGid 0 0 0 0\nGroups  \n" +
                            CapLines(kNone, kDefault, kDefault, kDefault, kNone) + "NoNewPrivs 1\n")
      << result.err;
}

TEST_P(Credentials, OfANumberAreNone) {
  const RunResult result = Run(": {user: 77}", std::string(kStatus) + "; echo $HOME,$USER");
  EXPECT_EQ(result.out, "Umask 0022\nUid 77 77 77 77\nGid 0 0 0 0\nGroups  \n" +
                            CapLines(kNone, kNone, kNone, kDefault, kNone) + "NoNewPrivs 1\n/,\n")
      << result.err;
}

TEST_P(Credentials, OfAUserOfTheContainersOwnFilesAreThatUsers) {
  const RunResult result =
      Run(": {user: ann}", std::string(kStatus) + "; echo $HOME $USER $LOGNAME");
  EXPECT_EQ(result.out,
            "Umask 0022\nUid 1000 1000 1000 1000\nGid 1001 1001 1001 1001\n"
            "Groups 10 \n" +
                CapLines(kNone, kNone, kNone, kDefault, kNone) +
                "NoNewPrivs 1\n/home/ann ann ann\n")
      << result.err;
}

TEST_P(Credentials, GroupsAreThoseThatAreNamed) {
  EXPECT_EQ(Run(": {user: ann, groups: [video, 5]}", "id -G").out, "1001 5 44\n");
  EXPECT_EQ(Run(": {user: 'ann:wheel', groups: []}", "id -G").out, "10\n");
  EXPECT_EQ(Run(": {groups: [44]}", "id -u; id -G").out, "0\n0 44\n");
}

TEST_P(Credentials, UmaskIsTheConfigs) {
  const RunResult result = Run(": {umask: 0027}", "umask; touch /open/file; stat -c %a /open/file");
  EXPECT_EQ(result.out, "0027\n640\n") << result.err;
}

TEST_P(Credentials, AListIsForRootAndAnyOtherUser) {
  for (const char* user : {"root", "ann"}) {
    ExpectCaps(std::string(": {capabilities: [CAP_CHOWN, kill], user: ") + user + "}",
               CapLines(kChownKill, kChownKill, kChownKill, kChownKill, kChownKill));
  }
}

TEST_P(Credentials, AnEmptyListIsNone) {
  ExpectCaps(": {capabilities: []}", CapLines(kNone, kNone, kNone, kNone, kNone));
}

TEST_P(Credentials, AllAreThoseOfTheRuntime) {
  const std::string own = slipway::testing::ReadText("/proc/self/status");
  const std::string permitted = own.substr(own.find("CapPrm:\t") + 8, 16);
  for (const char* options : {": {capabilities: [all]}", ": {cap_add: [ALL], user: ann}",
                              ": {capabilities: [all, kill]}"}) {
    const RunResult result = Run(options, "sed -n 's/^CapEff:\\t//p' /proc/self/status");
    EXPECT_EQ(result.out, permitted + "\n") << options << result.err;
  }
}

TEST_P(Credentials, ChangesAreToTheDefault) {
  // Without CAP_MKNOD, with CAP_SYS_NICE.
  ExpectCaps(": {cap_drop: [mknod], cap_add: [sys_nice]}",
             CapLines("0000000000800000", "00000000a08425fb", "00000000a08425fb",
                      "00000000a08425fb", "0000000000800000"));
  ExpectCaps(": {cap_drop: [all]}", CapLines(kNone, kNone, kNone, kNone, kNone));
  ExpectCaps(": {cap_drop: [all], cap_add: [chown, kill]}",
             CapLines(kChownKill, kChownKill, kChownKill, kChownKill, kChownKill));
  ExpectCaps(": {user: ann, cap_add: [chown, kill]}",
             CapLines(kChownKill, kChownKill, kChownKill, kDefault, kChownKill));
}

// Each of another content; the exec of the command gives root all that are permitted.
TEST_P(Credentials, EachSetIsTheConfigs) {
  ExpectCaps(
      ": {capability_sets: {bounding: [chown, kill, setuid], permitted: [chown, kill], "
      "effective: [chown], inheritable: [chown, setuid], ambient: [chown]}}",
      CapLines("0000000000000081", kChownKill, kChownKill, "00000000000000a1", "0000000000000001"));
  ExpectCaps(
      ": {user: ann, capability_sets: {bounding: [chown, kill, setuid], permitted: [chown, "
      "kill], effective: [chown], inheritable: [chown, setuid], ambient: [chown]}}",
      CapLines("0000000000000081", "0000000000000001", "0000000000000001", "00000000000000a1",
               "0000000000000001"));
}

// su(1) of busybox asks nobody for an empty password.
TEST_P(Credentials, NoNewPrivsKeepsSuFromWorking) {
  test_.Write("root/etc/passwd", "root::0:0::/root:/bin/sh\nann:x:1000:1001::/:/bin/sh\n");
  const std::string busybox = test_.Path("root/open/busybox");
  std::filesystem::copy(test_.Path("root/bin/busybox"), busybox);
  ASSERT_EQ(chmod(busybox.c_str(), 04755), 0);
  constexpr char kScript[] =
      "/open/busybox su -c \"grep -E '^(Uid|CapEff):' /proc/self/status | tr '\\t' ' '\"";
  const RunResult off = Run(": {user: ann, no_new_privs: false}", kScript);
  EXPECT_EQ(off.out, std::string("Uid: 0 0 0 0\nCapEff: ") + kDefault + "\n") << off.err;
  const RunResult on = Run(": {user: ann}", kScript);
  EXPECT_EQ(on.out, "");
  EXPECT_NE(on.err.find("must be suid to work properly"), std::string::npos) << on.err;
}

TEST_P(Credentials, WhatIsNotThereIsRefusedToRootToo) {
  constexpr char kChown[] = "chown 1000 /open && echo given";
  EXPECT_EQ(Run("", kChown).out, "given\n");
  const RunResult chown = Run(": {cap_drop: [chown]}", kChown);
  EXPECT_EQ(chown.out, "");
  EXPECT_NE(chown.err.find("Operation not permitted"), std::string::npos) << chown.err;
  const RunResult mknod = Run(": {cap_drop: [MKNOD]}", "mknod /open/null c 1 3");
  EXPECT_NE(mknod.status, 0);
  EXPECT_NE(mknod.err.find("Operation not permitted"), std::string::npos) << mknod.err;
}

// What it is asked for by default is not enough to mount anything.
TEST_P(Credentials, RootMayNotMount) {
  const RunResult result = Run("", "mount -t tmpfs none /tmp");
  EXPECT_NE(result.status, 0);
  EXPECT_NE(result.err.find("permission denied"), std::string::npos) << result.err;
}

INSTANTIATE_TEST_SUITE_P(By, Credentials,
                         ::testing::Values(Way{"Init", ""}, Way{"NoInit", ": {init: false}"}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(CredentialsPlan, TellsWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan(
      "  - credentials: {user: ann, groups: [video, 5], umask: 027, cap_drop: [all], cap_add: "
      "[kill]}\n");
  EXPECT_NE(
      plan.out.find("  process    user          ann\n"
                    "  process    groups        video, 5\n"
                    "  process    umask         0027\n"
                    "  process    capabilities  CAP_KILL\n"
                    "  process    no_new_privs  nothing that is executed gives more rights\n"),
      std::string::npos)
      << plan.out << plan.err;
}

TEST(CredentialsPlan, TellsOfEachSet) {
  const RunResult plan = ContainerTest().Plan(
      "  - credentials: {capability_sets: {bounding: [all], permitted: [kill]}, no_new_privs: "
      "false}\n");
  EXPECT_NE(
      plan.out.find("  process    bounding set     all that the runtime has\n"
                    "  process    permitted set    CAP_KILL\n"
                    "  process    effective set    none\n"
                    "  process    inheritable set  none\n"
                    "  process    ambient set      none\n"
                    "  process    no_new_privs     off: su, sudo and file capabilities work\n"),
      std::string::npos)
      << plan.out << plan.err;
}

}  // namespace
