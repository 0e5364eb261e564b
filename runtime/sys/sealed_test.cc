#include "runtime/sys/sealed.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sys/file.h"

namespace slipway::sys {
namespace {

TEST(SealedCopy, HoldsTheBytes) {
  const std::string bytes(100000, 'x');
  auto copy = SealedCopy("test", bytes);
  ASSERT_TRUE(copy.ok()) << copy.error().ToString();
  EXPECT_EQ(*ReadFile("/proc/self/fd/" + std::to_string(copy->get())), bytes);
}

TEST(SealedCopy, CannotBeChanged) {
  auto copy = SealedCopy("test", "bytes");
  ASSERT_TRUE(copy.ok()) << copy.error().ToString();
  EXPECT_EQ(pwrite(copy->get(), "x", 1, 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_NE(ftruncate(copy->get(), 0), 0);
  EXPECT_NE(ftruncate(copy->get(), 100), 0);
  EXPECT_EQ(mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, copy->get(), 0), MAP_FAILED);
  EXPECT_NE(fcntl(copy->get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0);
}

TEST(SealedCopy, IsNotInherited) {
  auto copy = SealedCopy("test", "");
  ASSERT_TRUE(copy.ok()) << copy.error().ToString();
  EXPECT_TRUE(fcntl(copy->get(), F_GETFD) & FD_CLOEXEC);
}

TEST(SealedCopy, CanBeMappedAsCode) {
  auto copy = SealedCopy("test", std::string(4096, '\0'));
  ASSERT_TRUE(copy.ok()) << copy.error().ToString();
  void* code = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, copy->get(), 0);
  EXPECT_NE(code, MAP_FAILED);
  if (code != MAP_FAILED) munmap(code, 4096);
}

}  // namespace
}  // namespace slipway::sys
