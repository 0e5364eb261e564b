// Two containers on one writable root: one exchanges the other's command after it has been checked
// and just before it is executed, for what would have the runtime's own file executed with a loader
// of the image's (CVE-2019-5736).

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/sweep/tracer.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLoaderRan = "the image's loader runs\n";
constexpr const char* kNoInit = "pid: {init: false}";
constexpr const char* kLoader = "/lib64/ld-linux-x86-64.so.2";

class ExchangedCommand : public ::testing::Test {
 protected:
  void SetUp() override {
#ifndef __x86_64__
    GTEST_SKIP() << "the tracer knows x86-64 alone";
#endif
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
    const fs::path root = test_.Path("root");
    fs::create_directories(root / "lib64");
    fs::copy_file(Runfile("tests/hostile_loader"), std::string(root) + kLoader);
  }

  // What is right, and what takes its place.
  void MakeCommands() {
    const fs::path root = test_.Path("root");
    for (const char* name : {"bin/true", "link"}) fs::remove(root / name);
    fs::copy_file(root / "bin/busybox", root / "bin/true");
    chmod(test_.Write("root/job", "#!/bin/true\n").c_str(), 0755);
    chmod(test_.Write("root/script", "#!/proc/self/exe\n").c_str(), 0755);
    fs::create_symlink("/proc/self/exe", root / "link");
  }

  std::vector<std::string> Words(const std::string& pid, const std::vector<std::string>& command) {
    std::vector<std::string> words = {
        Runfile("runtime/runtime"), "--root", test_.Path("state"), "--config",
        test_.WriteStages("  - " + pid + "\n  - mount: {root: root}\n  - proc\n")};
    words.insert(words.end(), command.begin(), command.end());
    return words;
  }

  // Of a container in which the command is exchanged for `evil` by another container, once its
  // process of this role is about to execute it by this system call.
  RunResult RunExchanged(const std::string& pid, Role role, long call, const std::string& evil) {
    const std::string command = call == SYS_execve ? "/job" : "/bin/true";
    MakeCommands();
    const std::vector<std::string> other = Words("pid", {"/bin/mv", evil, command});
    bool exchanged = false;
    const Strike strike{.role = role,
                        .call = 1,
                        .choose =
                            [&](long number) {
                              if (number != call || exchanged) return 0;
                              exchanged = true;
                              const RunResult result = RunProgram(other);
                              EXPECT_EQ(result.status, 0) << result.err;
                              return 0;
                            },
                        .lasting = true};
    const TraceResult result =
        Trace({.argv = Words(pid, {command})}, strike, [](long) { return -1; });
    EXPECT_TRUE(exchanged);
    EXPECT_FALSE(result.timed_out);
    return result.run;
  }

  ContainerTest test_;
};

TEST_F(ExchangedCommand, BelowAnInitRunsNothingOfTheRuntimes) {
  for (const char* evil : {"/script", "/link"}) {
    for (const long call : {SYS_execveat, SYS_execve}) {
      const RunResult result = RunExchanged("pid", Role::kCommand, call, evil);
      EXPECT_EQ(result.out, "") << evil;
      EXPECT_NE(result.status, 0) << evil;
    }
  }
}

TEST_F(ExchangedCommand, IsFoundOutWithoutAnInitToo) {
  const RunResult link = RunExchanged(kNoInit, Role::kChild, SYS_execveat, "/link");
  EXPECT_EQ(link.out, "");
  EXPECT_EQ(link.status, 126) << link.err;
  const RunResult script = RunExchanged(kNoInit, Role::kChild, SYS_execveat, "/script");
  EXPECT_EQ(script.err,
            "runtime: cannot execute the container's \"/bin/true\": Stale file handle (it was "
            "exchanged while it was looked at)\n");
}

// The README's "What it protects from" says so. It shows, too, that the tests above could fail.
TEST_F(ExchangedCommand, WithoutAnInitAScriptMayStillBecomeTheRuntimesFile) {
  const RunResult result = RunExchanged(kNoInit, Role::kChild, SYS_execve, "/script");
  EXPECT_EQ(result.out, kLoaderRan) << result.err;
}

}  // namespace
}  // namespace slipway::testing
