// configs/sandbox.yaml, as root and as a user without rights: what runs in it, and what it keeps
// from the machine.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// Nobody else on the machine has it.
constexpr uid_t kUser = 217483;

// The stages by the names of their folders.
const std::vector<std::string> kStages = {"user",        "uts",       "pid",
                                          "ipc",         "network",   "time",
                                          "cgroup_v2",   "cgroup_v1", "cgroup_namespace",
                                          "mount",       "proc",      "sys",
                                          "dev",         "mask",      "rlimits",
                                          "credentials", "seccomp",   "landlock"};

// With the number of the caller.
class Sandbox : public ::testing::TestWithParam<uid_t> {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to become another user";
    copy_.InstallConfig("sandbox.yaml");
    fs::create_directory(Folder() / "state");
    ASSERT_EQ(chown((Folder() / "state").c_str(), GetParam(), GetParam()), 0);
  }
  void TearDown() override {
    if (IsRoot()) test_.ExpectNothingLeft();
  }

  fs::path Folder() const { return fs::path(copy_.Config()).parent_path(); }

  RunResult Run(const std::vector<std::string>& flags, const std::vector<std::string>& command,
                const RunOptions& options = {}) const {
    std::vector<std::string> argv = {copy_.host(),       "--config", "sandbox",      "--root",
                                     Folder() / "state", "--name",   test_.next_id()};
    argv.insert(argv.end(), flags.begin(), flags.end());
    if (!command.empty()) argv.emplace_back("--");
    argv.insert(argv.end(), command.begin(), command.end());
    RunOptions as_user = options;
    as_user.uid = GetParam();
    return RunProgram(argv, as_user);
  }
  RunResult RunScript(const std::string& script) const {
    return Run({}, {"/bin/bash", "-c", script});
  }

  ContainerTest test_;
  PublicCopy copy_{kStages};
};

TEST_P(Sandbox, RunsBashWithoutACommand) {
  RunOptions options;
  options.input = "echo hello from ${BASH##*/} in $PWD of $HOME\nexit 6\n";
  const RunResult result = Run({}, {}, options);
  EXPECT_EQ(result.out, "hello from bash in /tmp of /tmp\n") << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 6);
}

TEST_P(Sandbox, RunsPython) {
  const RunResult result = Run({}, {"python3", "-c", "import json, threading; print(6 * 7)"});
  EXPECT_EQ(result.out, "42\n") << result.err;
}

TEST_P(Sandbox, CompilesAndRunsAProgram) {
  const RunResult result = RunScript(
      "printf '#include <stdio.h>\\nint main(void) { puts(\"compiled\"); }\\n' > a.c && gcc a.c && "
      "./a.out");
  EXPECT_EQ(result.out, "compiled\n") << result.err;
}

TEST_P(Sandbox, ShowsNoFileOfAnybody) {
  const RunResult result = RunScript("ls /; cat /etc/shadow; ls /tmp | wc -l");
  EXPECT_EQ(result.out, "bin\ndev\netc\nlib\nlib64\nproc\nrun\nsbin\nsys\ntmp\nusr\n0\n")
      << result.err;
}

TEST_P(Sandbox, HasNoRightsAndCanGetNone) {
  const RunResult result =
      RunScript("grep -E '^(CapPrm|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status");
  EXPECT_EQ(result.out,
            "CapPrm:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n")
      << result.err;
}

TEST_P(Sandbox, IsTheCallersOwnNumberOrARootOfItsOwn) {
  const RunResult result = RunScript("id -u; cut -c12- /proc/self/uid_map");
  if (GetParam() == 0) {
    EXPECT_EQ(result.out.substr(0, 2), "0\n") << result.err;
    EXPECT_EQ(result.out.find(" 0 "), std::string::npos) << "the machine's root is in it";
  } else {
    EXPECT_EQ(result.out.substr(0, 7), std::to_string(kUser) + "\n") << result.err;
  }
}

TEST_P(Sandbox, WritesNothingButMemory) {
  const RunResult result = RunScript(
      "for folder in /usr /bin /etc/alternatives /proc/sys /sys; do "
      "touch $folder/made 2>/dev/null && echo $folder; done; "
      "touch /tmp/made /run/made /made && echo in memory");
  EXPECT_EQ(result.out, "in memory\n") << result.err;
  EXPECT_FALSE(fs::exists("/tmp/made"));
}

TEST_P(Sandbox, HasNoNetworkButItsOwn) {
  const RunResult result =
      RunScript("cut -d: -f1 /proc/net/dev | tail -n +3; cat /proc/net/route | wc -l");
  EXPECT_EQ(result.out, "    lo\n1\n") << result.err;
}

TEST_P(Sandbox, SeesNoProcessOfOthers) {
  const RunResult result = RunScript("echo /proc/[0-9]*");
  EXPECT_EQ(result.out, "/proc/1 /proc/2\n") << result.err;
}

TEST_P(Sandbox, MakesNoNamespaceMountOrDevice) {
  const RunResult result = RunScript(
      "unshare --user true && echo namespace; mount -t tmpfs none /tmp && echo mount; "
      "mknod /tmp/null c 1 3 && echo device");
  EXPECT_EQ(result.out, "");
}

TEST_P(Sandbox, ShowsAFolderThatIsBoundIn) {
  std::ofstream(Folder() / "shown") << "shown\n";
  const RunResult result =
      Run({"--bind", (Folder() / "shown").string() + ":/src/shown:ro", "-w", "/src"},
          {"/bin/bash", "-c", "cat shown; echo written > shown"});
  EXPECT_EQ(result.out, "shown\n") << result.err;
  EXPECT_NE(result.err.find("Read-only file system"), std::string::npos) << result.err;
}

TEST_P(Sandbox, EndsWhenItsTimeIsUp) {
  EXPECT_EQ(Run({"--timeout", "100ms"}, {"/bin/sleep", "1000"}).status, 124);
}

INSTANTIATE_TEST_SUITE_P(As, Sandbox, ::testing::Values(0, kUser),
                         [](const auto& info) { return info.param == 0 ? "Root" : "PlainUser"; });

TEST(SandboxCheck, SaysWhatIsMissingOnThisMachine) {
  const RunResult result = RunProgram({Runfile("runtime/runtime"), "check", "--probe",
                                       fs::canonical(Runfile("configs/sandbox.yaml"))});
  EXPECT_EQ(result.status, 0) << result.err;
}

}  // namespace
}  // namespace slipway::testing
