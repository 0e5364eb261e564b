// configs/sandbox.yaml, as root and as a user without rights: what runs in it, and what it keeps
// from the machine.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
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

  fs::path Folder() const { return copy_.folder(); }

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

// On another machine: `prepare` makes it one, as root.
class SandboxElsewhere : public Sandbox {
 protected:
  RunResult RunAfter(const std::function<void()>& prepare, bool verbose = false) {
    const std::string id = std::to_string(GetParam());
    std::vector<std::string> argv = {
        "/usr/bin/setpriv", "--reuid",    id,         "--regid", id,
        "--clear-groups",   copy_.host(), "--config", "sandbox", "--root",
        Folder() / "state"};
    if (verbose) argv.emplace_back("-v");
    argv.insert(argv.end(), {"--", "/bin/bash", "-c", "echo ran"});
    return RunProgram(argv, {.prepare = prepare});
  }
  // And tells which alternatives are taken.
  RunResult TellAfter(const std::function<void()>& prepare) { return RunAfter(prepare, true); }

  // "share/slipway/configs/sandbox.yaml:22:5", of the stage's line.
  static std::string LineOf(const std::string& stage) {
    const std::string text = ReadText(Runfile("configs/sandbox.yaml"));
    const auto end = text.begin() + static_cast<ptrdiff_t>(text.find("  - " + stage));
    return "share/slipway/configs/sandbox.yaml:" +
           std::to_string(std::count(text.begin(), end, '\n') + 1) + ":5";
  }

  static void ExpectRan(const RunResult& result, const std::string& told) {
    EXPECT_EQ(result.out, "ran\n") << result.err;
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.err.find(told), std::string::npos) << result.err;
  }
  static void ExpectNoUserNamespace(const RunResult& result, const std::string& why) {
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.status, 125);
    EXPECT_TRUE(result.err.ends_with(LineOf("user") + ": user: no user namespace can be made (" +
                                     why + ")\n"))
        << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
  }
};

// The rest of a process that cannot be prepared.
void Require(bool done) {
  if (!done) _exit(99);
}

void Write(const std::string& path, const std::string& text) {
  Require(static_cast<bool>(std::ofstream(path) << text << std::flush));
}

// In a user namespace of its own, with the ids that it has outside: what is set there holds for
// those inside of it, and changes nothing of the machine's.
void EnterUserNamespace() {
  int made[2];
  Require(pipe(made) == 0);
  const pid_t self = getpid();
  const pid_t mapper = fork();
  if (mapper == 0) {
    char word = 0;
    Require(read(made[0], &word, 1) == 1);
    for (const char* map : {"/uid_map", "/gid_map"}) {
      Write("/proc/" + std::to_string(self) + map, "0 0 4294967295\n");
    }
    _exit(0);
  }
  Require(unshare(CLONE_NEWUSER) == 0 && write(made[1], "x", 1) == 1);
  int status = -1;
  Require(waitpid(mapper, &status, 0) == mapper && status == 0);
  close(made[0]);
  close(made[1]);
}

std::function<void()> WithAtMost(const char* setting, const char* number) {
  return [=] {
    EnterUserNamespace();
    Write(std::string("/proc/sys/user/") + setting, number);
  };
}

void LeaveMounts() {
  Require(unshare(CLONE_NEWNS) == 0 &&
          mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

constexpr char kCgroups[] = "/sys/fs/cgroup";

void WithoutCgroups() {
  LeaveMounts();
  Require(umount2(kCgroups, MNT_DETACH) == 0);
}

void WithReadonlyCgroups() {
  LeaveMounts();
  mount_attr readonly{};
  readonly.attr_set = MOUNT_ATTR_RDONLY;
  Require(syscall(SYS_mount_setattr, AT_FDCWD, kCgroups, AT_RECURSIVE, &readonly,
                  sizeof(readonly)) == 0);
}

TEST_P(SandboxElsewhere, NeedsUserNamespacesAtAll) {
  ExpectNoUserNamespace(
      RunAfter(WithAtMost("max_user_namespaces", "0")),
      "/proc/sys/user/max_user_namespaces is 0; have root change that setting, see sysctl(8)");
}

TEST_P(SandboxElsewhere, NeedsUserNamespacesThatAreLeft) {
  ExpectNoUserNamespace(RunAfter(Without(SYS_clone3, ENOSPC)),
                        "as many exist as /proc/sys/user/max_user_namespaces allows, or they are "
                        "nested 32 deep; have others ended, or have root raise that setting, see "
                        "sysctl(8)");
}

TEST_P(SandboxElsewhere, NeedsUserNamespacesThatNoFilterForbids) {
  ExpectNoUserNamespace(RunAfter(Without(SYS_clone3, EPERM)),
                        "Operation not permitted: a seccomp filter, such as docker's, or a "
                        "security module may refuse it; so does the kernel in a chroot; run the "
                        "runtime outside of that");
}

// Where some systems keep them from everybody but root.
class SandboxOfNoRootElsewhere : public SandboxElsewhere {};

TEST_P(SandboxOfNoRootElsewhere, NeedsUserNamespacesForPlainUsers) {
  const auto forbid = [refuse = Without(SYS_clone3, EPERM)] {
    LeaveMounts();
    Require(mount("tmpfs", "/proc/sys/kernel", "tmpfs", 0, nullptr) == 0);
    Write("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
    refuse();
  };
  ExpectNoUserNamespace(RunAfter(forbid),
                        "this system lets only root make user namespaces: "
                        "/proc/sys/kernel/unprivileged_userns_clone is 0; run the runtime as root, "
                        "or have root change that setting, see sysctl(8)");
}

TEST_P(SandboxElsewhere, RunsWhereNoCgroupIsMounted) {
  const RunResult result = TellAfter(WithoutCgroups);
  ExpectRan(result, "no cgroup hierarchy is mounted");
  ExpectRan(result, ": first-of took none\n");
}

TEST_P(SandboxElsewhere, RunsWhereCgroupsAreReadOnly) {
  ExpectRan(TellAfter(WithReadonlyCgroups), ": first-of took none\n");
}

TEST_P(SandboxElsewhere, RunsWithoutLandlock) {
  ExpectRan(TellAfter(Without(SYS_landlock_create_ruleset, ENOSYS)), ": first-of took none\n");
}

TEST_P(SandboxElsewhere, RunsWithoutATimeNamespace) {
  ExpectRan(
      TellAfter(WithAtMost("max_time_namespaces", "0")),
      ": time: probe: no time namespace can be made (/proc/sys/user/max_time_namespaces is 0; "
      "have root change that setting, see sysctl(8))\n");
}

TEST_P(SandboxElsewhere, NamesEveryOtherNamespaceThatItNeeds) {
  for (const char* kind : {"uts", "pid", "ipc", "net", "mnt", "cgroup"}) {
    const std::string setting = "max_" + std::string(kind) + "_namespaces";
    const RunResult result = RunAfter(WithAtMost(setting.c_str(), "0"));
    EXPECT_EQ(result.status, 125) << kind;
    EXPECT_NE(result.err.find("it is not the disk: "), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("/proc/sys/user/" + setting), std::string::npos) << result.err;
  }
}

INSTANTIATE_TEST_SUITE_P(As, SandboxElsewhere, ::testing::Values(0, kUser),
                         [](const auto& info) { return info.param == 0 ? "Root" : "PlainUser"; });

INSTANTIATE_TEST_SUITE_P(As, SandboxOfNoRootElsewhere, ::testing::Values(kUser));

TEST(SandboxCheck, SaysWhatIsMissingOnThisMachine) {
  const RunResult result = RunProgram({Runfile("runtime/runtime"), "check", "--probe",
                                       fs::canonical(Runfile("configs/sandbox.yaml"))});
  EXPECT_EQ(result.status, 0) << result.err;
}

}  // namespace
}  // namespace slipway::testing
