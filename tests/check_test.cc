// runtime check: all mistakes of a config at once, for people, editors and CI.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;

constexpr char kBad[] =
    "version: 1\n"
    "process: {cwd: tmp}\n"
    "stages:\n"
    "  - utss\n"
    "  - mount: {rot: /x}\n"
    "  - pid: {init: yes}\n";

RunResult Check(const std::string& config, const Words& flags = {}) {
  Words argv = {Runfile("runtime/runtime"), "check", config};
  argv.insert(argv.end(), flags.begin(), flags.end());
  return RunProgram(argv);
}

TEST(Check, SaysOkAndNamesTheStagesThatWouldRun) {
  ContainerTest test;
  const std::string config =
      test.WriteStages("  - uts\n  - mount: {root: root}\n  - first-of: [cgroup-v2, cgroup-v1]\n");
  const RunResult result = Check(config);
  EXPECT_EQ(result.out, config + ": ok: uts mount cgroup-v2|cgroup-v1\n");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.status, 0);
}

TEST(Check, TellsEveryMistakeWithItsPlace) {
  ContainerTest test;
  const std::string config = test.Write("bad.yaml", kBad);
  const RunResult result = Check(config);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "");
  for (const char* part : {
           ":2:16: process.cwd: not absolute \"tmp\"",
           "    2 | process: {cwd: tmp}\n      |                ^\n",
           ":4:5: unknown stage \"utss\" (did you mean \"uts\"?",
           ":5:13: mount: unknown option \"rot\" (did you mean \"root\"?)",
           ":6:17: pid: init: ",
           ": 4 mistakes\n",
       }) {
    EXPECT_NE(result.err.find(part), std::string::npos) << part << "\n" << result.err;
  }
}

TEST(Check, TellsThemInJson) {
  ContainerTest test;
  const RunResult result = Check(test.Write("bad.yaml", kBad), {"--format", "json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "");
  for (const char* part :
       {"\"ok\":false", "\"line\":2,\"column\":16", "\"line\":6,\"column\":17,\"stage\":\"pid\""}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << "\n" << result.out;
  }
}

TEST(Check, ReadsStandardInput) {
  const RunResult result = RunProgram({Runfile("runtime/runtime"), "check", "-"},
                                      {.input = "version: 1\nstages: [pid, uts]\n"});
  EXPECT_EQ(result.out, "standard input: ok: pid uts\n") << result.err;
}

TEST(Check, NeedsNeitherPrivilegesNorTheMachine) {
  if (!IsRoot()) GTEST_SKIP() << "needs root, to become somebody else";
  constexpr uid_t kNobody = 65534;
  const PublicCopy copy({"uts", "mount"});
  const std::string config = copy.WriteStages("  - uts\n  - mount: {root: /not/here}\n");
  const RunResult result = RunProgram({copy.host(), "check", config}, {.uid = kNobody});
  EXPECT_EQ(result.out, config + ": ok: uts mount\n") << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST(Check, AsksTheMachineWhenToldTo) {
  ContainerTest test;
  const std::string config = test.WriteStages("  - mount: {root: /not/here}\n");
  EXPECT_EQ(Check(config).status, 0);
  const RunResult result = Check(config, {"--probe"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("test.yaml:3:19: mount: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("/not/here"), std::string::npos) << result.err;
}

TEST(Check, SaysWhatIsNotAvailableHere) {
  ContainerTest test;
  std::filesystem::create_directory(test.Path("root"));
  // One of the two never works: no machine has the same controller in both versions.
  std::string out;
  for (const char* list : {"cgroup-v2: {pids.max: 5}, cgroup-v1: {pids.max: 5}",
                           "cgroup-v1: {pids.max: 5}, cgroup-v2: {pids.max: 5}"}) {
    const std::string config =
        test.WriteStages(std::string("  - mount: {root: root}\n  - first-of: [") + list + "]\n");
    out += Check(config, {"--probe"}).out;
  }
  EXPECT_NE(out.find("not available here: "), std::string::npos) << out;
}

TEST(Check, ChecksWithTheOverrides) {
  ContainerTest test;
  const std::string config = test.WriteStages("  - uts\n  - mount: {root: root}\n");
  EXPECT_EQ(Check(config, {"--set", "mount.rot=/nope"}).status, 1);
  EXPECT_EQ(Check(config, {"--set", "mount.root=/nope"}).status, 0);
}

TEST(Check, ChecksWithShortOptions) {
  ContainerTest test;
  const std::string config = test.WriteStages("  - uts\n");
  EXPECT_EQ(Check(config, {"--hostname", "web"}).status, 0);
  EXPECT_NE(Check(config, {"--hostname", ""}).err.find("--hostname"), std::string::npos);
  EXPECT_EQ(RunProgram({Runfile("runtime/runtime"), "check", "--config", config, "--hostname", ""})
                .status,
            1);
}

TEST(Check, OfAMissingFileSaysSo) {
  ExpectRefusalLike(Check("/nope.yaml"), "", {"/nope.yaml", "No such file or directory"}, 1);
  ExpectRefusalLike(RunProgram({Runfile("runtime/runtime"), "check"}), "no config was named",
                    {"runtime check FILE"}, 1);
}

}  // namespace
}  // namespace slipway::testing
