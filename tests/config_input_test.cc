// A config that is not a file, and what the command line and the caller's environment say over one.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoot = "stages:\n  - mount: {root: root}\n";

// Runs a line of the shell in the test's folder; "$0" is the runtime.
RunResult RunLine(const ContainerTest& test, const std::string& line,
                  const RunOptions& options = {}) {
  return RunProgram({"/bin/sh", "-c", "cd " + test.folder() + " && " + line,
                     fs::absolute(Runfile("runtime/runtime")).string()},
                    options);
}

TEST(ConfigInput, StandardInputHasItsPathsRelativeToTheCurrentFolder) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result = RunLine(test, "\"$0\" --config - /bin/echo ran",
                                   {.input = std::string("version: 1\n") + kRoot});
  EXPECT_EQ(result.out, "ran\n") << result.err;
}

TEST(ConfigInput, AMistakeOnStandardInputHasAPlace) {
  ContainerTest test;
  const std::string config = "version: 2\nstages: [uts]\n";
  const std::string line =
      "standard input:1:10: unknown version \"2\" (this runtime reads version: 1)";
  ExpectRefusal(RunLine(test, "\"$0\" --config - /bin/true", {.input = config}), line);
  ExpectRefusal(RunLine(test, "\"$0\" check -", {.input = config}),
                line + "\n    1 | version: 2\n      |          ^", 1);
}

TEST(ConfigInput, ADescriptorIsRead) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("elsewhere/c.yaml", std::string("version: 1\n") + kRoot);
  const RunResult result = RunLine(test, "\"$0\" --config fd:7 /bin/echo ran 7<elsewhere/c.yaml");
  EXPECT_EQ(result.out, "ran\n") << result.err;
}

TEST(ConfigInput, VariablesOfTheCallersArePassedWhereTheyAreSet) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.Write(
      "test.yaml", std::string("version: 1\nprocess: {env: {A: a, B: b}, pass: [B, C, D, "
                               "TERM]}\n") +
                       kRoot);
  const RunResult result =
      test.RunContainer(config, {"/bin/sh", "-c", "echo $A $B $C ${D-none} $E"},
                        {.environment = {{"A", "x"}, {"B", "y"}, {"C", "z"}, {"E", "e"}}});
  EXPECT_EQ(result.out, "a y z none\n") << result.err;
}

TEST(ConfigInput, TheCommandLineSetsTheProcess) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.Write(
      "test.yaml",
      std::string("version: 1\nprocess: {args: [echo], cwd: /bin, env: {A: a}}\n") + kRoot);
  const RunResult result = test.RunContainer(
      config, {}, {},
      {"--set", "process.args=[/bin/sh, -c]", "--set", "process.args+=echo $A $B $(pwd)", "--set",
       "process.env.B=b", "--set", "process.cwd=/"});
  EXPECT_EQ(result.out, "a b /\n") << result.err;
}

TEST(ConfigInput, AnAdditionIsSeenFromTheCurrentFolder) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("configs/c.yaml",
             "version: 1\nstages:\n"
             "  - mount: {root: ../root, binds: [{source: ../one, target: /one}]}\n");
  test.Write("one/file", "1\n");
  test.Write("two/file", "2\n");
  fs::create_directories(test.Path("root/one"));
  fs::create_directories(test.Path("root/two"));
  const RunResult result = RunLine(test,
                                   "\"$0\" --config configs/c.yaml "
                                   "--set 'mount.binds+={source: two, target: /two}' "
                                   "/bin/cat /one/file /two/file");
  EXPECT_EQ(result.out, "1\n2\n") << result.err;
}

TEST(ConfigInput, KeysOfOnesOwnHoldWhatAliasesRepeat) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config =
      test.Write("test.yaml", "version: 1\nx-mount: &m {root: root}\nstages:\n  - mount: *m\n");
  EXPECT_EQ(test.RunContainer(config, {"/bin/echo", "ran"}).out, "ran\n");
}

}  // namespace
}  // namespace slipway::testing
