#include "runtime/sys/namespace.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace slipway::sys {
namespace {

constexpr int kCannotUnshare = 77;

// The exit status of a process that does this.
int StatusOf(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) _exit(act());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WEXITSTATUS(status);
}

TEST(PidNamespace, OfTheChildrenIsMostlyTheOwn) { EXPECT_TRUE(HasChildrenInItsPidNamespace()); }

TEST(PidNamespace, OfTheChildrenIsAnotherOnceOneWasMadeForThem) {
  const int status = StatusOf([] {
    if (unshare(CLONE_NEWPID) != 0) return kCannotUnshare;
    return HasChildrenInItsPidNamespace() ? 1 : 0;
  });
  if (status == kCannotUnshare) GTEST_SKIP() << "needs root";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace slipway::sys
