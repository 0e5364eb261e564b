// An interactive shell in a container, on a real terminal: it must feel like any other.

#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/pty.h"

namespace slipway::testing {
namespace {

constexpr char kCtrlC[] = "\x03";
constexpr char kCtrlZ[] = "\x1a";
constexpr char kCtrlD[] = "\x04";

// A job that says when it runs, and repeats what is typed: keys that come earlier would find the
// shell in the foreground. The quotes keep the echo of the typed line from looking like output.
constexpr char kJob[] = "sh -c 'echo sta\"\"rted; exec cat'\n";

#define EXPECT_SCREEN(pty, text) \
  EXPECT_TRUE((pty).Expect(text)) << "waited for: " << (text) << "\nscreen: " << (pty).screen()

// With and without the init: the shell is pid 2 or pid 1.
class Terminal : public ::testing::TestWithParam<const char*> {
 protected:
  Terminal() { test_.MakeRoot(); }
  ~Terminal() override { test_.ExpectNothingLeft(); }

  std::vector<std::string> Argv(const std::vector<std::string>& command) {
    return test_.Argv(test_.WriteStages("  - pid: {init: " + std::string(GetParam()) +
                                        "}\n  - mount: {root: root}\n  - proc\n"),
                      command);
  }

  ContainerTest test_;
};

INSTANTIATE_TEST_SUITE_P(Init, Terminal, ::testing::Values("false", "true"));

TEST_P(Terminal, ShellHasAPromptAndRunsCommands) {
  Pty pty(Argv({"/bin/sh", "-i"}));
  EXPECT_SCREEN(pty, "# ");
  pty.Type("echo $((6 * 7))\n");
  EXPECT_SCREEN(pty, "\r\n42\r\n");
  pty.Type("exit 5\n");
  EXPECT_EQ(pty.Await(), 5);
}

TEST_P(Terminal, ShellHasJobControl) {
  Pty pty(Argv({"/bin/sh", "-i"}));
  const auto banner = pty.Expect("# ");
  ASSERT_TRUE(banner);
  EXPECT_EQ(banner->find("job control"), std::string::npos) << *banner;
  pty.Type(kJob);
  EXPECT_SCREEN(pty, "started\r\n");
  pty.Type(kCtrlZ);
  EXPECT_SCREEN(pty, "Stopped");
  EXPECT_SCREEN(pty, "# ");
  pty.Type("fg\n");
  EXPECT_SCREEN(pty, "fg\r\n");
  EXPECT_TRUE(pty.TypeUntil("again\n", "again\r\nagain\r\n")) << pty.screen();
  pty.Type(kCtrlC);
  EXPECT_SCREEN(pty, "# ");
  pty.Type("echo status $?\n");
  EXPECT_SCREEN(pty, "status 130\r\n");
  EXPECT_SCREEN(pty, "# ");
  pty.Type(kCtrlD);
  EXPECT_EQ(pty.Await(), 0);
}

TEST_P(Terminal, CtrlCEndsTheForegroundJobAndNotTheShell) {
  Pty pty(Argv({"/bin/sh", "-i"}));
  EXPECT_SCREEN(pty, "# ");
  pty.Type(kJob);
  EXPECT_SCREEN(pty, "started\r\n");
  pty.Type(kCtrlC);
  EXPECT_SCREEN(pty, "# ");
  pty.Type("echo alive\n");
  EXPECT_SCREEN(pty, "\r\nalive\r\n");
  pty.Type("exit\n");
  pty.Await();
}

TEST_P(Terminal, CtrlCEndsACommandWithoutAHandler) {
  // cat has no handler from the first; a shell that goes on to exec would have had one.
  Pty pty(Argv({"/bin/cat"}));
  pty.Type("ready\n");
  EXPECT_SCREEN(pty, "ready\r\nready\r\n");
  pty.Type(kCtrlC);
  EXPECT_EQ(pty.Await(), 128 + SIGINT);
}

TEST_P(Terminal, CtrlCReachesAHandlerOnce) {
  Pty pty(Argv({"/bin/sh", "-c",
                "trap 'count=$((count + 1))' INT; echo ready; "
                "for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done; echo count $count"}));
  EXPECT_SCREEN(pty, "ready");
  pty.Type(kCtrlC);
  EXPECT_SCREEN(pty, "count 1\r\n");
  EXPECT_EQ(pty.Await(), 0);
}

TEST_P(Terminal, ResizeReachesTheCommand) {
  Pty pty(Argv({"/bin/sh", "-c",
                "trap 'stty size; exit 0' WINCH; stty size; while :; do sleep 0.05; done"}));
  EXPECT_SCREEN(pty, "24 80\r\n");
  pty.Resize(50, 132);
  EXPECT_SCREEN(pty, "50 132\r\n");
  EXPECT_EQ(pty.Await(), 0);
}

// The host as a job of an outer shell.
TEST_P(Terminal, CtrlZStopsTheContainerAsAJobOfTheOuterShell) {
  std::string line;
  for (const std::string& word : Argv({"/bin/sh", "-c", "echo ready; read line; echo got $line"})) {
    line += "'" + word + "' ";
  }
  Pty pty({"/bin/bash", "--norc", "--noprofile", "-i"});
  pty.Type("PS1='outer> '\n");
  EXPECT_SCREEN(pty, "\r\nouter> ");
  pty.Type(line + "\n");
  EXPECT_SCREEN(pty, "\r\nready\r\n");
  pty.Type(kCtrlZ);
  EXPECT_SCREEN(pty, "Stopped");
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("fg\n");
  EXPECT_SCREEN(pty, "echo got $line'");
  pty.Type("typed\n");
  EXPECT_SCREEN(pty, "got typed\r\n");
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("exit\n");
  pty.Await();
}

TEST_P(Terminal, CommandInTheBackgroundThatReadsTheTerminalStops) {
  std::string line;
  for (const std::string& word : Argv({"/bin/cat"})) line += "'" + word + "' ";
  Pty pty({"/bin/bash", "--norc", "--noprofile", "-i"});
  pty.Type("set -b; PS1='outer> '\n");
  EXPECT_SCREEN(pty, "\r\nouter> ");
  pty.Type(line + "&\n");
  EXPECT_SCREEN(pty, "Stopped");
  pty.Type("fg\n");
  EXPECT_TRUE(pty.TypeUntil("typed\n", "typed\r\ntyped\r\n")) << pty.screen();
  pty.Type(kCtrlC);
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("exit\n");
  pty.Await();
}

TEST_P(Terminal, OuterShellHasTheTerminalBackAfterwards) {
  std::string line;
  for (const std::string& word : Argv({"/bin/sh", "-i"})) line += "'" + word + "' ";
  Pty pty({"/bin/bash", "--norc", "--noprofile", "-i"});
  pty.Type("PS1='outer> '\n");
  EXPECT_SCREEN(pty, "\r\nouter> ");
  // Within a list the outer shell does not take the terminal back between the two.
  pty.Type("{ " + line + "; read answer; echo \"answer: $answer\"; }\n");
  EXPECT_SCREEN(pty, "# ");
  pty.Type("exit\n");
  pty.Type("42\n");
  EXPECT_SCREEN(pty, "answer: 42\r\n");
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("exit\n");
  pty.Await();
}

TEST(TerminalBash, BashHasAPromptAndJobControl) {
  ContainerTest test;
  Pty pty(test.Argv(test.WriteStages("  - pid\n  - mount: {root: /, overlay: true, "
                                     "binds: [{source: /dev, target: /dev}]}\n  - proc\n"),
                    {"/bin/bash", "--norc", "--noprofile", "-i"}));
  pty.Type("PS1='inner> '\n");
  EXPECT_SCREEN(pty, "\r\ninner> ");
  pty.Type(kJob);
  EXPECT_SCREEN(pty, "started\r\n");
  pty.Type(kCtrlZ);
  EXPECT_SCREEN(pty, "Stopped");
  EXPECT_SCREEN(pty, "inner> ");
  pty.Type("fg\n");
  EXPECT_SCREEN(pty, "fg\r\n");
  EXPECT_TRUE(pty.TypeUntil("again\n", "again\r\nagain\r\n")) << pty.screen();
  pty.Type(kCtrlC);
  EXPECT_SCREEN(pty, "inner> ");
  pty.Type("exit 3\n");
  EXPECT_EQ(pty.Await(), 3);
  test.ExpectNothingLeft();
}

}  // namespace
}  // namespace slipway::testing
