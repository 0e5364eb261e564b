#include "runtime/sys/user_namespace.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace slipway::sys {
namespace {

// What `answer` says in a process in which `prepare` has succeeded; -1: it has not.
int InChild(const std::function<bool()>& prepare, const std::function<int()>& answer) {
  const pid_t child = fork();
  if (child == 0) _exit(prepare() ? answer() : 255);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) != 255 ? WEXITSTATUS(status) : -1;
}

int ErrnoOfTry() {
  const Status tried = TryUserNamespace();
  return tried.ok() ? 0 : tried.error()->errno_value;
}

TEST(TryUserNamespace, SaysYesWhereOneCanBeMade) {
  EXPECT_EQ(InChild([] { return unshare(CLONE_NEWUSER) == 0; }, [] { return 0; }), 0);
  EXPECT_EQ(ErrnoOfTry(), 0);
}

TEST(TryUserNamespace, SaysYesToAPlainUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
  EXPECT_EQ(InChild([] { return setuid(100000) == 0; }, ErrnoOfTry), 0);
}

TEST(TryUserNamespace, LeavesNoProcess) {
  EXPECT_EQ(ErrnoOfTry(), 0);
  EXPECT_EQ(waitpid(-1, nullptr, 0), -1);
  EXPECT_EQ(errno, ECHILD);
}

// The limit is that of the user namespace which is made first.
TEST(TryUserNamespace, SaysThatTheLimitIsReached) {
  const auto forbid = [] {
    if (unshare(CLONE_NEWUSER) != 0) return false;
    std::ofstream limit("/proc/sys/user/max_user_namespaces");
    limit << "0\n" << std::flush;
    return limit.good();
  };
  EXPECT_EQ(InChild(forbid, ErrnoOfTry), ENOSPC);
}

TEST(TryUserNamespace, SaysThatAChrootForbidsIt) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to change the root";
  EXPECT_EQ(InChild([] { return chroot("/proc") == 0; }, ErrnoOfTry), EPERM);
}

class Settings : public ::testing::Test {
 protected:
  Settings() { std::filesystem::create_directory(folder_); }
  ~Settings() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  const std::string folder_ = ::testing::TempDir() + "/user_namespace_test";
};

TEST_F(Settings, ForbidNothingWhereThereAreNone) {
  EXPECT_EQ(WhatForbidsUserNamespaces(folder_), "");
  EXPECT_FALSE(GetsNoRightsInUserNamespaces(folder_, Write("label", "unconfined\n")));
}

TEST_F(Settings, OfAppArmorLeaveAProgramWithoutProfileNoRights) {
  Write("apparmor_restrict_unprivileged_userns", "1\n");
  EXPECT_TRUE(GetsNoRightsInUserNamespaces(folder_, Write("label", "unconfined\n")));
  EXPECT_FALSE(GetsNoRightsInUserNamespaces(folder_, Write("label", "runtime (unconfined)\n")));
}

}  // namespace
}  // namespace slipway::sys
