// Profiles in real containers, and what is done with them beside.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "plugins/seccomp/probe.h"

namespace seccomp {
namespace {

namespace fs = std::filesystem;

using slipway::testing::AwaitRunning;
using slipway::testing::ContainerTest;
using slipway::testing::Running;
using slipway::testing::RunOptions;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

constexpr char kBase[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

// Denies some calls and allows all others.
constexpr char kProfile[] = R"({
  "defaultAction": "SCMP_ACT_ALLOW",
  "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_ARM"],
  "syscalls": [
    {"names": ["sysinfo"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95},
    {"names": ["getsid"], "action": "SCMP_ACT_ERRNO"},
    {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]}}
  ]
})";

class ProfileStage : public ::testing::Test {
 protected:
  void SetUp() override { AddProbe(test_.MakeRoot()); }

  RunResult Run(const std::string& profile, const std::string& more,
                const std::vector<std::string>& calls, const RunOptions& options = {}) {
    test_.Write("profile.json", profile);
    std::vector<std::string> command = {"/bin/call_probe"};
    command.insert(command.end(), calls.begin(), calls.end());
    return test_.RunContainer(Config("profile: profile.json" + more), command, options);
  }

  std::string Config(const std::string& options) {
    return test_.WriteStages(kBase + ("  - seccomp: {" + options + "}\n"));
  }

  ContainerTest test_;
};

TEST_F(ProfileStage, DecidesWhatBecomesOfCalls) {
  const RunResult result = Run(kProfile, "",
                               {Native(SYS_sysinfo), Native(SYS_getsid), Native(SYS_mount),
                                Native(SYS_getppid), Native(999)});
  EXPECT_EQ(result.out, "EOPNOTSUPP\nEPERM\nEPERM\nok\nENOSYS\n") << result.err;
}

TEST_F(ProfileStage, OptionsComeOverIt) {
  const RunResult result =
      Run(kProfile, ", allow: [sysinfo], deny: [times], capabilities: [sys_admin]",
          {Native(SYS_sysinfo, {0}), Native(SYS_times), Native(SYS_mount)});
  EXPECT_EQ(result.out, "EFAULT\nEPERM\nEFAULT\n") << result.err;
}

TEST_F(ProfileStage, AnotherArchitectureTakesPartOrEndsTheProcess) {
#ifndef __x86_64__
  GTEST_SKIP() << "its probe is of x86";
#endif
  EXPECT_EQ(Run(kProfile, "", {"i386:116"}).out, "EOPNOTSUPP\n");
  EXPECT_EQ(Run("{\"defaultAction\": \"SCMP_ACT_ALLOW\"}", "", {"i386:20", Native(SYS_getpid)}).out,
            "killed 31\nok\n");
}

// It allows clone3, which fails for what it is given.
TEST_F(ProfileStage, OfPodmanIsTaken) {
  const std::string path = "/usr/share/containers/seccomp.json";
  if (!fs::exists(path)) GTEST_SKIP() << "podman's profile is not here";
  const RunResult result = test_.RunContainer(
      Config("profile: " + path),
      {"/bin/call_probe", Native(SYS_getpid), Native(SYS_bpf), Native(SYS_clone3)});
  EXPECT_EQ(result.out, "ok\nEPERM\nEINVAL\n") << result.err;
}

TEST_F(ProfileStage, HoldsForAFurtherProcessAsItWas) {
  test_.Write("profile.json", kProfile);
  Running container(test_.Argv(Config("profile: profile.json"),
                               {"/bin/sh", "-c", "echo ready; exec tail -f /dev/null"},
                               {"--root", test_.Path("state")}));
  ASSERT_TRUE(container.AwaitOutput("ready\n")) << container.Await().err;
  AwaitRunning(test_.Path("state"));
  fs::remove(test_.Path("profile.json"));
  const RunResult result = RunProgram(
      {slipway::testing::Runfile("runtime/runtime"), "exec", "--root", test_.Path("state"),
       test_.next_id(), "/bin/call_probe", Native(SYS_sysinfo), Native(SYS_getppid)});
  EXPECT_EQ(result.out, "EOPNOTSUPP\nok\n") << result.err;
  container.Signal(SIGTERM);
  container.Await();
  test_.ExpectNothingLeft();
}

TEST_F(ProfileStage, MistakesAreNamedWithTheirPlace) {
  const RunResult result = Run("{\n  \"defaultAction\": \"SCMP_ACT_NONE\"\n}\n", "", {});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + test_.Path("test.yaml") +
                            ":6:24: seccomp: profile: unknown action \"SCMP_ACT_NONE\" (" +
                            test_.Path("profile.json") +
                            ":2:20; such as SCMP_ACT_ALLOW or SCMP_ACT_ERRNO)\n");
}

TEST_F(ProfileStage, OneThatOthersMayWriteIsNotTrusted) {
  const std::string path = test_.Write("open/profile.json", kProfile);
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  const std::string config = Config("profile: open/profile.json");
  EXPECT_NE(test_.RunContainer(config, {"/bin/true"})
                .err.find("profile: not trusted \"" + path +
                          "\" (owned by uid 0, mode 0666; must not be writable by group or others: "
                          "chmod go-w " +
                          path + ")\n"),
            std::string::npos);
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  ASSERT_EQ(chown(path.c_str(), 1234, 0), 0);
  EXPECT_NE(test_.RunContainer(config, {"/bin/true"})
                .err.find("(owned by uid 1234, mode 0644; must be owned by root: chown -h root " +
                          path + ")\n"),
            std::string::npos);
  ASSERT_EQ(chown(path.c_str(), 0, 0), 0);
  ASSERT_EQ(chmod(test_.Path("open").c_str(), 0777), 0);
  EXPECT_NE(
      test_.RunContainer(config, {"/bin/true"}).err.find("not trusted \"" + test_.Path("open")),
      std::string::npos);
}

// Whoever has made it chooses which profile holds.
TEST_F(ProfileStage, OneByALinkOfOthersIsNotTrusted) {
  const std::string path = test_.Write("profile.json", kProfile);
  fs::create_directory(test_.Path("open"));
  fs::create_symlink(path, test_.Path("open/link.json"));
  ASSERT_EQ(chmod(test_.Path("open").c_str(), 0777), 0);
  const RunResult result = test_.RunContainer(Config("profile: open/link.json"), {"/bin/true"});
  EXPECT_NE(result.err.find("profile: not trusted \"" + test_.Path("open") + "\" ("),
            std::string::npos)
      << result.err;
}

TEST_F(ProfileStage, IsAFileThatIsThere) {
  EXPECT_NE(test_.RunContainer(Config("profile: none.json"), {"/bin/true"})
                .err.find("seccomp: profile: cannot open \"" + test_.Path("none.json") +
                          "\": No such file or directory"),
            std::string::npos);
  EXPECT_NE(test_.RunContainer(Config("profile: root"), {"/bin/true"}).err.find("not a file"),
            std::string::npos);
  EXPECT_NE(
      test_.RunContainer(Config("profile: x, default: allow"), {"/bin/true"})
          .err.find("seccomp: default: a profile, and a default of its own (keep one of them)"),
      std::string::npos);
}

// Whatever a profile says: what is typed there comes out at the caller's.
TEST_F(ProfileStage, NobodyTypesIntoTheCallersTerminal) {
  const std::vector<std::string> calls = {Native(SYS_ioctl, {-1, TIOCSTI}),
                                          Native(SYS_ioctl, {-1, TIOCLINUX})};
  RunOptions alone;
  alone.prepare = [] { setsid(); };
  EXPECT_EQ(Run(kProfile, "", calls, alone).out, "EBADF\nEBADF\n");
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_TRUE(grantpt(terminal) == 0 && unlockpt(terminal) == 0);
  RunOptions options;
  options.prepare = [terminal] {
    dup2(open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC), STDIN_FILENO);
  };
  EXPECT_EQ(Run(kProfile, "", calls, options).out, "EPERM\nEPERM\n");
  // In reach by /dev/tty alone.
  options.prepare = [terminal] {
    setsid();
    close(open(ptsname(terminal), O_RDWR | O_CLOEXEC));
  };
  EXPECT_EQ(Run(kProfile, "", calls, options).out, "EPERM\nEPERM\n");
  close(terminal);
}

}  // namespace
}  // namespace seccomp
