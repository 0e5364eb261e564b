// The state in which the caller starts the program: the current folder, the umask, descriptors,
// signals, limits, the environment, argv[0], /tmp, the terminal. None of these matters: the result
// is that of an ordinary start. caller_refused_test has what does matter.

#include "tests/caller.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "tests/caller_state.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

constexpr rlim_t kMiB = rlim_t{1} << 20;

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
  if (std::string(state.name).starts_with("Tmp") && caller.test().folder().starts_with("/tmp/")) {
    GTEST_SKIP() << "the test itself is in /tmp";
  }
  for (const Call& call : kCalls) {
    const RunResult usual = caller.RunAsUsual(call.words, state.out_is_lost);
    const RunResult result = caller.Run(call.words, state.prepare, state.argv0);
    ExpectSame(result, usual, call.name);
  }
}

const State kFolders[] = {
    {"CurrentFolderDeleted", DeleteCurrentFolder},
    {"CurrentFolderOfNoRights", EnterFolderOfNoRights},
    {"UmaskOfNothing", [] { umask(0); }},
    {"UmaskOfAll", [] { umask(0777); }},
    {"UmaskOfAllWithoutRightsToFiles", [] { umask(0777), DropRightsToFiles(); }},
    {"TmpReadOnly", MakeTmpReadOnly},
    {"TmpMissing", RemoveTmp},
    {"TmpThatIsAFile", MakeTmpAFile},
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

std::string IgnoredIn(const std::string& status) {
  const std::string field = "\nSigIgn:\t";
  const size_t at = status.find(field);
  return at == std::string::npos ? "" : status.substr(at + field.size(), 16);
}

// The command ignores what the caller ignores, as it would without a container.
TEST(CallerSignals, ThatAreIgnoredStayIgnored) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a sanitizer catches the signals of faults";
#endif
  const std::vector<std::string> look = {"/bin/cat", "/proc/self/status"};
  for (const auto& prepare : {IgnoreSignals, +[] { signal(SIGCHLD, SIG_IGN); }}) {
    const RunResult usual = RunProgram(look, {.prepare = prepare});
    Caller caller;
    std::vector<std::string> words = {"--root", "$D/state", "--config", "$F", "--"};
    words.insert(words.end(), look.begin(), look.end());
    const RunResult result = caller.Run(words, prepare);
    EXPECT_EQ(IgnoredIn(result.out), IgnoredIn(usual.out));
    EXPECT_NE(IgnoredIn(usual.out), "");
    EXPECT_EQ(result.err, "");
  }
}

}  // namespace
}  // namespace slipway::testing
