// Descriptors change places until each has its number, whatever has it at first. In a child, which
// has few numbers to lose.

#include "runtime/launch/descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace slipway::launch {
namespace {

// A file in memory at this number, with the number as its text.
void MakeAt(int number) {
  const int file = memfd_create("test", MFD_CLOEXEC);
  const std::string text = std::to_string(number);
  if (write(file, text.data(), text.size()) < 0 || dup3(file, number, O_CLOEXEC) < 0) _exit(99);
  close(file);
}

std::string TextAt(int number) {
  char text[16];
  const ssize_t size = pread(number, text, sizeof(text), 0);
  return size < 0 ? "none" : std::string(text, static_cast<size_t>(size));
}

bool ClosesOnExec(int fd) { return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

struct Move {
  int from;
  int to;
};

// Returns how many of these do not hold, as the exit status of a child.
template <typename Check>
int InChild(const std::vector<Move>& moves, std::vector<int> needed, Check check) {
  const pid_t pid = fork();
  if (pid == 0) {
    Inherited inherited;
    for (const Move& move : moves) MakeAt(move.from);
    for (const int fd : needed) MakeAt(fd);
    for (const Move& move : moves) {
      if (!inherited.Keep(move.from, move.to, "test").ok()) _exit(98);
    }
    std::vector<int*> places;
    for (int& fd : needed) places.push_back(&fd);
    if (!inherited.Inherit().ok() || !inherited.Place(places).ok()) _exit(97);
    int wrong = 0;
    for (const Move& move : moves) {
      wrong += TextAt(move.to) != std::to_string(move.from) || ClosesOnExec(move.to) ? 1 : 0;
    }
    _exit(wrong + check(needed));
  }
  int status = -1;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int Nothing(const std::vector<int>&) { return 0; }

TEST(Inherited, TwoChangePlaces) { EXPECT_EQ(InChild({{40, 41}, {41, 40}}, {}, Nothing), 0); }

TEST(Inherited, ManyMoveInACircle) {
  EXPECT_EQ(InChild({{40, 41}, {41, 42}, {42, 43}, {43, 40}}, {}, Nothing), 0);
}

TEST(Inherited, OneHasSeveralNumbers) {
  EXPECT_EQ(InChild({{40, 41}, {40, 42}, {40, 40}}, {}, Nothing), 0);
}

TEST(Inherited, OneOfSeveralNumbersIsInAnothersWay) {
  EXPECT_EQ(InChild({{41, 40}, {40, 42}, {40, 43}}, {}, Nothing), 0);
}

TEST(Inherited, WhatHasMovedIsNotUnderItsOldNumber) {
  EXPECT_EQ(InChild({{40, 41}}, {}, [](const auto&) { return TextAt(40) == "none" ? 0 : 1; }), 0);
}

TEST(Inherited, WhatIsNeededIsMovedOutOfTheWayAndStillClosesOnExec) {
  EXPECT_EQ(InChild({{40, 41}, {42, 43}}, {41, 43, 44},
                    [](const std::vector<int>& needed) {
                      int wrong = needed[2] == 44 ? 0 : 1;
                      const char* const texts[] = {"41", "43", "44"};
                      for (int i = 0; i < 3; ++i) {
                        wrong += TextAt(needed[i]) != texts[i] || !ClosesOnExec(needed[i]) ? 1 : 0;
                      }
                      return wrong;
                    }),
            0);
}

TEST(Inherited, TwoForOneNumberAreRefusedByBothNames) {
  Inherited inherited;
  ASSERT_TRUE(inherited.Keep(40, 50, "one").ok());
  ASSERT_TRUE(inherited.Keep(40, 50, "two").ok()) << "it is the same one";
  const Status stage = inherited.Keep(41, 50, "two");
  ASSERT_FALSE(stage.ok());
  EXPECT_STREQ(stage.error()->hint, "the stage one keeps one already");
  const Status caller = inherited.Keep(41, 50, {});
  ASSERT_FALSE(caller.ok());
  EXPECT_EQ(std::string(caller.error()->operation).find("--keep-fd"), 0u);
}

TEST(Inherited, LeavesTheStandardDescriptorsToATerminal) {
  Inherited inherited;
  ASSERT_TRUE(inherited.Keep(40, 3, "one").ok());
  EXPECT_TRUE(inherited.LeavesStreams().ok());
  ASSERT_TRUE(inherited.Keep(40, 2, "one").ok());
  EXPECT_FALSE(inherited.LeavesStreams().ok());
}

}  // namespace
}  // namespace slipway::launch
