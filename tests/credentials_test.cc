// The rights of the stage `credentials`, for further commands, for other users than the
// container's, in user namespaces, and of a runtime without rights.

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/namespace_test.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

constexpr char kDefault[] = "00000000a80425fb";
constexpr char kNone[] = "0000000000000000";
constexpr char kKill[] = "0000000000000020";
constexpr char kRoot[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
// "Uid 0 0 0 0", "CapInh ...", ...
constexpr char kStatus[] =
    "sed -n 's/^\\(Uid\\|Groups\\|Umask\\|Cap...\\|NoNewPrivs\\):\\t/\\1 /p' /proc/self/status | "
    "tr '\\t' ' '";

std::string CapLines(const std::string& inheritable, const std::string& permitted,
                     const std::string& bounding, const std::string& ambient) {
  return "CapInh " + inheritable + "\nCapPrm " + permitted + "\nCapEff " + permitted + "\nCapBnd " +
         bounding + "\nCapAmb " + ambient + "\n";
}

class Credentials : public NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    test_.Write("root/etc/passwd",
                "root:x:0:0::/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\n");
    test_.Write("root/etc/group", "root:x:0:\nann:x:1001:\nwheel:x:10:ann\n");
  }

  void StartWith(const std::string& options) {
    StartPod(std::string(kRoot) + "  - credentials: {" + options + "}\n");
  }

  // Of a further command; flags as `-u ann`.
  RunResult Exec(const Words& flags, const Words& command) const {
    Words words = {"exec"};
    words.insert(words.end(), flags.begin(), flags.end());
    words.push_back(id());
    words.insert(words.end(), command.begin(), command.end());
    return Later(words);
  }
  RunResult Status(const Words& flags = {}) const {
    return Exec(flags, {"/bin/sh", "-c", kStatus});
  }
};

TEST_F(Credentials, HoldForAFurtherCommand) {
  StartWith("user: ann, groups: [5], umask: 077, capabilities: [kill]");
  const RunResult result = Status();
  EXPECT_EQ(result.out, "Umask 0077\nUid 1000 1000 1000 1000\nGroups 5 \n" +
                            CapLines(kKill, kKill, kKill, kKill) + "NoNewPrivs 1\n")
      << result.err;
}

TEST_F(Credentials, OfAFurtherCommandAreRootsByDefault) {
  StartWith("");
  const RunResult result = Status();
  EXPECT_EQ(result.out, "Umask 0022\nUid 0 0 0 0\nGroups  \n" +
                            CapLines(kNone, kDefault, kDefault, kNone) + "NoNewPrivs 1\n")
      << result.err;
}

TEST_F(Credentials, OfAnotherUserAreNoCapabilities) {
  StartWith("groups: [5], cap_add: [sys_nice]");
  const RunResult result = Status({"-u", "ann"});
  EXPECT_EQ(result.out, "Umask 0022\nUid 1000 1000 1000 1000\nGroups 10 \n" +
                            CapLines(kNone, kNone, "00000000a88425fb", kNone) + "NoNewPrivs 1\n")
      << result.err;
}

TEST_F(Credentials, OfRootWhereTheContainersUserIsAnotherAreThoseLeftToRoot) {
  StartWith("user: ann, cap_drop: [all], cap_add: [kill]");
  const RunResult result = Status({"-u", "root"});
  EXPECT_EQ(result.out, "Umask 0022\nUid 0 0 0 0\nGroups  \n" +
                            CapLines(kNone, kKill, kKill, kNone) + "NoNewPrivs 1\n")
      << result.err;
}

TEST_F(Credentials, OfTheContainersOwnUserByNameAreAsWithout) {
  StartWith("user: ann, groups: [5], cap_add: [kill]");
  const RunResult result = Status({"-u", "ann"});
  EXPECT_EQ(result.out, Status().out);
  EXPECT_NE(result.out.find("Groups 5 \n" + CapLines(kKill, kKill, kDefault, kKill)),
            std::string::npos)
      << result.out << result.err;
}

// CAP_DAC_OVERRIDE is one of root's fourteen.
TEST_F(Credentials, OfRootDoNotOpenAnotherUsersWay) {
  const std::string closed = test_.Path("root/closed");
  std::filesystem::create_directory(closed);
  std::filesystem::copy(test_.Path("root/bin/busybox"), closed + "/id");
  ASSERT_EQ(chmod(closed.c_str(), 0700), 0);
  StartWith("");
  ExpectRefusal(Exec({"-u", "ann", "-w", "/closed"}, {"/bin/id"}),
                "cannot start in the container's folder \"/closed\": Permission denied (-w takes "
                "a folder of the container)");
  EXPECT_EQ(Exec({"-u", "ann"}, {"/closed/id"}).status, 126);
  EXPECT_EQ(Exec({"-w", "/closed"}, {"/closed/id", "-u"}).out, "0\n");
}

// Below an init its exec has taken them; without one they must be the same.
TEST_F(Credentials, OfAFileAreNotHadWithNoNewPrivs) {
  const std::string file = test_.Path("root/raised/busybox");
  std::filesystem::create_directory(test_.Path("root/raised"));
  std::filesystem::copy(test_.Path("root/bin/busybox"), file);
  const vfs_cap_data raised{VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, {{1 << CAP_KILL, 0}, {}}};
  if (setxattr(file.c_str(), "security.capability", &raised, sizeof(raised), 0) != 0) {
    GTEST_SKIP() << "no file capabilities on this filesystem: " << strerror(errno);
  }
  for (const char* pid : {"  - pid\n", "  - pid: {init: false}\n"}) {
    for (const bool wanted : {true, false}) {
      const RunResult result =
          RunProgram({Runfile("runtime/runtime"), "--root", State(), "--config",
                      test_.Write("other.yaml", std::string("version: 1\nstages:\n") + pid +
                                                    "  - mount: {root: root}\n  - proc\n"
                                                    "  - credentials: {user: ann, no_new_privs: " +
                                                    (wanted ? "true" : "false") + "}\n"),
                      "--", "/raised/busybox", "grep", "CapEff", "/proc/self/status"});
      EXPECT_EQ(result.out, std::string("CapEff:\t") + (wanted ? kNone : kKill) + "\n")
          << pid << result.err;
    }
  }
}

// Where root has all of them, whatever the runtime has.
TEST_F(Credentials, InAUserNamespaceAreThoseOfTheNamespace) {
  const std::string stages = std::string("  - good-user-namespace\n") + kRoot;
  const RunResult plain = Run(stages + "  - credentials: {groups: [5]}\n", kStatus);
  EXPECT_EQ(plain.out, "Umask 0022\nUid 0 0 0 0\nGroups 5 \n" +
                           CapLines(kNone, kDefault, kDefault, kNone) + "NoNewPrivs 1\n")
      << plain.err;
  const RunResult all =
      Run(stages + "  - credentials: {cap_drop: [all], cap_add: [kill, sys_resource]}\n", kStatus);
  constexpr char kBoth[] = "0000000001000020";
  EXPECT_NE(all.out.find(CapLines(kBoth, kBoth, kBoth, kBoth)), std::string::npos)
      << all.out << all.err;
}

TEST_F(Credentials, AUserThatTheUserNamespaceDoesNotMapIsRefused) {
  const RunResult result =
      Run("  - good-user-namespace: {map: [user 0 700000 2, group 0 700000 2]}\n"
          "  - mount: {root: root}\n  - credentials: {user: '5:1'}\n",
          "id");
  ExpectRefusal(result, test_.Path("other.yaml") +
                            ":5:5: credentials: cannot run the command as the user \"5\": Invalid "
                            "argument (the container's user namespace does not map it)");
}

// Who is not there comes with a group that is not there either, most of the time.
TEST_F(Credentials, OfUserAndGroupTheUserIsBlamedFirst) {
  for (const auto& [user, blamed] : {std::pair{"'5:5'", "as the user \"5\""},
                                     {"ann", "as the user \"1000\""},
                                     {"'5:5', groups: [6]", "as the user \"5\""},
                                     {"'1:5'", "with the group \"5\""},
                                     {"'1:5', groups: [6]", "with the group \"5\""}}) {
    const RunResult result =
        Run("  - good-user-namespace: {map: [user 0 700000 2, group 0 700000 2]}\n"
            "  - mount: {root: root}\n  - credentials: {user: " +
                std::string(user) + "}\n",
            "id");
    ExpectRefusal(result,
                  test_.Path("other.yaml") + ":5:5: credentials: cannot run the command " + blamed +
                      ": Invalid argument (the container's user namespace does not map it)");
  }
}

class CredentialsOfAPlainUser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to become another user";
    std::filesystem::create_directory(State());
    ASSERT_EQ(chown(State().c_str(), kUser, kUser), 0);
  }

  static constexpr uid_t kUser = 12345;

  std::string State() const { return copy_.folder() + "/state"; }

  RunResult Run(const std::string& options) const {
    return RunProgram(
        {copy_.host(), "--config", copy_.WriteStages("  - credentials: {" + options + "}\n"),
         "--root", State(), "--", "/bin/sh", "-c", kStatus},
        {.uid = kUser});
  }

  PublicCopy copy_{{"credentials"}};
};

TEST_F(CredentialsOfAPlainUser, AreNoCapabilitiesAndNoNewPrivs) {
  for (const char* options : {"umask: 027", "umask: 027, user: 12345", "umask: 027, groups: []",
                              "umask: 027, capabilities: [all]", "umask: 027, cap_drop: [all]"}) {
    const RunResult result = Run(options);
    EXPECT_EQ(result.out.find("Umask 0027\nUid 12345 12345 12345 12345\n"), 0U) << options;
    EXPECT_NE(result.out.find(std::string("CapPrm ") + kNone + "\nCapEff " + kNone + "\n"),
              std::string::npos)
        << options << result.out;
    EXPECT_TRUE(result.out.ends_with("NoNewPrivs 1\n")) << options << result.out << result.err;
  }
}

TEST_F(CredentialsOfAPlainUser, CannotBeLimitedWithoutNoNewPrivs) {
  ExpectRefusal(Run("no_new_privs: false"),
                copy_.Config() +
                    ":3:5: credentials: cannot keep from the command the capability "
                    "\"CAP_DAC_READ_SEARCH\": Operation not permitted (it takes CAP_SETPCAP, or "
                    "no_new_privs)");
  const RunResult all = Run("no_new_privs: false, capabilities: [all]");
  EXPECT_TRUE(all.out.ends_with("NoNewPrivs 0\n")) << all.out << all.err;
}

TEST_F(CredentialsOfAPlainUser, CannotBeAnothers) {
  ExpectRefusal(Run("user: '5:0'"),
                copy_.Config() +
                    ":3:5: credentials: cannot run the command as the user \"5\": "
                    "Operation not permitted (it takes CAP_SETUID)");
  ExpectRefusal(Run("groups: [44]"),
                copy_.Config() +
                    ":3:5: credentials: cannot give the command its supplementary "
                    "groups: Operation not permitted (it takes CAP_SETGID, and a "
                    "user namespace that allows them)");
  ExpectRefusal(Run("cap_add: [kill]"),
                copy_.Config() +
                    ":3:5: credentials: cannot give the command its capabilities "
                    "\"CAP_KILL\": Operation not permitted (the runtime itself does "
                    "not have them, and can give none that it does not have)");
}

}  // namespace
}  // namespace slipway::testing
