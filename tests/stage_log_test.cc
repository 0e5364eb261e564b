// What a stage says to the user is a line of the runtime's, from whichever hook and process; and
// what is secret is nowhere.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"

namespace slipway::testing {
namespace {

std::string Warning(const std::string& hook) {
  return "runtime: warning: good-logs: warns in " + hook + "\n";
}
std::string Information(const std::string& hook) {
  return "runtime: good-logs: tells in " + hook + "\n";
}

// The child is a copy of the host (parked), or shares its memory.
class StageLog : public ::testing::TestWithParam<bool> {
 protected:
  RunResult Run(std::vector<std::string> flags, const std::string& more = "") {
    const std::string parks = GetParam() ? "  - bad-throws\n" : "";
    flags.insert(flags.end(), {"--plugin-dir", Runfile("tests/plugins")});
    return test_.RunContainer(test_.WriteStages("  - good-logs" + more + "\n" + parks),
                              {"/bin/echo", "ran"}, {}, flags);
  }

  ContainerTest test_;
};

TEST_P(StageLog, HasTheWarningsOfEachHook) {
  const RunResult result = Run({});
  EXPECT_EQ(result.err, Warning("Create") + Warning("Probe") + Warning("PreClone") +
                            Warning("InChild") + Warning("Teardown without a token"));
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_EQ(result.status, 0);
}

TEST_P(StageLog, HasTheRestToo) {
  const RunResult result = Run({"-v"});
  for (const char* hook : {"Create", "Probe", "PreClone", "InChild"}) {
    EXPECT_NE(result.err.find(Warning(hook) + Information(hook)), std::string::npos) << hook << "\n"
                                                                                     << result.err;
  }
}

TEST_P(StageLog, HasThoseOfReport) {
  const RunResult result = Run({"--stats", test_.Path("stats")});
  EXPECT_NE(result.err.find(Warning("Report")), std::string::npos) << result.err;
}

TEST_P(StageLog, KnowsNoSecretBehindTheEnd) {
  const RunResult result = Run({"-v", "--stats", test_.Path("stats")}, ": {token: hunter2}");
  EXPECT_NE(result.err.find("warns in Teardown with a token\n"), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("hunter2"), std::string::npos) << result.err;
  EXPECT_EQ(ReadText(test_.Path("stats")).find("hunter2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Start, StageLog, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Parked" : "Sharing"; });

TEST(StageLogOfCheck, HasTheWarnings) {
  ContainerTest test;
  const RunResult result =
      RunProgram({Runfile("runtime/runtime"), "check", "--plugin-dir", Runfile("tests/plugins"),
                  test.WriteStages("  - good-logs\n")});
  EXPECT_EQ(result.err, Warning("Create"));
  EXPECT_EQ(result.status, 0);
}

class StageLogOfGc : public LeftBehind {};

TEST_F(StageLogOfGc, HasTheWarningsAndKnowsNoSecret) {
  const std::string config =
      test_.WriteStages("  - good-logs: {token: hunter2}\n  - mount: {root: root}\n");
  LeaveBehind(config, Flags());
  EXPECT_EQ(ReadText(Journal()).find("hunter2"), std::string::npos);
  const RunResult result = Gc();
  EXPECT_EQ(result.err, Warning("Teardown with a token"));
  EXPECT_EQ(result.status, 0);
}

TEST(StageLog, AMistakeBesideASecretDoesNotShowIt) {
  ContainerTest test;
  for (const char* options : {": {token: hunter2, tokn: 1}", ": hunter2"}) {
    const std::string config = test.WriteStages("  - good-logs" + std::string(options) + "\n");
    for (const char* verb : {"check", "plan"}) {
      const RunResult result = RunProgram(
          {Runfile("runtime/runtime"), verb, "--plugin-dir", Runfile("tests/plugins"), config});
      EXPECT_EQ(result.status, 1) << result.err;
      EXPECT_EQ((result.err + result.out).find("hunter2"), std::string::npos) << result.err;
      EXPECT_NE(result.err.find("test.yaml:3:"), std::string::npos) << result.err;
    }
  }
}

}  // namespace
}  // namespace slipway::testing
