// A container that stops: the runtime stops with it when that is a matter of a shell and its job,
// and else goes on, because nobody would wake it.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/pty.h"

namespace slipway::testing {
namespace {

constexpr char kCtrlZ[] = "\x1a";

#define EXPECT_SCREEN(pty, text) \
  EXPECT_TRUE((pty).Expect(text)) << "waited for: " << (text) << "\nscreen: " << (pty).screen()

// As /proc/pid/stat has it: 'S', 'T', ...
char StateOf(pid_t pid) {
  const std::string stat = ReadText("/proc/" + std::to_string(pid) + "/stat");
  const size_t name = stat.rfind(')');
  return name == std::string::npos ? '?' : stat.at(name + 2);
}

void AwaitState(pid_t pid, char state) {
  while (StateOf(pid) != state) sched_yield();
}

// Says so when it is continued, and ends then.
constexpr char kTellsWhenContinued[] =
    "trap 'echo continued; exit 3' CONT; echo ready; while :; do sleep 0.05; done";

// The command is what is stopped, so without an init.
class Stopped : public ::testing::TestWithParam<const char*> {
 protected:
  Stopped() { test_.MakeRoot(); }
  ~Stopped() override { test_.ExpectNothingLeft(); }

  std::vector<std::string> Argv(const std::vector<std::string>& command) {
    return test_.Argv(test_.WriteStages(std::string(GetParam()) + "  - mount: {root: root}\n"),
                      command, {"--pid-file", test_.Path("pid")});
  }

  // As a line for a shell.
  std::string Line(const std::vector<std::string>& command) {
    std::string line;
    for (const std::string& word : Argv(command)) {
      std::string quoted;
      for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
      line += "'" + quoted + "' ";
    }
    return line;
  }

  // As soon as the runtime has written it down, which is a moment after the command runs.
  pid_t FirstProcess() const {
    while (!ReadText(test_.Path("pid")).ends_with('\n')) sched_yield();
    return std::stoi(ReadText(test_.Path("pid")));
  }

  ContainerTest test_;
};

INSTANTIATE_TEST_SUITE_P(Pid, Stopped, ::testing::Values("", "  - pid: {init: false}\n"),
                         [](const auto& info) { return *info.param ? "One" : "OfTheMachine"; });

TEST_P(Stopped, FromOutsideDoesNotStopARuntimeWithoutATerminal) {
  Running container(Argv({"/bin/sh", "-c", kTellsWhenContinued}),
                    {.prepare = [] { setsid(); }, .timeout = std::chrono::seconds(10)});
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  kill(FirstProcess(), SIGSTOP);
  AwaitState(FirstProcess(), 'T');
  // It may have to be woken to see that.
  container.Signal(SIGURG);
  kill(FirstProcess(), SIGCONT);
  const RunResult result = container.Await();
  EXPECT_EQ(result.out, "ready\ncontinued\n");
  EXPECT_EQ(result.status, 3);
}

TEST_P(Stopped, RuntimeWithoutATerminalPassesOnWhatStopsAndContinues) {
  Running container(Argv({"/bin/sh", "-c", kTellsWhenContinued}),
                    {.prepare =
                         [] {
                           // Not orphaned, and with a group of its own.
                           setpgid(0, 0);
                         },
                     .timeout = std::chrono::seconds(10)});
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  container.Signal(SIGTSTP);
  AwaitState(FirstProcess(), 'T');
  container.Signal(SIGCONT);
  const RunResult result = container.Await();
  EXPECT_EQ(result.out, "ready\ncontinued\n");
  EXPECT_EQ(result.status, 3);
}

TEST_P(Stopped, FromOutsideDoesNotStopTheJobOfAShell) {
  Pty pty({"/bin/bash", "--norc", "--noprofile", "-i"});
  pty.Type("set -b; PS1='outer> '\n");
  EXPECT_SCREEN(pty, "\r\nouter> ");
  pty.Type(Line({"/bin/sh", "-c", kTellsWhenContinued}) + "\n");
  EXPECT_SCREEN(pty, "\r\nready\r\n");
  kill(FirstProcess(), SIGSTOP);
  AwaitState(FirstProcess(), 'T');
  kill(FirstProcess(), SIGCONT);
  const auto before = pty.Expect("continued\r\n");
  ASSERT_TRUE(before) << pty.screen();
  EXPECT_EQ(before->find("Stopped"), std::string::npos) << *before;
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("exit\n");
  pty.Await();
}

// Nobody could call it back: its process group is orphaned, setpgid(2).
TEST_P(Stopped, CtrlZDoesNothingToTheLeaderOfASession) {
  Pty pty(Argv({"/bin/cat"}));
  pty.Type("ready\n");
  EXPECT_SCREEN(pty, "ready\r\nready\r\n");
  pty.Type(kCtrlZ);
  EXPECT_TRUE(pty.TypeUntil("again\n", "again\r\nagain\r\n")) << pty.screen();
  pty.Type("\x03");
  EXPECT_EQ(pty.Await(), 128 + SIGINT);
}

TEST_P(Stopped, CtrlZLooksToAShellAsThatOfAnyProgram) {
  Pty pty({"/bin/bash", "--norc", "--noprofile", "-i"});
  pty.Type("PS1='outer> '\n");
  EXPECT_SCREEN(pty, "\r\nouter> ");
  pty.Type(Line({"/bin/cat"}) + "\n");
  EXPECT_TRUE(pty.TypeUntil("ready\n", "ready\r\nready\r\n")) << pty.screen();
  pty.Type(kCtrlZ);
  EXPECT_SCREEN(pty, "Stopped");
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("echo status $?\n");
  EXPECT_SCREEN(pty, "status " + std::to_string(128 + SIGTSTP) + "\r\n");
  pty.Type("fg\n");
  EXPECT_TRUE(pty.TypeUntil("again\n", "again\r\nagain\r\n")) << pty.screen();
  pty.Type("\x03");
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("exit\n");
  pty.Await();
}

}  // namespace
}  // namespace slipway::testing
