// A terminal that a stage hands over is the command's own, in each way in which it comes to run.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/each_way.h"
#include "tests/pty.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

constexpr char kPasswd[] = "root:x:0:0::/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\n";

class OwnTerminal : public EachWay {
 protected:
  void SetUp() override {
    EachWay::SetUp();
    if (!IsRoot()) return;
    test_.Write("root/etc/passwd", kPasswd);
    test_.Write("root/dev/pts/.keep", "");
    Link(terminal_);
  }

  std::string Stages(const std::string& more = "") const {
    return std::string(GetParam().stages) +
           "  - mount: {root: root, binds: [/dev/pts:/dev/pts]}\n  - proc\n" + more +
           "  - good-hands-over: {terminal: " + test_.Path("terminal") + "}\n";
  }

  // The path that the stage opens leads to it from here on.
  void Link(const Pty& pty) const {
    std::filesystem::remove(test_.Path("terminal"));
    std::filesystem::create_symlink(pty.path(), test_.Path("terminal"));
  }

  // Runs `script` on the terminal.
  void Begin(const std::string& script, const std::string& stages) {
    const Words command = {"/bin/sh", "-c", script};
    if (IsBy("run")) {
      runtime_ = std::make_unique<Running>(BuildArgv("run", stages, command, GetParam().flags),
                                           Redirected(/*errors=*/false));
    } else if (IsBy("create")) {
      ASSERT_EQ(Build(stages, command).status, 0) << Out();
      ASSERT_EQ(RunProgram(Argv({"start", id()}), Redirected(false)).status, 0) << Out();
    } else {
      Link(others_);
      ASSERT_EQ(Build(stages, {"/bin/sleep", "1000"}).status, 0) << Out();
      Link(terminal_);
      ASSERT_EQ(RunProgram(Argv({"start", id()}), Redirected(false)).status, 0) << Out();
      Words words = {"exec", id()};
      words.insert(words.end(), command.begin(), command.end());
      runtime_ = std::make_unique<Running>(Argv(words), Redirected(/*errors=*/false));
    }
  }
  void Begin(const std::string& script) { Begin(script, Stages()); }

  void ExpectScreen(const std::string& text) {
    EXPECT_TRUE(terminal_.Expect(text)) << terminal_.screen() << Out();
  }

  Pty terminal_;
  Pty others_;  // of the container's own command, in an exec
  std::unique_ptr<Running> runtime_;
};

TEST_P(OwnTerminal, IsTheCommandsStandardDescriptors) {
  Begin("tty <&0; tty <&1; tty <&2; stty size; echo end");
  ExpectScreen(terminal_.path() + "\r\n" + terminal_.path() + "\r\n" + terminal_.path() +
               "\r\n24 80\r\nend\r\n");
}

TEST_P(OwnTerminal, IsItsControllingOne) {
  // Field 7 of /proc/self/stat; /dev/tty opens only where there is one.
  Begin("echo 'by dev tty' >/dev/tty; echo pid $(cut -d' ' -f7 /proc/self/stat | grep -cv '^0$')");
  ExpectScreen("by dev tty\r\npid 1\r\n");
}

TEST_P(OwnTerminal, BelongsToItsUser) {
  Begin("stat -L -c 'owner %u' /proc/self/fd/0; echo 'as ann' >/dev/pts/" +
            terminal_.path().substr(terminal_.path().rfind('/') + 1),
        Stages("  - good-process: {user: ann}\n"));
  ExpectScreen("owner 1000\r\nas ann\r\n");
}

TEST_P(OwnTerminal, ACtrlCReachesWhatRunsInTheForeground) {
  Begin("trap 'echo caught; exit' INT; echo ready; while :; do sleep 1; done");
  ExpectScreen("ready\r\n");
  terminal_.Type("\x03");
  ExpectScreen("caught\r\n");
}

TEST_P(OwnTerminal, ANewSizeReachesTheCommand) {
  Begin("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 1; done");
  ExpectScreen("ready\r\n");
  terminal_.Resize(30, 100);
  ExpectScreen("30 100\r\n");
}

TEST_P(OwnTerminal, AShellHasJobControl) {
  Begin("exec /bin/sh -i");
  ExpectScreen("# ");
  // Says when it runs, and repeats what is typed: keys that come earlier would find the shell.
  terminal_.Type("sh -c 'echo sta\"\"rted; exec cat'\r");
  ExpectScreen("started\r\n");
  terminal_.Type("\x1a");
  ExpectScreen("Stopped");
  ExpectScreen("# ");
  terminal_.Type("fg\r");
  ExpectScreen("fg\r\n");
  ASSERT_TRUE(terminal_.TypeUntil("again\r", "again\r\nagain\r\n")) << terminal_.screen();
  terminal_.Type("\x03");
  ExpectScreen("# ");
  terminal_.Type("echo status $?; exit\r");
  ExpectScreen("status 130\r\n");
}

TEST_P(OwnTerminal, ItsEndReachesTheCommand) {
  test_.Write("root/etc/ended", "");
  Begin("trap 'echo hung up >/etc/ended; exit' HUP; echo ready; while :; do sleep 1; done");
  ExpectScreen("ready\r\n");
  terminal_.HangUp();
  for (int i = 0; i < 5000 && ReadText(test_.Path("root/etc/ended")).empty(); ++i) usleep(1000);
  EXPECT_EQ(ReadText(test_.Path("root/etc/ended")), "hung up\n");
}

INSTANTIATE_TEST_SUITE_P(
    By, OwnTerminal,
    ::testing::Values(Way{"Run", "run", kNoInit}, Way{"RunInit", "run", kWithInit},
                      Way{"RunParked", "run", kParkedNoInit},
                      Way{"RunParkedInit", "run", kParkedInit}, Way{"Created", "create", kNoInit},
                      Way{"CreatedInit", "create", kWithInit}, Way{"Joined", "exec", kWithInit}),
    NameOf<Way>);

class BadTerminal : public LivingOn {
 protected:
  void ExpectRefused(const std::string& stages, const std::string& line) {
    const RunResult result =
        RunProgram(BuildArgv("run", kPlain + stages, {"/bin/true"}), Redirected());
    EXPECT_NE(result.err.find(line + "\n"), std::string::npos) << result.err;
    EXPECT_EQ(result.status, 125);
  }

  Pty one_;
  Pty other_;
};

TEST_F(BadTerminal, ASecondOne) {
  ExpectRefused("  - good-hands-over: {terminal: " + one_.path() +
                    "}\n  - good-hands-over-too: {terminal: " + other_.path() + "}\n",
                "good-hands-over-too: a second terminal for the command (the stage good-hands-over "
                "has set one already)");
}

TEST_F(BadTerminal, OneOfAnotherSession) {
  const std::string line =
      "cannot make the terminal the command's controlling one: Operation not permitted (it is "
      "another session's already)";
  const std::string stages =
      std::string(kPlain) + "  - good-hands-over: {terminal: " + one_.path() + "}\n";
  ASSERT_EQ(Build(stages, {"/bin/sleep", "1000"}).status, 0) << Out();
  ASSERT_EQ(Later({"start", id()}).status, 0);
  const RunResult joined = Later({"exec", id(), "/bin/true"});
  EXPECT_NE(joined.err.find(line + "\n"), std::string::npos) << joined.err;
  EXPECT_EQ(joined.status, 125);
  const RunResult second = Later({"run", "--config", test_.Path("test.yaml"), "--name", id() + "x",
                                  "--plugin-dir", Runfile("tests/plugins"), "--", "/bin/true"});
  EXPECT_NE(second.err.find("good-hands-over: " + line + "\n"), std::string::npos) << second.err;
  EXPECT_EQ(second.status, 125);
}

TEST_F(BadTerminal, OneToRelayThatNobodyHasAskedFor) {
  ExpectRefused(
      "  - good-hands-over: {terminal: " + one_.path() + ", not-open: relay}\n",
      "good-hands-over: a terminal to relay that PreClone has not asked for (a bug of the "
      "stage)");
}

TEST_F(BadTerminal, AndADescriptorForTheSameNumber) {
  for (const char* order : {"put: ['1=a']", "keep: ['1=a']"}) {
    ExpectRefused("  - good-hands-over: {terminal: " + one_.path() + ", " + order + "}\n",
                  "good-hands-over: a terminal for the command, and a descriptor under the number "
                  "\"1\" (the stage good-hands-over keeps one already)");
  }
}

}  // namespace
}  // namespace slipway::testing
