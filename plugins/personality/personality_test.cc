#include <gtest/gtest.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunOptions;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

std::string Stages(const std::string& options, const std::string& pid = "pid") {
  return "  - " + pid + "\n  - mount: {root: root}\n  - proc\n  - personality: {" + options + "}\n";
}

std::string Machine() {
  utsname names{};
  uname(&names);
  return names.machine;
}

TEST(Personality, EachOptionIsItsFlag) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "00000000\n"},
      {"domain: linux", "00000000\n"},
      {"domain: linux32", "00000008\n"},
      {"aslr: false", "00040000\n"},
      {"addr_compat_layout: true", "00200000\n"},
      {"uname26: true", "00020000\n"},
      {"domain: linux32, aslr: false, addr_compat_layout: true, uname26: true", "00260008\n"},
  };
  for (const auto& [options, out] : cases) {
    const RunResult result =
        ContainerTest().RunScript(Stages(options), "cat /proc/self/personality");
    EXPECT_EQ(result.out, out) << options << result.err;
  }
}

TEST(Personality, HoldsWithAnInitAndWithout) {
  for (const char* pid : {"pid", "pid: {init: false}"}) {
    const RunResult result = ContainerTest().RunScript(
        Stages("aslr: false", pid), "cat /proc/1/personality /proc/self/personality");
    EXPECT_EQ(result.out, "00040000\n00040000\n") << result.err;
  }
}

TEST(Personality, Linux32IsA32BitMachine) {
  if (Machine() != "x86_64") GTEST_SKIP() << "it is called otherwise on " << Machine();
  EXPECT_EQ(ContainerTest().RunScript(Stages("domain: linux32"), "uname -m").out, "i686\n");
  EXPECT_EQ(ContainerTest().RunScript(Stages("domain: linux"), "uname -m").out, "x86_64\n");
}

TEST(Personality, WithoutAslrTheStackIsWhereItAlwaysIs) {
  const std::string stacks =
      "for i in 1 2 3 4; do grep stack /proc/self/maps; done | sort -u | wc -l";
  EXPECT_EQ(ContainerTest().RunScript(Stages("aslr: false"), stacks).out, "1\n");
  if (ReadText("/proc/sys/kernel/randomize_va_space") == "0\n") {
    GTEST_SKIP() << "this machine has no ASLR";
  }
  EXPECT_EQ(ContainerTest().RunScript(Stages("aslr: true"), stacks).out, "4\n");
}

TEST(Personality, Uname26IsAnOldKernel) {
  const RunResult result = ContainerTest().RunScript(Stages("uname26: true"), "uname -r");
  EXPECT_TRUE(result.out.starts_with("2.6.")) << result.out << result.err;
}

// What the caller has does not count.
TEST(Personality, IsTheConfigsAndNotTheCallers) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions options;
  options.prepare = [] { personality(ADDR_NO_RANDOMIZE); };
  const RunResult result = test.RunContainer(test.WriteStages(Stages("uname26: true")),
                                             {"/bin/cat", "/proc/self/personality"}, options);
  EXPECT_EQ(result.out, "00020000\n") << result.err;
}

TEST(Personality, TheRuntimeKeepsItsOwn) {
  ContainerTest test;
  test.MakeRoot();
  slipway::testing::Running container(
      test.Argv(test.WriteStages(Stages("aslr: false", "pid: {init: false}")),
                {"/bin/sh", "-c", "echo ready; read x"}));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  EXPECT_EQ(ReadText("/proc/" + std::to_string(container.pid()) + "/personality"),
            ReadText("/proc/self/personality"));
  container.Signal(SIGTERM);
  container.Await();
  test.ExpectNothingLeft();
}

// PER_CLEAR_ON_SETID of linux/personality.h.
TEST(Personality, ASetUserIdProgramHasAslrAgain) {
  ContainerTest test;
  const std::string root = test.MakeRoot();
  std::filesystem::create_directory(root + "/set-id");
  const std::string program = root + "/set-id/cat";
  std::filesystem::copy_file(root + "/bin/busybox", program);
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  const RunResult result =
      test.RunScript(Stages("domain: linux32, aslr: false"), "/set-id/cat /proc/self/personality");
  EXPECT_EQ(result.out, "00000008\n") << result.err;
}

TEST(Personality, NeedsNoRights) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(Stages("aslr: false"));
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::vector<std::string> words = test.Argv(config, {"/bin/cat", "/proc/self/personality"});
  argv.insert(argv.end(), words.begin(), words.end());
  const RunResult result = RunProgram(argv);
  EXPECT_EQ(result.out, "00040000\n") << result.err;
}

TEST(Personality, MistakesAreRefusedBeforeAnythingStarts) {
  const std::pair<const char*, const char*> cases[] = {
      {"domain: linux16",
       "27: personality: domain: unknown value \"linux16\" (did you mean \"linux\"?)\n"},
      {"aslr: maybe",
       "25: personality: aslr: neither true nor false \"maybe\" (write true or false)\n"},
  };
  for (const auto& [options, error] : cases) {
    ContainerTest test;
    const RunResult result = test.RunScript(Stages(options), "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err, "runtime: " + test.Path("test.yaml") + ":6:" + error);
  }
}

TEST(Personality, TellsWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan(
      "  - personality: {domain: linux32, aslr: false, addr_compat_layout: true, uname26: true}\n");
  EXPECT_NE(plan.out.find("  process    personality  linux32, no ASLR, mappings from low addresses "
                          "up, a kernel 2.6.x\n"),
            std::string::npos)
      << plan.out << plan.err;
}

}  // namespace
