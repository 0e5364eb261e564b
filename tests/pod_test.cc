// Containers that join the PID namespace of another, as those of a pod do: each goes its own way,
// with an init of its own or without.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"
#include "tests/namespace_test.h"
#include "tests/pty.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kName[] = "joins";
constexpr char kPod[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

class Pod : public NamespaceTest, public ::testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (IsSkipped()) return;
    test_.Write("root/dev/pts/.keep", "");
    test_.Write("said", "");
    StartPod(kPod);
  }

  void TearDown() override {
    Later({"delete", "--force", kName});
    NamespaceTest::TearDown();
  }

  std::string Stages(const std::string& pids, const std::string& more = "") const {
    return "  - good-namespaces: {join: {pid: " + pids +
           "}, init: " + (GetParam() ? "true" : "false") + "}\n" +
           "  - mount: {root: root, binds: [/dev/pts:/dev/pts]}\n  - proc\n" + more;
  }

  // Of a runtime that makes the container which joins.
  Words Making(const Words& verb, const std::string& stages, const std::string& script) const {
    Words words = {Runfile("runtime/runtime")};
    words.insert(words.end(), verb.begin(), verb.end());
    const std::string config = test_.Write("joins.yaml", "version: 1\nstages:\n" + stages);
    for (const std::string& word :
         Words{"--plugin-dir", Runfile("tests/plugins"), "--root", State(), "--name", kName,
               "--config", config, "--", "/bin/sh", "-c", script}) {
      words.push_back(word);
    }
    return words;
  }
  Words Making(const Words& verb, const std::string& script) const {
    return Making(verb, Stages(File("pid")), script);
  }

  // The output goes to Said(): the container may outlive the runtime, and a pipe would not end.
  RunOptions Apart() const {
    RunOptions options;
    options.prepare = [path = test_.Path("said")] {
      const int said = open(path.c_str(), O_WRONLY | O_APPEND);
      dup2(said, STDOUT_FILENO);
      dup2(said, STDERR_FILENO);
      close(said);
    };
    return options;
  }
  std::string Said() const { return ReadText(test_.Path("said")); }
  void AwaitSaid(const std::string& text) const {
    while (Said().empty()) sched_yield();
    ASSERT_EQ(Said(), text);
  }

  // Of the container which joins, as `list` has it.
  std::string Listed(const std::string& field) const {
    const std::string json = Later({"list", "--format", "json"}).out;
    const size_t id = json.find("\"" + std::string(kName) + "\"");
    if (id == std::string::npos) return "";
    const size_t at = json.find("\"" + field + "\":", json.rfind('{', id)) + field.size() + 3;
    std::string value = json.substr(at, json.find_first_of(",}", at) - at);
    return value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
  }
  void AwaitListed(const std::string& field, const std::string& value) const {
    while (Listed(field) != value) sched_yield();
  }
  pid_t FirstPid() const { return atoi(Listed("pid").c_str()); }
};

INSTANTIATE_TEST_SUITE_P(Joined, Pod, ::testing::Bool(), [](const auto& info) {
  return info.param ? "WithAnInit" : "WithoutAnInit";
});

TEST_P(Pod, MemberEndsWithItsCommandsStatus) {
  EXPECT_EQ(RunProgram(Making({"run"}, "exit 7")).status, 7);
  EXPECT_EQ(RunProgram(Making({"run"}, "kill -SEGV $$")).status, 128 + SIGSEGV);
}

TEST_P(Pod, MemberSeesAndIsSeen) {
  Running member(Making({"run"}, "cat /proc/1/comm; echo begun; exec tail -f /etc/ready"));
  ASSERT_TRUE(member.AwaitOutput("begun\n")) << member.Await().err;
  const RunResult looked =
      Later({"exec", id(), "/bin/sh", "-c", "cat /proc/[0-9]*/comm | sort | uniq -c"});
  Later({"kill", kName, "KILL"});
  EXPECT_EQ(member.Await().out, "init\nbegun\nready\n");
  // The pod's init, and what it runs; the member, and its init; whoever looks.
  EXPECT_NE(looked.out.find(GetParam() ? " 2 init" : " 1 init"), std::string::npos) << looked.out;
}

TEST_P(Pod, MemberThatCannotBeExecutedSaysSo) {
  Words words = Making({"run"}, "");
  words.resize(words.size() - 3);
  words.push_back("/bin/nope");
  const RunResult result = RunProgram(words);
  EXPECT_EQ(result.err,
            "runtime: command not found \"/bin/nope\" (there is no such file in the container)\n");
  EXPECT_EQ(result.status, 127);
}

TEST_P(Pod, MemberGetsSignals) {
  Running member(Making({"run"},
                        "trap 'echo got it; exit 3' TERM; echo begun; "
                        "while :; do sleep 0.05; done"));
  ASSERT_TRUE(member.AwaitOutput("begun\n")) << member.Await().err;
  member.Signal(SIGTERM);
  const RunResult result = member.Await();
  EXPECT_EQ(result.out, "begun\ngot it\n") << result.err;
  EXPECT_EQ(result.status, 3);
}

TEST_P(Pod, MemberIsListedByAProcessThatIsInThere) {
  Running member(Making({"run"}, "echo begun; exec tail -f /etc/ready"));
  ASSERT_TRUE(member.AwaitOutput("begun\n")) << member.Await().err;
  AwaitListed("state", "running");
  EXPECT_EQ(fs::read_symlink("/proc/" + Listed("pid") + "/ns/pid"), Namespace("pid"));
  EXPECT_EQ(Later({"exec", kName, "/bin/readlink", "/proc/self/ns/pid"}).out,
            Namespace("pid") + "\n");
  Later({"kill", kName, "KILL"});
  EXPECT_EQ(member.Await().status, 128 + SIGKILL);
}

TEST_P(Pod, MemberIsCreatedFirstAndStartedLater) {
  ASSERT_EQ(RunProgram(Making({"create"}, "cat /proc/1/comm; exit 5"), Apart()).status, 0)
      << Said();
  EXPECT_EQ(Listed("state"), "created");
  EXPECT_EQ(fs::read_symlink("/proc/" + Listed("pid") + "/ns/pid"), Namespace("pid"));
  EXPECT_EQ(Said(), std::string(kName) + "\n");
  const pid_t pid = FirstPid();
  EXPECT_EQ(Later({"start", kName}).status, 0);
  // This process is a subreaper.
  int status = -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 5) << status;
  AwaitListed("state", "stopped");
  EXPECT_EQ(Said(), std::string(kName) + "\ninit\n");
  EXPECT_EQ(Later({"delete", kName}).err, "");
  EXPECT_EQ(Listed("state"), "");
}

TEST_P(Pod, MemberEndsWithItsRuntime) {
  Running member(Making({"run"}, "echo begun; exec sleep 1000"), Apart());
  AwaitSaid("begun\n");
  AwaitListed("state", "running");
  const pid_t pid = FirstPid();
  member.Signal(SIGKILL);
  member.Await();
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  EXPECT_EQ(Later({"gc"}).status, 0);
  EXPECT_EQ(Listed("state"), "");
}

TEST_P(Pod, MemberOutlivesItsRuntimeWhereItIsTo) {
  Running member(Making({"run", "--outlive-runtime"}, "echo begun; exec sleep 1000"), Apart());
  AwaitSaid("begun\n");
  AwaitListed("state", "running");
  const pid_t pid = FirstPid();
  member.Signal(SIGKILL);
  member.Await();
  EXPECT_EQ(Later({"exec", kName, "/bin/cat", "/proc/1/comm"}).out, "init\n");
  EXPECT_EQ(Later({"kill", kName, "KILL"}).err, "");
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  EXPECT_EQ(Later({"gc"}).status, 0);
  EXPECT_EQ(Listed("state"), "");
}

TEST_P(Pod, MemberEndsWithTheFirstOfAll) {
  Running member(Making({"run"}, "echo begun; exec sleep 1000"));
  ASSERT_TRUE(member.AwaitOutput("begun\n")) << member.Await().err;
  Later({"kill", id(), "KILL"});
  EXPECT_EQ(member.Await().status, 128 + SIGKILL);
}

TEST_P(Pod, TakesNoMemberOnceItsFirstHasEnded) {
  const sys::Fd kept(open(File("pid").c_str(), O_RDONLY | O_CLOEXEC));
  Later({"kill", id(), "KILL"});
  AwaitEnd();
  const std::string path =
      "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(kept.get());
  const RunResult result = RunProgram(Making({"run"}, Stages(path), "true"));
  EXPECT_NE(result.err.find("cannot make a process in the pid namespace that is joined (its PID 1 "
                            "has ended; or there is too little memory)\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.status, 125);
}

TEST_P(Pod, MemberHasATerminalOfItsOwn) {
  Pty terminal;
  fs::create_symlink(terminal.path(), test_.Path("terminal"));
  Running member(Making({"run"},
                        Stages(File("pid"),
                               "  - good-hands-over: {terminal: " + test_.Path("terminal") + "}\n"),
                        "tty; echo on it > /dev/tty; exit 4"),
                 Apart());
  EXPECT_TRUE(terminal.Expect(terminal.path() + "\r\non it\r\n")) << terminal.screen() << Said();
  EXPECT_EQ(member.Await().status, 4);
}

}  // namespace
}  // namespace slipway::testing
