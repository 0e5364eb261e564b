// What the stages say of how the kernel treats the command holds however it comes to run: below an
// init, created first, or let in later.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/each_way.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

class Treatment : public EachWay {};
// Where no init starts the command.
class FirstTreatment : public EachWay {};

// Where the init has a part in it.
class InitsTreatment : public EachWay {};
// Where it waits for the start.
class WaitingTreatment : public EachWay {};

bool IsWithoutInit(const Way& way) {
  return way.verb == std::string("run") &&
         (way.stages == std::string(kNoInit) || way.stages == std::string(kParkedNoInit));
}

std::vector<Way> WithInit() {
  std::vector<Way> ways = AllWays();
  std::erase_if(ways, IsWithoutInit);
  return ways;
}

std::vector<Way> WithoutInit() {
  std::vector<Way> ways = AllWays();
  std::erase_if(ways, [](const Way& way) {
    return way.stages != std::string(kNoInit) && way.stages != std::string(kParkedNoInit);
  });
  return ways;
}

TEST_P(Treatment, HasItsResourceLimits) {
  const RunResult result =
      Run("  - rlimits: {nofile: 20:30, core: 0}\n", "ulimit -Sn; ulimit -Hn; ulimit -c");
  EXPECT_EQ(result.out, "20\n30\n0\n") << result.err;
}

// They hold for slipway-init too, which could not say why it does not begin.
TEST_P(InitsTreatment, ALimitThatTheInitCannotBeginWithIsNamed) {
  for (const char* limit :
       {"as: 0", "as: 1", "as: 128KiB", "stack: 0", "stack: 1", "stack: 8KiB"}) {
    const std::string name = limit[0] == 'a' ? "AS" : "STACK";
    const std::string bytes = std::string(limit).substr(std::string(limit).find(' ') + 1);
    const std::string number = bytes == "128KiB" ? "131072" : bytes == "8KiB" ? "8192" : bytes;
    const RunResult result = Run("  - rlimits: {" + std::string(limit) + "}\n", "echo ran");
    EXPECT_EQ(result.status, 125) << limit;
    EXPECT_EQ(result.out, "") << limit;
    EXPECT_NE(
        result.err.find(": rlimits: the container's init, which starts the command, cannot "
                        "run with RLIMIT_" +
                        name + " \"" + number + "\" (it holds for the init too: write at least " +
                        (name == "AS" ? "256" : "16") + "KiB, and what the command takes)\n"),
        std::string::npos)
        << result.err;
    test_.ExpectNothingLeft();
  }
}

// Of these the init needs nothing.
TEST_P(InitsTreatment, AnyOtherLimitMayBeZero) {
  EXPECT_EQ(Run("  - rlimits: {fsize: 0, core: 0, memlock: 0, msgqueue: 0, sigpending: 0, rss: 0, "
                "locks: 0, nice: 0, rtprio: 0, rttime: 0, cpu: 1}\n",
                "exit 7")
                .status,
            7);
}

constexpr char kNoDescriptor[] =
    "runtime: the container cannot wait for its start: RLIMIT_NOFILE leaves no descriptor for it "
    "(write at least 8, and more where the command inherits descriptors)\n";

TEST_P(WaitingTreatment, CannotBeWithoutADescriptor) {
  const RunResult result = Run("  - rlimits: {nofile: 0}\n", "true");
  EXPECT_EQ(result.err, kNoDescriptor);
  EXPECT_EQ(result.status, 125);
}

TEST_P(WaitingTreatment, CannotBeWithoutOneForItsStart) {
  const RunResult result = Run("  - rlimits: {nofile: 3}\n", "true");
  EXPECT_EQ(result.err, kNoDescriptor);
  EXPECT_EQ(result.status, 125);
}

TEST_P(WaitingTreatment, TakesAFewDescriptors) {
  EXPECT_EQ(Run("  - rlimits: {nofile: 8}\n", "exit 7").status, 7);
}

TEST_P(Treatment, HasItsPriority) {
  const RunResult result =
      Run("  - priority: {nice: 7, scheduling: batch, affinity: '0', ioprio: idle, oom_score_adj: "
          "321}\n",
          "cut -d' ' -f19,40,41 /proc/self/stat; cat /proc/self/oom_score_adj; "
          "grep Cpus_allowed_list /proc/self/status; ionice");
  EXPECT_EQ(result.out, "7 0 3\n321\nCpus_allowed_list:\t0\nidle\n") << result.err;
}

TEST_P(FirstTreatment, MayBeADeadline) {
  const RunResult result =
      Run("  - priority: {scheduling: {policy: deadline, runtime: 1ms, deadline: 50ms}}\n",
          "read a < /proc/$$/stat; set -- $a; echo ${41}");
  EXPECT_EQ(result.out, "6\n") << result.err;
}

TEST_P(Treatment, HasItsPersonality) {
  const RunResult result =
      Run("  - personality: {domain: linux32, aslr: false}\n", "cat /proc/self/personality");
  EXPECT_EQ(result.out, "00040008\n") << result.err;
}

TEST_P(Treatment, HasOnlyTheFilesThatLandlockAllows) {
  const RunResult result =
      Run("  - landlock: {best_effort: true, execute: [/bin], devices: [/dev], read: "
          "[/proc/version]}\n",
          "cat /proc/version >/dev/null && echo allowed; ls /etc 2>/dev/null || echo refused");
  EXPECT_EQ(result.out, "allowed\nrefused\n") << result.err;
}

INSTANTIATE_TEST_SUITE_P(EachWay, Treatment, ::testing::ValuesIn(AllWays()),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(EachWay, InitsTreatment, ::testing::ValuesIn(WithInit()),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(EachWay, WaitingTreatment, ::testing::ValuesIn(Creates()),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(EachWay, FirstTreatment, ::testing::ValuesIn(WithoutInit()),
                         [](const auto& info) { return std::string(info.param.name); });

// slipway-init forks it, which a process with a deadline cannot.
class JoinedTreatment : public RunningContainer {};

TEST_F(JoinedTreatment, HasNoDeadline) {
  Start(
      "  - pid: {init: false}\n  - mount: {root: root}\n  - proc\n"
      "  - priority: {nice: 3, scheduling: {policy: deadline, runtime: 1ms, deadline: 50ms}}\n");
  const RunResult result =
      Later({"exec", id(), "/bin/sh", "-c",
             "cut -d' ' -f41 /proc/1/stat; cut -d' ' -f19,40,41 /proc/self/stat"});
  EXPECT_EQ(result.out, "6\n3 0 0\n") << result.err;
}

}  // namespace
}  // namespace slipway::testing
