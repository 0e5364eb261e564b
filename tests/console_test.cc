// The terminal of a container's own, at a real one: what a person does there works as without a
// container, and their terminal is as it was, however the runtime ends.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"
#include "tests/pty.h"
#include "tests/public_copy.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;

constexpr char kCtrlC[] = "\x03";
constexpr char kCtrlD[] = "\x04";
constexpr char kCtrlZ[] = "\x1a";
constexpr char kJob[] = "sh -c 'echo sta\"\"rted; exec cat'\r";
constexpr char kShell[] = "/bin/sh";

// Of an outer shell that tells when it can be typed to.
const Words kBash = {"/bin/bash", "--norc", "--noprofile", "-i"};

#define EXPECT_SCREEN(pty, text) \
  EXPECT_TRUE((pty).Expect(text)) << "waited for: " << (text) << "\nscreen: " << (pty).screen()

std::string LineOf(const Words& words) {
  std::string line;
  for (const std::string& word : words) line += "'" + word + "' ";
  return line;
}

// Of a process, by the text of a --pid-file.
pid_t ParentOf(std::string pid) {
  pid.erase(pid.find_last_not_of('\n') + 1);
  const std::string status = ReadText("/proc/" + pid + "/status");
  const std::string field = "\nPPid:\t";
  const size_t at = status.find(field);
  return at == std::string::npos ? -1 : atoi(status.c_str() + at + field.size());
}

// Of an interactive shell, which stands at its prompt again afterwards.
void ExpectJobControl(Pty& pty) {
  const auto banner = pty.Expect("# ");
  ASSERT_TRUE(banner);
  EXPECT_EQ(banner->find("job control"), std::string::npos) << *banner;
  pty.Type(kJob);
  EXPECT_SCREEN(pty, "started\r\n");
  pty.Type(kCtrlZ);
  EXPECT_SCREEN(pty, "Stopped");
  EXPECT_SCREEN(pty, "# ");
  pty.Type("fg\r");
  EXPECT_SCREEN(pty, "fg\r\n");
  EXPECT_TRUE(pty.TypeUntil("again\r", "again\r\nagain\r\n")) << pty.screen();
  pty.Type(kCtrlC);
  EXPECT_SCREEN(pty, "# ");
  pty.Type("echo status $?\r");
  EXPECT_SCREEN(pty, "status 130\r\n");
  EXPECT_SCREEN(pty, "# ");
}

class Console : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
  }

  void TearDown() override {
    if (!IsRoot()) return;
    pty_.reset();
    // Of a runtime that was killed, the orphans are this test's.
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    RunProgram({Runfile("runtime/runtime"), "gc", "--root", test_.Path("state")});
    test_.ExpectNothingLeft();
  }

  Words Argv(const Words& command, Words flags = {}, const std::string& mount = "root") {
    flags.insert(flags.end(), {"--root", test_.Path("state")});
    return test_.Argv(test_.WriteStages("  - pid\n  - mount: {root: " + mount +
                                        "}\n  - proc\n  - dev\n  - console\n"),
                      command, flags);
  }

  // With the machine's programs.
  Words OfMachine(const Words& command) {
    return Argv(command, {"-e", "TERM=xterm", "-e", "HOME=/tmp", "-e", "LANG=C.UTF-8"},
                "/, overlay: true, tmpfs: [/tmp]");
  }

  // A shell types it, so that the runtime is its job. It says "outer> " when it can be typed to.
  void Begin(Pty& pty, const Words& command, const std::string& behind) {
    pty.Type("set -b; PS1='outer> '\r");
    EXPECT_SCREEN(pty, "\r\nouter> ");
    pty.Type(LineOf(Argv(command, {"--pid-file", test_.Path("pid")})) + behind + "\r");
  }

  pid_t Runtime() const { return ParentOf(ReadText(test_.Path("pid"))); }

  ContainerTest test_;
  std::unique_ptr<Pty> pty_;
};

TEST_F(Console, HasTheCallersSizeFromTheFirst) {
  Pty pty(Argv({kShell, "-c", "stty size"}));
  EXPECT_SCREEN(pty, "24 80\r\n");
  EXPECT_EQ(pty.Await(), 0);
}

TEST_F(Console, ANewSizeReachesTheCommand) {
  Pty pty(Argv(
      {kShell, "-c", "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.05; done"}));
  EXPECT_SCREEN(pty, "ready\r\n");
  pty.Resize(50, 132);
  EXPECT_SCREEN(pty, "50 132\r\n");
  EXPECT_EQ(pty.Await(), 0);
}

TEST_F(Console, AShellHasJobControl) {
  Pty pty(Argv({kShell, "-i"}));
  ExpectJobControl(pty);
  pty.Type(kCtrlD);
  EXPECT_EQ(pty.Await(), 0);
}

TEST_F(Console, ACtrlCEndsACommandWithoutAHandler) {
  Pty pty(Argv({"/bin/cat"}));
  ASSERT_TRUE(pty.AwaitRaw(true));
  pty.Type("ready\r");
  EXPECT_SCREEN(pty, "ready\r\nready\r\n");
  pty.Type(kCtrlC);
  EXPECT_EQ(pty.Await(), 128 + SIGINT);
}

TEST_F(Console, VimEditsAFile) {
  Pty pty(OfMachine({"/bin/sh", "-c",
                     "vim -u NONE -i NONE -N /tmp/text; echo; echo \"it has: $(cat /tmp/text)\""}));
  EXPECT_SCREEN(pty, "text\" [New]");
  pty.Type("ihello from vim\x1b:wq\r");
  EXPECT_SCREEN(pty, "it has: hello from vim\r\n");
  EXPECT_EQ(pty.Await(), 0);
}

TEST_F(Console, TmuxHasAScreenAndWindows) {
  Pty pty(OfMachine({"/usr/bin/tmux", "-f", "/dev/null", "new-session", "/bin/sh"}));
  EXPECT_SCREEN(pty, "# ");
  pty.Type("echo $((6 * 7)) in $(tty)\r");
  EXPECT_SCREEN(pty, "42 in /dev/pts/1");
  pty.Resize(30, 100);
  EXPECT_TRUE(pty.TypeUntil("stty size\r", "29 100")) << pty.screen();
  pty.Type("exit\r");
  EXPECT_SCREEN(pty, "[exited]");
  EXPECT_EQ(pty.Await(), 0);
}

TEST_F(Console, ScriptRecordsASession) {
  Pty pty(OfMachine({"/usr/bin/script", "-qec", "tty; exit 5", "/tmp/typescript"}));
  EXPECT_SCREEN(pty, "/dev/pts/1\r\n");
  EXPECT_EQ(pty.Await(), 5);
}

// TIOCSTI types into a terminal what its next reader gets.
TEST_F(Console, NothingCanBeTypedIntoTheCallersTerminal) {
  Pty pty({"/bin/sh"});
  constexpr char kTypes[] =
      "import fcntl, os, termios\n"
      "for fd in 0, 1, 2, os.open(\"/dev/tty\", os.O_RDWR), os.open(\"/dev/console\", os.O_RDWR):\n"
      "  try: [fcntl.ioctl(fd, termios.TIOCSTI, bytes([c])) for c in b\"typed\\n\"]\n"
      "  except OSError: pass\n"
      "print(\"tried\")";
  pty.Type("PS1=; stty -echo; echo rea''dy\r");
  EXPECT_SCREEN(pty, "ready\r\n");
  pty.Type(LineOf(Argv({"/usr/bin/python3", "-c", kTypes}, {}, "/, overlay: true")) +
           "; read -r answer; echo \"answer: $answer.\"\r");
  EXPECT_SCREEN(pty, "tried\r\n");
  ASSERT_TRUE(pty.AwaitRaw(false));
  pty.Type("mine\r");
  EXPECT_SCREEN(pty, "answer: mine.\r\n");
}

// A shell that has no job control of its own changes no modes.
class ConsoleEnds : public Console {
 protected:
  void SetUp() override {
    Console::SetUp();
    if (!IsRoot()) return;
    // No shell: that of busybox takes a SIGQUIT of its own until it has executed the next program.
    test_.Write("root/etc/ready", "ready\n");
    const Words runtime =
        Argv({"/bin/busybox", "tail", "-f", "/etc/ready"}, {"--pid-file", test_.Path("pid")});
    pty_ = std::make_unique<Pty>(
        Words{kShell, "-c", LineOf(runtime) + "; echo over $?; read -r line; echo got $line"});
    EXPECT_SCREEN(*pty_, "ready\r\n");
    ASSERT_TRUE(pty_->AwaitRaw(true));
    runtime_ = Runtime();
    ASSERT_GT(runtime_, 1);
  }

  void ExpectAsBefore(int status) {
    EXPECT_SCREEN(*pty_, "over " + std::to_string(status));
    EXPECT_TRUE(pty_->AwaitRaw(false));
    pty_->Type("a line\r");
    EXPECT_SCREEN(*pty_, "got a line\r\n");
  }

  pid_t runtime_ = -1;
};

class ConsoleEndsBy : public ConsoleEnds, public ::testing::WithParamInterface<int> {};

TEST_P(ConsoleEndsBy, AndTheTerminalIsAsItWas) {
  kill(runtime_, GetParam());
  ExpectAsBefore(128 + GetParam());
}

INSTANTIATE_TEST_SUITE_P(Signal, ConsoleEndsBy,
                         ::testing::Values(SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGSEGV, SIGKILL));

TEST_F(ConsoleEnds, AStopThatNobodyCanCatchGivesItBackToo) {
  kill(runtime_, SIGSTOP);
  EXPECT_TRUE(pty_->AwaitRaw(false));
  kill(runtime_, SIGCONT);
  EXPECT_TRUE(pty_->AwaitRaw(true));
  kill(runtime_, SIGTERM);
  ExpectAsBefore(128 + SIGTERM);
}

TEST_F(Console, AStoppedRuntimeIsAJobOfTheShell) {
  Pty pty(kBash);
  Begin(pty, {kShell, "-c", "echo ready; read -r line; echo got $line"}, "");
  EXPECT_SCREEN(pty, "ready\r\n");
  ASSERT_TRUE(pty.AwaitRaw(true));
  kill(Runtime(), SIGTSTP);
  EXPECT_SCREEN(pty, "Stopped");
  EXPECT_SCREEN(pty, "outer> ");
  pty.Type("echo $((6 * 7))\r");
  EXPECT_SCREEN(pty, "\r\n42\r\n");
  pty.Type("fg\r");
  EXPECT_SCREEN(pty, "got $line'");
  pty.Type("typed\r");
  EXPECT_SCREEN(pty, "got typed\r\n");
  EXPECT_SCREEN(pty, "outer> ");
}

TEST_F(Console, InTheBackgroundItTakesNoKeys) {
  Pty pty(kBash);
  Begin(pty, {kShell, "-c", "echo ready; read -r line; echo got $line"}, "&");
  // The caller's terminal is not raw then, and adds a carriage return of its own.
  EXPECT_SCREEN(pty, "ready\r\r\n");
  EXPECT_TRUE(pty.TypeUntil("\r", "Stopped")) << pty.screen();
  pty.Type("fg\r");
  EXPECT_SCREEN(pty, "got $line'");
  EXPECT_TRUE(pty.TypeUntil("typed\r", "got typed\r\n")) << pty.screen();
}

TEST_F(Console, HangsUpWithTheCallersTerminal) {
  test_.Write("root/etc/ended", "");
  Pty pty(
      Argv({kShell, "-c",
            "trap 'echo hung up >/etc/ended; exit' HUP; echo ready; while :; do sleep 1; done"}));
  EXPECT_SCREEN(pty, "ready\r\n");
  pty.HangUp();
  for (int i = 0; i < 5000 && ReadText(test_.Path("root/etc/ended")).empty(); ++i) usleep(1000);
  EXPECT_EQ(ReadText(test_.Path("root/etc/ended")), "hung up\n");
  EXPECT_EQ(pty.Await(), 0);
}

TEST_F(Console, AlsoOfAPlainUser) {
  const PublicCopy copy({"user", "pid", "mount", "proc", "dev", "console"});
  const std::filesystem::path folder = copy.folder();
  ASSERT_EQ(RunProgram({"/bin/cp", "-a", test_.Path("root"), folder / "root"}).status, 0);
  // Nobody else on the machine has it.
  const uid_t user = 100000 + static_cast<uid_t>(getpid());
  std::filesystem::create_directory(folder / "state");
  ASSERT_EQ(chown((folder / "state").c_str(), user, user), 0);
  const std::string config = copy.WriteStages(
      "  - user\n  - pid\n  - mount: {root: root}\n  - proc\n  - dev\n  - console\n");
  const RunResult result =
      RunProgram({copy.host(), "--config", config, "--root", folder / "state", "--", kShell, "-c",
                  "tty; stat -c %u /dev/pts/0; echo by console >/dev/console"},
                 {.uid = user});
  EXPECT_EQ(result.out, "/dev/pts/0\r\n0\r\nby console\r\n") << result.err;
}

class ConsoleOfExec : public LivingOn {
 protected:
  static constexpr char kStages[] = "  - pid\n  - mount: {root: root}\n  - proc\n  - dev\n";

  // What runs is started by a runtime at a terminal of its own, unless it has no console.
  void Start(const std::string& more) {
    const Words command = {kShell, "-c", "echo ready; exec sleep 1000"};
    first_ = std::make_unique<Pty>(BuildArgv("run", kStages + more, command));
    EXPECT_SCREEN(*first_, "ready\r\n");
    AwaitRunning(State());
  }

  void TearDown() override {
    first_.reset();
    LivingOn::TearDown();
  }

  std::unique_ptr<Pty> first_;
};

TEST_F(ConsoleOfExec, HasATerminalOfItsOwn) {
  Start("  - console\n");
  Pty pty(Argv({"exec", "-t", id(), kShell, "-c", "tty; stty size; tty </dev/tty; exit 3"}));
  EXPECT_SCREEN(pty, "/dev/pts/1\r\n24 80\r\n/dev/tty\r\n");
  EXPECT_EQ(pty.Await(), 3);
}

TEST_F(ConsoleOfExec, AShellInItHasJobControl) {
  Start("  - console\n");
  Pty pty(Argv({"exec", "--tty", id(), kShell, "-i"}));
  ExpectJobControl(pty);
  pty.Type("exit 4\r");
  EXPECT_EQ(pty.Await(), 4);
}

TEST_F(ConsoleOfExec, WithoutItTheCommandHasTheCallers) {
  Start("  - console\n");
  const RunResult result = Later({"exec", id(), kShell, "-c", "tty; echo out; ls /dev/pts"});
  EXPECT_EQ(result.out, "not a tty\nout\n0\nptmx\n") << result.err;
}

TEST_F(ConsoleOfExec, IsRefusedWhereNoStageGivesOne) {
  Start("");
  const RunResult result = Later({"exec", "-t", id(), kShell});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("cannot give the command a terminal: the container has no stage for "
                            "that (start it with one, such as console, or leave --tty out)"),
            std::string::npos)
      << result.err;
}

TEST_F(ConsoleOfExec, ACreatedContainerHasNobodyAtIt) {
  const RunResult result = RunProgram(
      BuildArgv("create", std::string(kStages) + "  - console\n", {"/bin/true"}), Redirected());
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("console: cannot give the command a terminal of its own: nobody would "
                            "be at it"),
            std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace slipway::testing
