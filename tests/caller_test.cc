// The state in which the caller starts the program: the current folder, the umask, descriptors,
// signals, limits, the environment, argv[0], /tmp, the terminal. Where the program can do without,
// its result is the one of an ordinary start; else one line says what is missing.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/caller_state.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

#ifdef __SANITIZE_ADDRESS__
constexpr bool kInstrumented = true;  // it needs 20 TiB of addresses, and descriptors of its own
#else
constexpr bool kInstrumented = false;
#endif

constexpr rlim_t kMiB = rlim_t{1} << 20;
constexpr char kNoSpace[] = "runtime: write(\"standard output\"): No space left on device\n";

// Each way to call the program, on a state folder of the test's own and a config that makes a
// container with its own host name, processes and files.
struct Call {
  const char* name;
  Words words;  // Fill fills them in
};
const Call kCalls[] = {
    {"run",
     {"--root", "$D/state", "--config", "$F", "--", "/bin/sh", "-c",
      "echo ran on $(hostname) with /proc/self/fd/*; exit 3"}},
    {"check", {"check", "--config", "$F"}},
    {"stages", {"stages"}},
    {"describe", {"describe", "mount"}},
    {"list", {"list", "--root", "$D/state"}},
    {"gc", {"gc", "--root", "$D/state"}},
};

class Caller {
 public:
  Caller() {
    test_.MakeRoot();
    test_.WriteStages("  - uts\n  - pid\n  - mount: {root: root}\n  - proc\n");
    fs::create_directory(test_.Path("state"));
  }

  RunResult Run(const Words& words, const std::function<void()>& prepare = {},
                const std::optional<std::string>& argv0 = {}) {
    const std::string program = Runfile("runtime/runtime");
    Words argv = {argv0.value_or(program)};
    for (const std::string& word : words) argv.push_back(Fill(word, test_));
    RunResult result = RunProgram(argv, {.program = program, .prepare = prepare});
    test_.ExpectNothingLeft();
    EXPECT_TRUE(fs::is_empty(test_.Path("state"))) << "state is left";
    return result;
  }

  // What is written to a descriptor that the state has lost does not come here.
  RunResult RunAsUsual(const Words& words, bool out_is_lost) {
    RunResult result = Run(words);
    if (out_is_lost) result.out.clear();
    return result;
  }

  std::string Filled(const std::string& text) const { return Fill(text, test_); }
  ContainerTest& test() { return test_; }

 private:
  ContainerTest test_;
};

struct State {
  const char* name;
  std::function<void()> prepare = {};
  bool out_is_lost = false;
  std::optional<std::string> argv0 = {};
};
std::ostream& operator<<(std::ostream& out, const State& state) { return out << state.name; }

class CallerState : public ::testing::TestWithParam<State> {};

TEST_P(CallerState, DoesNotMatter) {
  const State& state = GetParam();
  Caller caller;
  for (const Call& call : kCalls) {
    const RunResult usual = caller.RunAsUsual(call.words, state.out_is_lost);
    const RunResult result = caller.Run(call.words, state.prepare, state.argv0);
    EXPECT_EQ(result.out, usual.out) << call.name;
    EXPECT_EQ(result.err, usual.err) << call.name;
    EXPECT_EQ(result.status, usual.status) << call.name;
  }
}

const State kFolders[] = {
    {"CurrentFolderDeleted", DeleteCurrentFolder},
    {"CurrentFolderOfNoRights", EnterFolderOfNoRights},
    {"UmaskOfNothing", [] { umask(0); }},
    {"UmaskOfAll", [] { umask(0777); }},
    {"UmaskOfAllWithoutRightsToFiles", [] { umask(0777), DropRightsToFiles(); }},
    {"TmpReadOnly", MakeTmpReadOnly},
};

const State kDescriptors[] = {
    {"StdinClosed", [] { CloseDescriptors({0}); }},
    {"StdoutClosed", [] { CloseDescriptors({1}); }, true},
    {"StderrClosed", [] { CloseDescriptors({2}); }},
    {"AllClosed",
     [] {
       CloseDescriptors({0, 1, 2});
     },
     true},
    {"StdinFull", [] { FillDescriptors({0}); }},
    {"StderrFull", [] { FillDescriptors({2}); }},
    {"TwoHundredOpen", OpenManyDescriptors},
    {"StdinOnATerminalThatHungUp", [] { HangUpDescriptors({0}); }},
    {"StderrOnATerminalThatHungUp",
     [] {
       HangUpDescriptors({0, 2});
     }},
};

const State kSignals[] = {
    {"AllIgnored", IgnoreSignals},
    {"AllBlocked", BlockSignals},
    {"AllIgnoredAndBlocked", [] { IgnoreSignals(), BlockSignals(); }},
    {"ChildrenIgnored", [] { signal(SIGCHLD, SIG_IGN); }},
};

const State kLimits[] = {
    {"Cpu", [] { Limit(RLIMIT_CPU, 5); }},
    {"Core", [] { Limit(RLIMIT_CORE, 0); }},
    {"FileSize", [] { Limit(RLIMIT_FSIZE, 16 << 10); }},
    {"Locks", [] { Limit(RLIMIT_LOCKS, 0); }},
    {"LockedMemory", [] { Limit(RLIMIT_MEMLOCK, 0); }},
    {"MessageQueues", [] { Limit(RLIMIT_MSGQUEUE, 0); }},
    {"Nice", [] { Limit(RLIMIT_NICE, 0); }},
    {"Descriptors", [] { Limit(RLIMIT_NOFILE, 16); }},
    {"Processes", [] { Limit(RLIMIT_NPROC, 0); }},  // root's are not counted
    {"RealTime", [] { Limit(RLIMIT_RTPRIO, 0), Limit(RLIMIT_RTTIME, 0); }},
    {"ResidentMemory", [] { Limit(RLIMIT_RSS, 0); }},
    {"PendingSignals", [] { Limit(RLIMIT_SIGPENDING, 0); }},
};

const State kMemory[] = {
    {"Addresses", [] { Limit(RLIMIT_AS, 32 * kMiB); }},
    {"Data", [] { Limit(RLIMIT_DATA, 2 * kMiB); }},
    {"Stack", [] { Limit(RLIMIT_STACK, kMiB / 8); }},
};

const State kEnvironments[] = {
    {"NoHome", [] { unsetenv("HOME"); }},
    {"NoPath", [] { unsetenv("PATH"); }},
    {"NoTerm", [] { unsetenv("TERM"); }},
    {"Empty", [] { clearenv(); }},
    {"Huge", MakeHugeEnvironment},
    {"Argv0IsEmpty", {}, false, ""},
    {"Argv0HasALineBreak", {}, false, "run\ntime"},
    {"Argv0IsAnOption", {}, false, "--help"},
    {"Argv0IsLong", {}, false, std::string(size_t{100} << 10, 'x')},
};

INSTANTIATE_TEST_SUITE_P(Folder, CallerState, ::testing::ValuesIn(kFolders), NameOf<State>);
INSTANTIATE_TEST_SUITE_P(Descriptor, CallerState, ::testing::ValuesIn(kDescriptors), NameOf<State>);
INSTANTIATE_TEST_SUITE_P(Signal, CallerState, ::testing::ValuesIn(kSignals), NameOf<State>);
INSTANTIATE_TEST_SUITE_P(Limit, CallerState, ::testing::ValuesIn(kLimits), NameOf<State>);
INSTANTIATE_TEST_SUITE_P(Environment, CallerState, ::testing::ValuesIn(kEnvironments),
                         NameOf<State>);
#ifndef __SANITIZE_ADDRESS__
INSTANTIATE_TEST_SUITE_P(Memory, CallerState, ::testing::ValuesIn(kMemory), NameOf<State>);
#endif

// What cannot be as usual.

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

TEST(CallerOutput, ThatNobodyCanReadStillHasItsStatus) {
  Caller caller;
  for (const auto& spoil : {FillDescriptors, HangUpDescriptors}) {
    for (const Call& call : kCalls) {
      const RunResult result = caller.Run(call.words, [&spoil] { spoil({0, 1, 2}); });
      EXPECT_EQ(result.status, &call == &kCalls[0] ? 3 : 125) << call.name;
    }
  }
}

TEST(CallerFolder, ThatIsDeletedMattersOnlyToARelativePath) {
  Caller caller;
  ExpectRefusal(
      caller.Run({"--config", "$F", "--set", "mount.root=root", "/bin/true"}, DeleteCurrentFolder),
      "--set mount.root: mount: root: cannot resolve(\"root\"): No such file or directory "
      "(it is relative, and the current folder has been deleted: cd to another, or write "
      "an absolute path)");
  ExpectRefusalLike(caller.Run({"--config", "x.yaml", "/bin/true"}, DeleteCurrentFolder),
                    "config not found \"x.yaml\" (",
                    {"looked in the current folder (which has been deleted), "});
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

TEST(CallerDescriptors, TooFewNameTheLimit) {
  if (kInstrumented) GTEST_SKIP() << "a sanitizer needs descriptors too";
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
                    "journal: write(\"",
                    {"File too large (the limit of a file's size, RLIMIT_FSIZE, is too low: raise "
                     "it with ulimit -f)"});
}

TEST(CallerArguments, NoneAtAllGetTheUsage) {
  ContainerTest test;
  const RunResult usual = RunProgram({Runfile("runtime/runtime")});
  const RunResult result = RunProgram({}, {.program = Runfile("runtime/runtime")});
  EXPECT_EQ(result.out, usual.out);
  EXPECT_EQ(result.err, usual.err);
  EXPECT_EQ(result.status, usual.status);
}

class CallerTmp : public ::testing::Test {
 protected:
  void SetUp() override {
    if (caller_.test().folder().starts_with("/tmp/")) GTEST_SKIP() << "the test itself is in /tmp";
  }

  // All but mounts do without it.
  void ExpectNeeded(const std::function<void()>& spoil, const std::string& cause) {
    for (const Call& call : kCalls) {
      const RunResult usual = caller_.Run(call.words);
      const RunResult result = caller_.Run(call.words, spoil);
      if (&call == &kCalls[0]) {
        ExpectRefusal(result, "mount: in-child: open(\"/tmp\"): " + cause +
                                  " (the container's root is put together on this folder of the "
                                  "host, where only the container sees it; make it: mkdir -m 1777 "
                                  "/tmp)");
        continue;
      }
      EXPECT_EQ(result.out, usual.out) << call.name;
      EXPECT_EQ(result.err, usual.err) << call.name;
      EXPECT_EQ(result.status, usual.status) << call.name;
    }
  }

  Caller caller_;
};

TEST_F(CallerTmp, ThatIsMissingIsNamed) { ExpectNeeded(RemoveTmp, "No such file or directory"); }

TEST_F(CallerTmp, ThatIsAFileIsNamed) { ExpectNeeded(MakeTmpAFile, "Not a directory"); }

TEST_F(CallerTmp, ThatIsMissingDoesNotMatterWithoutMounts) {
  caller_.test().WriteStages("  - uts\n  - pid\n");
  const RunResult result = caller_.Run(
      {"--root", "$D/state", "--config", "$F", "--", "/bin/sh", "-c", "echo ran"}, RemoveTmp);
  EXPECT_EQ(result.out, "ran\n") << result.err;
  EXPECT_EQ(result.status, 0);
}

}  // namespace
}  // namespace slipway::testing
