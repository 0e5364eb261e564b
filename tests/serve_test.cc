// A stage's InChild asks its half in the host, by Serve, in each way in which a command comes to
// run; what cannot be asked or answered is refused, and a Serve that goes wrong is named.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/each_way.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

class Serve : public EachWay {};

TEST_P(Serve, AnswersOneRequestAfterTheOther) {
  const RunResult result = Run("  - good-serves: {ask: [a, b, silence, twice]}\n", "echo runs");
  EXPECT_EQ(result.out, "runs\n");
  EXPECT_EQ(result.err,
            "runtime: warning: good-serves: answer: a 1\n"
            "runtime: warning: good-serves: answer: b 2\n"
            "runtime: warning: good-serves: answer:\n"
            "runtime: warning: good-serves: answer: twice 4\n");
  EXPECT_EQ(result.status, 0);
}

TEST_P(Serve, HandsADescriptorEachWay) {
  const RunResult result =
      Run("  - good-serves: {descriptors: true}\n", "ls /proc/self/fd | wc -l");
  EXPECT_EQ(result.err, "runtime: warning: good-serves: read: from the child, from the host\n");
  EXPECT_EQ(result.out, "4\n") << "its three, and the one by which ls reads the folder";
}

TEST_P(Serve, KnowsWhatInChildHasKept) {
  const RunResult result = Run("  - good-serves: {state: kept, ask: [state]}\n", "true");
  EXPECT_EQ(result.err, "runtime: warning: good-serves: answer: kept\n");
}

TEST_P(Serve, TakesTheLongestMessageAndNotOneByteMore) {
  const RunResult longest = Run("  - good-serves: {size: 4096}\n", "true");
  EXPECT_EQ(longest.err, "runtime: warning: good-serves: echo: 4096 bytes\n");
}

INSTANTIATE_TEST_SUITE_P(By, Serve, ::testing::ValuesIn(AllWays()), NameOf<Way>);

// Where it goes wrong.
class BadServe : public EachWay {
 protected:
  // The one line; nothing of the container is left.
  std::string Refused(const std::string& options, const Words& flags = {}) {
    const RunResult result =
        Run("  - bad-leaves-record: {dir: .}\n  - good-serves: {" + options + "}\n", "echo runs",
            flags);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(Listed("state"), "");
    EXPECT_FALSE(std::filesystem::exists(test_.Path("a"))) << "the record's file";
    const size_t stage = result.err.find("good-serves: ");
    return stage == std::string::npos ? result.err : result.err.substr(stage);
  }
};

TEST_P(BadServe, ThatFailsIsTheErrorOfAsk) {
  EXPECT_EQ(Refused("ask: [fail]"),
            "good-serves: find out what is asked for \"the answer\" (no luck)\n");
}

TEST_P(BadServe, ThatFailsNeedNotBeTheEnd) {
  const RunResult result =
      Run("  - good-serves: {ask: [fail, more], goes-on: true}\n", "echo runs");
  EXPECT_EQ(result.out, "runs\n");
  EXPECT_NE(result.err.find("answer: find out what is asked for"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("answer: more 2\n"), std::string::npos) << result.err;
}

TEST_P(BadServe, ARequestThatIsTooLongIsRefused) {
  EXPECT_EQ(Refused("size: 4097"),
            "good-serves: a request of 4097 bytes is too long (a bug of the stage: at most 4096 "
            "bytes)\n");
}

TEST_P(BadServe, AnAnswerThatIsTooLongIsRefused) {
  EXPECT_EQ(Refused("ask: [too-long]"),
            "good-serves: an answer of 4097 bytes is too long (a bug of the stage: at most 4096 "
            "bytes)\n");
}

TEST_P(BadServe, ADescriptorThatIsNotOpenIsRefused) {
  EXPECT_EQ(Refused("not-open: true"),
            "good-serves: cannot send its Serve the descriptor \"999\": Bad file descriptor (a bug "
            "of the stage)\n");
}

TEST_P(BadServe, AnAnswersDescriptorThatIsNotOpenIsRefused) {
  EXPECT_EQ(Refused("ask: [not-open]"),
            "good-serves: cannot answer with the descriptor \"999\": Bad file descriptor (a bug of "
            "the stage)\n");
}

TEST_P(BadServe, ThatHangsIsNamed) {
  EXPECT_EQ(Refused("ask: [hang]", {"--hook-timeout", "1"}),
            "good-serves: hung in its Serve hook: no end within 1 s (--hook-timeout sets how long "
            "a hook may take)\n");
}

TEST_P(BadServe, ThatCrashesIsNamed) {
  EXPECT_EQ(Refused("ask: [crash]"),
            "good-serves: crashed in its Serve hook: Aborted (a bug of the stage)\n");
}

TEST_P(BadServe, ThatEndsTheRuntimeIsNamed) {
  EXPECT_EQ(Refused("ask: [exit]"),
            "good-serves: ended the runtime by exit(3) in its Serve hook (a bug of the stage)\n");
}

TEST_P(BadServe, ThatClosesTheRuntimesDescriptorsIsNamed) {
  EXPECT_EQ(Refused("ask: [close-fds]"),
            "good-serves: closed the runtime's descriptors in its Serve hook (a bug of the stage: "
            "a hook closes only what it has opened)\n");
}

INSTANTIATE_TEST_SUITE_P(
    By, BadServe,
    ::testing::Values(Way{"Run", "run", kNoInit},
                      Way{"Outliving", "run", kWithInit, {"--outlive-runtime"}},
                      Way{"Created", "create", kWithInit}),
    NameOf<Way>);

class InterruptedServe : public LivingOn {};

TEST_F(InterruptedServe, IsEndedByASignal) {
  Running run(
      BuildArgv("run", std::string(kPlain) + "  - good-serves: {ask: [a, hang]}\n", {"/bin/true"}),
      Redirected(/*errors=*/false));
  while (Out().find("answer: a") == std::string::npos) sched_yield();
  run.Signal(SIGINT);
  EXPECT_EQ(run.Await().status, 128 + SIGINT) << Out();
  EXPECT_EQ(Listed("state"), "");
}

}  // namespace
}  // namespace slipway::testing
