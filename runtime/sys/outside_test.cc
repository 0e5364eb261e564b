#include "runtime/sys/outside.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace slipway::sys {
namespace {

// Tells whether it has got what this process has open.
int SameFile(uint64_t number, int file, int other) {
  struct stat one {};
  struct stat two {};
  if (fstat(file, &one) != 0) return EBADF;
  if (other < 0) return static_cast<int>(number);
  return fstat(other, &two) == 0 && one.st_ino == two.st_ino ? EEXIST : ENOENT;
}

TEST(Outside, DoesWhatItIsAskedOneAfterTheOther) {
  auto outside = Outside::Start(SameFile);
  ASSERT_TRUE(outside.ok());
  const Fd root(open("/", O_PATH));
  const Fd proc(open("/proc", O_PATH));
  EXPECT_EQ(outside->Ask(7, root.get()), 7);
  EXPECT_EQ(outside->Ask(0, root.get(), root.get()), EEXIST);
  EXPECT_EQ(outside->Ask(0, root.get(), proc.get()), ENOENT);
}

int CountOpen(uint64_t, int, int) {
  int count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

TEST(Outside, HasNothingElseOpen) {
  const Fd mine(open("/", O_PATH));
  auto outside = Outside::Start(CountOpen);
  ASSERT_TRUE(outside.ok());
  EXPECT_EQ(outside->Ask(0, mine.get()), 2) << "the way to it, and what it was given";
}

TEST(Outside, EndsWithItsObject) {
  {
    auto started = Outside::Start(SameFile);
    ASSERT_TRUE(started.ok());
    const Outside outside = std::move(*started);
    EXPECT_TRUE(outside.started());
  }
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Outside, SaysThatItIsNoMore) {
  auto outside = Outside::Start(SameFile);
  ASSERT_TRUE(outside.ok());
  outside->Dismiss();
  const Fd root(open("/", O_PATH));
  EXPECT_EQ(outside->Ask(7, root.get()), EPIPE);
}

}  // namespace
}  // namespace slipway::sys
