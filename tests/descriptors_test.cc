// Descriptors that stages hand over: to the command under a number, and to their own Finish.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/each_way.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

class Descriptors : public EachWay {
 protected:
  RunResult With(const std::string& options, const std::string& script, const Words& flags = {}) {
    return Run("  - good-hands-over: {" + options + "}\n", script, flags);
  }
};

// The fixture's descriptors stand at their ends, so they are read by their paths.
constexpr char kRead[] = "for n in $N; do text=$(cat /proc/self/fd/$n); echo \"$text $n\"; done";

TEST_P(Descriptors, CanBeReadUnderTheirNumbers) {
  const RunResult result =
      With("keep: ['8=kept'], put: ['5=put', '40>6=moved']", std::string("N='5 6 8'; ") + kRead);
  EXPECT_EQ(result.out, "put 5\nmoved 6\nkept 8\n") << result.err;
}

TEST_P(Descriptors, AreAllThatTheCommandHas) {
  const RunResult result =
      With("keep: ['8=kept'], put: ['5=put'], finish: [one, two]", "ls -1 /proc/self/fd | wc -l");
  EXPECT_EQ(result.out, "6\n") << "its three, these two, and the one by which ls reads the folder";
}

// Among them are those that the host itself uses at that moment.
TEST_P(Descriptors, MayHaveAnyNumber) {
  std::string put;
  std::string keep;
  std::string expected;
  std::string numbers;
  for (int number = 3; number < 33; ++number) {
    const std::string text = std::to_string(number);
    std::string& list = number % 2 == 0 ? put : keep;
    list += (list.empty() ? "'" : ", '") + text + "=t" + text + "'";
    numbers += text + " ";
    expected += "t" + text + " " + text + "\n";
  }
  const RunResult result =
      With("put: [" + put + "], keep: [" + keep + "]", "N='" + numbers + "'; " + kRead);
  EXPECT_EQ(result.out, expected) << result.err;
}

TEST_P(Descriptors, CanChangePlaces) {
  const RunResult result =
      With("keep: ['60>61=a', '61>62=b', '62>60=c'], put: ['70>71=d', '71>70=e']",
           std::string("N='60 61 62 70 71'; ") + kRead);
  EXPECT_EQ(result.out, "c 60\na 61\nb 62\ne 70\nd 71\n") << result.err;
}

TEST_P(Descriptors, OneMayHaveSeveralNumbers) {
  const RunResult result = With("same: [9, -1, 4, 30]", std::string("N='4 9 30'; ") + kRead);
  EXPECT_EQ(result.out, "the same 4\nthe same 9\nthe same 30\n") << result.err;
}

TEST_P(Descriptors, KeepTheirNumbersWhereTheCommandMayOpenFew) {
  const RunResult result =
      Run("  - good-hands-over: {put: ['3=a', '4=b', '15=c']}\n  - good-process: {nofile: 16}\n",
          std::string("N='3 4 15'; ") + kRead);
  EXPECT_EQ(result.out, "a 3\nb 4\nc 15\n") << result.err;
}

TEST_P(Descriptors, OfFinishAreThereInOrderAndThenClosed) {
  const RunResult result = With("finish: [one, two]", "ls -1 /proc/self/fd | wc -l");
  EXPECT_EQ(result.out, "4\n");
  EXPECT_NE(result.err.find("good-hands-over: finish: one two, then -1\n"), std::string::npos)
      << result.err;
}

INSTANTIATE_TEST_SUITE_P(By, Descriptors, ::testing::ValuesIn(AllWays()), NameOf<Way>);

class BadDescriptors : public EachWay {
 protected:
  void ExpectLine(const RunResult& result, const std::string& line) {
    EXPECT_NE(result.err.find(line + "\n"), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(Listed("state"), "");
  }
  void ExpectRefused(const std::string& options, const std::string& line) {
    ExpectLine(Run("  - good-hands-over: {" + options + "}\n", "echo runs"),
               "good-hands-over: " + line);
  }
};

TEST_P(BadDescriptors, TwoForOneNumber) {
  const std::string line =
      "a second descriptor for the command under the number \"5\" (the stage good-hands-over keeps "
      "one already)";
  ExpectRefused("keep: ['5=a', '5=b']", line);
  ExpectRefused("keep: ['5=a'], put: ['5=b']", line);
  ExpectRefused("put: ['5=a', '5=b']", line);
}

TEST_P(BadDescriptors, TwoStagesForOneNumber) {
  const char* const hooks[] = {"keep", "put"};
  for (const std::string one : hooks) {
    for (const std::string other : hooks) {
      const bool reversed = one == "put" && other == "keep";
      ExpectLine(Run("  - good-hands-over: {" + one + ": ['5=a']}\n  - good-hands-over-too: {" +
                         other + ": ['5=b']}\n",
                     "echo runs"),
                 std::string(reversed ? "good-hands-over: " : "good-hands-over-too: ") +
                     "a second descriptor for the command under the number \"5\" (the stage " +
                     (reversed ? "good-hands-over-too" : "good-hands-over") +
                     " keeps one already)");
    }
  }
}

TEST_P(Descriptors, OfTwoStagesCanChangePlaces) {
  const RunResult result =
      Run("  - good-hands-over: {keep: ['60>61=a'], put: ['5=c']}\n"
          "  - good-hands-over-too: {keep: ['61>60=b'], put: ['4=d'], finish: [three]}\n",
          std::string("N='4 5 60 61'; ") + kRead);
  EXPECT_EQ(result.out, "d 4\nc 5\nb 60\na 61\n") << result.err;
  EXPECT_NE(result.err.find("good-hands-over-too: finish: three, then -1\n"), std::string::npos)
      << result.err;
}

TEST_P(BadDescriptors, OneForTheNumberOfACallers) {
  const int fd = fcntl(STDERR_FILENO, F_DUPFD, 50);
  const std::string number = std::to_string(fd);
  const Words flags = {"--keep-fd", number};
  for (const char* hook : {"keep", "put"}) {
    const RunResult result = Run(
        "  - good-hands-over: {" + std::string(hook) + ": ['" + number + "=a']}\n", "true", flags);
    EXPECT_NE(result.err.find("number \"" + number + "\""), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("good-hands-over"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("--keep-fd"), std::string::npos) << result.err;
    EXPECT_EQ(result.status, 125);
    test_.Write("out", "");
  }
  close(fd);
}

TEST_P(BadDescriptors, WhatIsNotOpen) {
  ExpectRefused("not-open: keep",
                "cannot keep the descriptor \"999\": Bad file descriptor (a bug of the stage)");
  ExpectRefused(
      "not-open: put",
      "cannot put aside the descriptor \"999\": Bad file descriptor (a bug of the stage)");
  ExpectRefused(
      "not-open: finish",
      "cannot put aside the descriptor \"999\": Bad file descriptor (a bug of the stage)");
}

TEST_P(BadDescriptors, OneWithoutANumber) {
  ExpectRefused("not-open: no-number",
                "a descriptor for the command without a number (a bug of the stage)");
}

TEST_P(BadDescriptors, ANumberBeyondTheLimit) {
  ExpectLine(
      Run("  - good-hands-over: {put: ['20=a']}\n  - good-process: {nofile: 16}\n", "echo runs"),
      "good-hands-over: cannot give the command a descriptor under the number \"20\": Bad file "
      "descriptor (its limit of open files, RLIMIT_NOFILE, is 16)");
}

TEST_P(BadDescriptors, ForAHookThatTheStageDoesNotHave) {
  ExpectRefused("for-started: true",
                "has no Started hook (a bug of the stage: nobody would take it)");
  ExpectRefused("asks: true", "has no Serve hook (a bug of the stage: nobody would answer it)");
}

TEST_P(BadDescriptors, ATerminalThatIsNone) {
  ExpectRefused("not-open: terminal",
                "cannot make the command's terminal of the descriptor \"999\": Bad file descriptor "
                "(a bug of the stage)");
  const RunResult result = Run("  - good-hands-over: {terminal: /dev/null}\n", "true");
  EXPECT_NE(result.err.find("Inappropriate ioctl for device (it is no terminal; the other end of a "
                            "pty would be one)\n"),
            std::string::npos)
      << result.err;
}

INSTANTIATE_TEST_SUITE_P(By, BadDescriptors,
                         ::testing::Values(Way{"Run", "run", kNoInit},
                                           Way{"RunInit", "run", kWithInit},
                                           Way{"RunParked", "run", kParkedNoInit},
                                           Way{"Created", "create", kWithInit}),
                         NameOf<Way>);

}  // namespace
}  // namespace slipway::testing
