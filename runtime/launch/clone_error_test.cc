#include "runtime/launch/clone_error.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

namespace slipway::launch {
namespace {

class CloneErrorOf : public ::testing::Test {
 protected:
  CloneErrorOf() {
    const char* base = getenv("TEST_TMPDIR");
    folder_ = std::string(base ? base : "/tmp") + "/clone-XXXXXX";
    if (!mkdtemp(folder_.data())) abort();
    here_.namespaces = folder_;
    here_.limits = folder_;
    Want("uts", CLONE_NEWUTS);
    Want("pid", CLONE_NEWPID);
  }
  ~CloneErrorOf() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void Want(const std::string& stage, uint64_t flags) {
    plan_.namespaces |= flags;
    plan_.namespace_wishes.push_back({stage, flags});
  }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }

  std::string Text(int number) const {
    return CloneError(plan_, Error(number, "clone3"), here_).ToString();
  }

  static constexpr char kWho[] = "(the stage uts asked for a new uts namespace, pid for pid; ";

  std::string folder_;
  Plan plan_;
  Surroundings here_{.has_sys_admin = true, .release = "6.1.0-18-amd64"};
};

TEST_F(CloneErrorOf, APlainUserNamesTheStagesAndTheRight) {
  here_.has_sys_admin = false;
  EXPECT_EQ(Text(EPERM),
            "cannot make the container's namespaces: Operation not permitted " + std::string(kWho) +
                "that needs CAP_SYS_ADMIN: run the runtime as root, for example with sudo)");
}

TEST_F(CloneErrorOf, APlainUserIsToldWhoForbidsUserNamespaces) {
  here_.has_sys_admin = false;
  here_.settings = folder_;
  plan_ = {};
  Want("user", CLONE_NEWUSER);
  const std::string begin =
      "cannot make the container's namespaces: Operation not permitted (the stage user asked for a "
      "new user namespace; this system lets only ";
  Write("unprivileged_userns_clone", "1\n");
  Write("apparmor_restrict_unprivileged_userns", "1\n");
  EXPECT_EQ(Text(EPERM), begin + "programs with an AppArmor profile make user namespaces: " +
                             folder_ + "/apparmor_restrict_unprivileged_userns is 1)");
  Write("unprivileged_userns_clone", "0\n");
  EXPECT_EQ(Text(EPERM),
            begin + "root make user namespaces: " + folder_ + "/unprivileged_userns_clone is 0)");
}

TEST_F(CloneErrorOf, RootNamesWhatElseMayRefuse) {
  EXPECT_EQ(Text(EPERM), "cannot make the container's namespaces: Operation not permitted " +
                             std::string(kWho) +
                             "a seccomp filter, such as docker's, or a security module may refuse "
                             "it)");
}

TEST_F(CloneErrorOf, ALimitThatIsZeroNamesIt) {
  Write("max_pid_namespaces", "0\n");
  Write("max_uts_namespaces", "7\n");
  EXPECT_EQ(Text(ENOSPC), "cannot make the container's namespaces: No space left on device " +
                              std::string(kWho) + "it is not the disk: " + folder_ +
                              "/max_pid_namespaces is 0)");
}

TEST_F(CloneErrorOf, ALimitThatIsUsedUpNamesTheLimits) {
  EXPECT_EQ(Text(ENOSPC), "cannot make the container's namespaces: No space left on device " +
                              std::string(kWho) +
                              "it is not the disk: as many namespaces exist as " + folder_ +
                              "/max_*_namespaces allow, or pid or user namespaces are nested 32 "
                              "deep)");
}

TEST_F(CloneErrorOf, AnOldKernelNamesTheOneThatIsNeeded) {
  here_.release = "4.19.0";
  EXPECT_NE(Text(ENOSYS).find("the runtime needs Linux 5.12 or newer; this is 4.19.0"),
            std::string::npos)
      << Text(ENOSYS);
  here_.release = "5.11";
  EXPECT_NE(Text(ENOSYS).find("needs Linux 5.12"), std::string::npos);
}

TEST_F(CloneErrorOf, ANewKernelNamesAFilter) {
  EXPECT_NE(Text(ENOSYS).find("this is Linux 6.1.0-18-amd64, which has clone3: a seccomp filter"),
            std::string::npos)
      << Text(ENOSYS);
  here_.release = "5.12";
  EXPECT_NE(Text(ENOSYS).find("seccomp"), std::string::npos);
}

TEST_F(CloneErrorOf, AKernelWithoutANamespaceNamesIt) {
  Write("uts", "");
  EXPECT_EQ(Text(EINVAL), "cannot make the container's namespaces: Invalid argument " +
                              std::string(kWho) + "this kernel has no pid namespaces)");
  Write("pid", "");
  EXPECT_EQ(Text(EINVAL),
            "cannot make the container's namespaces: Invalid argument (the stage uts asked for a "
            "new uts namespace, pid for pid)");
}

TEST_F(CloneErrorOf, ACallerThatHasNotForkedIsTold) {
  here_.children_elsewhere = true;
  EXPECT_EQ(Text(EINVAL), "cannot make the container's namespaces: Invalid argument " +
                              std::string(kWho) +
                              "this process's children are to be in another pid namespace than it "
                              "is, as behind unshare --pid without --fork)");
}

TEST_F(CloneErrorOf, TooManyProcessesNamesTheLimits) {
  EXPECT_EQ(Text(EAGAIN),
            "cannot make the container's first process: Resource temporarily unavailable (a limit "
            "of processes is reached: ulimit -u, pids.max of a cgroup around this one, or "
            "/proc/sys/kernel/threads-max)");
}

TEST_F(CloneErrorOf, ACgroupNamesItsStage) {
  plan_ = {};
  plan_.cgroup_fd = 3;
  plan_.cgroup_stage = "cgroup-v2";
  EXPECT_EQ(
      Text(EBUSY),
      "cannot make the container's first process: Device or resource busy (the stage "
      "cgroup-v2 asked for a start in its cgroup; that cgroup hands controllers on to cgroups "
      "inside it, so that no process may be in it itself)");
}

TEST_F(CloneErrorOf, NothingSpecialIsLeftAsItIs) {
  plan_ = {};
  EXPECT_EQ(Text(EMFILE),
            "cannot make the container's first process: Too many open files (the limit of open "
            "descriptors, RLIMIT_NOFILE, is too low: raise it with ulimit -n)");
}

}  // namespace
}  // namespace slipway::launch
