// The states of the caller that matter: one line says what is missing, and what would be right.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/caller.h"
#include "tests/caller_state.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kNoSpace[] = "runtime: cannot write \"standard output\": No space left on device\n";
constexpr char kGone[] =
    "No such file or directory (it is relative, and the current folder has been deleted: cd to "
    "another, or write an absolute path)";

TEST(CallerOutput, ThatIsFullIsTheCommandsOwnMatter) {
  Caller caller;
  const RunResult result = caller.Run(kCalls[0].words, [] { FillDescriptors({1}); });
  EXPECT_EQ(result.err, "sh: write error: No space left on device\n");
  EXPECT_EQ(result.status, 3);
}

TEST(CallerOutput, OfAVerbThatIsFullIsAnError) {
  Caller caller;
  for (const Call& call : kCalls) {
    if (&call == &kCalls[0]) continue;
    const RunResult result = caller.Run(call.words, [] { FillDescriptors({1}); });
    EXPECT_EQ(result.err, kNoSpace) << call.name;
    EXPECT_EQ(result.status, 125) << call.name;
  }
}

// Nobody can read why, but the status says that something went wrong.
void ExpectStatusAlone(const std::function<void()>& spoil) {
  Caller caller;
  for (const Call& call : kCalls) {
    const RunResult result = caller.Run(call.words, spoil);
    EXPECT_EQ(result.status, &call == &kCalls[0] ? 3 : 125) << call.name;
  }
}

TEST(CallerOutput, ThatIsFullAndStderrTooHasItsStatus) {
  ExpectStatusAlone([] { FillDescriptors({0, 1, 2}); });
}

// A terminal is written to line by line, not at the end.
TEST(CallerOutput, OnATerminalThatHungUpHasItsStatus) {
  ExpectStatusAlone([] { HangUpDescriptors({0, 1, 2}); });
}

TEST(CallerFolder, ThatIsDeletedMattersOnlyToARelativePath) {
  Caller caller;
  ExpectRefusal(
      caller.Run({"--config", "$F", "--set", "mount.root=root", "/bin/true"}, DeleteCurrentFolder),
      std::string("--set mount.root: mount: root: cannot resolve \"root\": ") + kGone);
  ExpectRefusalLike(caller.Run({"--config", "x.yaml", "/bin/true"}, DeleteCurrentFolder),
                    "config not found \"x.yaml\" (",
                    {"looked in the current folder (which has been deleted), "});
}

TEST(CallerFolder, ThatIsDeletedMattersToARelativeStateFolder) {
  Caller caller;
  ExpectRefusal(caller.Run({"list", "--root", "state"}, DeleteCurrentFolder),
                std::string("cannot resolve \"state\": ") + kGone);
}

TEST(CallerFolder, ThatMayNotBeEnteredMattersOnlyToARelativePath) {
  Caller caller;
  ExpectRefusalLike(caller.Run({"--config", "x.yaml", "/bin/true"}, EnterFolderOfNoRights),
                    "config not found \"x.yaml\" (",
                    {"looked in the current folder (which this user may not enter), "});
}

TEST(CallerUmask, IsTheCommandsButNotThatOfMountPointsAndState) {
  Caller caller;
  const RunResult result = caller.Run(
      {"--root", "$D/new/state", "--config", "$F", "--set", "mount.overlay=true", "--set",
       "mount.tmpfs=[{target: /a/b/c}]", "--", "/bin/sh", "-c", "stat -c %a /a /a/b; umask"},
      [] { umask(0777); });
  EXPECT_EQ(result.out, "755\n755\n0777\n") << result.err;
  struct stat about {};
  ASSERT_EQ(stat(caller.test().Path("new/state").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700U);
}

TEST(CallerMounts, ThatForbidToExecuteAPluginAreNamed) {
  Caller caller;
  const std::string folder = caller.test().Path("plugins");
  fs::create_directory(folder);
  fs::copy_file(Runfile("plugins/uts/libuts_stage.so"), folder + "/libuts_stage.so");
  ExpectRefusal(
      caller.Run({"--root", "$D/state", "--plugin-dir", folder, "--config", "$F", "/bin/true"},
                 [&] { MakeNoexec(folder); }),
      caller.Filled("$F:3:5: uts: cannot load \"$D/plugins/libuts_stage.so\" (failed to map "
                    "segment from shared object: its filesystem is mounted noexec)"));
}

TEST(CallerDescriptors, TooFewNameTheLimit) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a sanitizer needs descriptors too";
#endif
  Caller caller;
  // With fewer, the dynamic loader itself fails.
  for (rlim_t limit = 4; limit < 10; ++limit) {
    const RunResult result = caller.Run(kCalls[0].words, [limit] { Limit(RLIMIT_NOFILE, limit); });
    ExpectRefusalLike(result, "",
                      {"Too many open files (the limit of open descriptors, RLIMIT_NOFILE, is too "
                       "low: raise it with ulimit -n)"});
  }
}

TEST(CallerLimit, OfFileSizeThatIsTooLowIsNamed) {
  Caller caller;
  ExpectRefusalLike(caller.Run(kCalls[0].words, [] { Limit(RLIMIT_FSIZE, 0); }),
                    "cannot keep the container's state: cannot write \"",
                    {"File too large (the limit of a file's size, RLIMIT_FSIZE, is too low: raise "
                     "it with ulimit -f)"});
}

// Of a cgroup around the caller: the limit of the user, RLIMIT_NPROC, does not hold for root.
TEST(CallerLimit, OfProcessesThatIsReachedIsNamed) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the search for leaks needs a process of its own";
#endif
  Caller caller;
  caller.test().Write("outer.yaml",
                      "version: 1\nstages:\n  - first-of:\n      - cgroup-v2: {pids.max: 1}\n"
                      "      - cgroup-v1: {pids.max: 1}\n");
  const RunResult result =
      caller.Run({"--root", "$D/outer", "--config", "$D/outer.yaml", "--",
                  Runfile("runtime/runtime"), "--root", "$D/state", "--config", "$F", "/bin/true"});
  ExpectRefusal(result,
                "cannot make the container's first process: Resource temporarily unavailable (a "
                "limit of processes is reached: ulimit -u, pids.max of a cgroup around this one, "
                "or /proc/sys/kernel/threads-max)");
}

TEST(CallerLimit, OfTheStackThatIsTooLowIsNamedOrEnough) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a sanitizer needs a large stack";
#endif
  Caller caller;
  // With less, the kernel or the dynamic loader ends the process, or chance decides how far it
  // gets: the kernel puts the stack's beginning at one of many places.
  for (rlim_t limit = 36; limit <= 64; limit += 4) {
    RunResult result = caller.Run(kCalls[0].words, [limit] { Limit(RLIMIT_STACK, limit << 10); });
    if (result.status == 3) continue;
    // It may last for the command, and not for what comes behind its end.
    result.out.clear();
    ExpectRefusalLike(result, "",
                      {"(the limit of the stack, RLIMIT_STACK, is too low: raise it with ulimit "
                       "-s)"});
  }
}

TEST(CallerArguments, NoneAtAllGetTheUsage) {
  ContainerTest test;
  const RunResult usual = RunProgram({Runfile("runtime/runtime")});
  const RunResult result = RunProgram({}, {.program = Runfile("runtime/runtime")});
  ExpectSame(result, usual, "no arguments");
}

}  // namespace
}  // namespace slipway::testing
