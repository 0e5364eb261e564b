// A container that joins the PID namespace of another, as one of a pod does, whose root nobody
// holds back: what the processes there find of the runtime, which has the host's files, while it
// starts.

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/init/orders.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"
#include "tests/held_birth.h"
#include "tests/namespace_test.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kWaits[] = "  - bad-waits: {dir: ., hook: in-child}\n";
constexpr char kPod[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

// A process that has just been born in the pod's namespace.
struct Newborn {
  std::string exe;
  std::string environment;
  bool at_hosts_root;
};

bool IsSameFile(const std::string& one, const std::string& other) {
  struct stat first {};
  struct stat second {};
  return stat(one.c_str(), &first) == 0 && stat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

class HostilePod : public NamespaceTest {
 protected:
  std::string Stages(const std::string& more = "") const {
    return "  - good-namespaces: {join: {pid: " + File("pid") + "}, init: true}\n" + more +
           "  - mount: {root: root}\n  - proc\n";
  }

  Words ArgvOf(const std::string& stages, const Words& command) const {
    const std::string config = test_.Write("other.yaml", "version: 1\nstages:\n" + stages);
    Words words = {Runfile("runtime/runtime"),
                   "--plugin-dir",
                   Runfile("tests/plugins"),
                   "--root",
                   State(),
                   "--config",
                   config,
                   "--"};
    words.insert(words.end(), command.begin(), command.end());
    return words;
  }

  // Looks around in the pod while a container of these stages is in a hook, which it then leaves.
  void ExpectUnseen(const std::string& stages) const {
    for (const char* name : {"there", "go"}) {
      ASSERT_EQ(mkfifo(test_.Path(name).c_str(), 0600), 0);
      ASSERT_EQ(chmod(test_.Path(name).c_str(), 0666), 0);
    }
    Running other(ArgvOf(stages, {"/bin/echo", "runs"}));
    // Opened once the hook runs.
    const sys::Fd waits(open(test_.Path("there").c_str(), O_RDONLY | O_CLOEXEC));
    const RunResult looked =
        Later({"exec", id(), "/bin/sh", "-c",
               "for p in $(seq 3 99); do [ $p = $$ ] || ! kill -0 $p 2>/dev/null || echo $p; done; "
               "for p in /proc/[0-9]*; do [ $p = /proc/$$ ] || cat $p/comm; done"});
    EXPECT_EQ(looked.out, "init\nbusybox\n") << looked.err;
    close(open(test_.Path("go").c_str(), O_WRONLY | O_CLOEXEC));
    const RunResult result = other.Await();
    EXPECT_EQ(result.out, "runs\n") << result.err;
  }

  // Runs it under ptrace(2) to its end, and looks at each process that is born in another pid
  // namespace than this one before it runs. status: gets what waitpid(2) tells.
  static std::vector<Newborn> BirthsOf(const Words& argv, int& status) {
    constexpr long kEachChild = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    const pid_t runtime = fork();
    if (runtime == 0) {
      std::vector<char*> words;
      for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
      words.push_back(nullptr);
      raise(SIGSTOP);
      execv(words[0], words.data());
      _exit(127);
    }
    waitpid(runtime, &status, WUNTRACED);
    EXPECT_EQ(ptrace(PTRACE_SEIZE, runtime, 0, kEachChild), 0) << errno;
    kill(runtime, SIGCONT);
    std::vector<Newborn> born;
    while (true) {
      int stop = 0;
      const pid_t pid = waitpid(-1, &stop, __WALL);
      if (!WIFSTOPPED(stop)) {
        if (pid != runtime) continue;
        status = stop;
        return born;
      }
      const int event = stop >> 16;
      const std::string proc = "/proc/" + std::to_string(pid);
      if (event == PTRACE_EVENT_STOP && !IsSameFile(proc + "/ns/pid", "/proc/self/ns/pid")) {
        born.push_back({fs::read_symlink(proc + "/exe"), ReadText(proc + "/environ"),
                        IsSameFile(proc + "/root", "/")});
      }
      ptrace(PTRACE_CONT, pid, 0, event == 0 ? WSTOPSIG(stop) : 0);
    }
  }
};

TEST_F(HostilePod, SeesNobodyWhileHooksRun) {
  StartPod(kPod);
  ExpectUnseen(Stages(kWaits));
}

TEST_F(HostilePod, WithItsOwnUserNamespaceSeesNobodyEither) {
  StartPod(std::string("  - good-user-namespace\n") + kPod);
  ExpectUnseen("  - good-user-namespace: {own: false, join: " + File("user") + "}\n" +
               Stages(kWaits));
}

TEST_F(HostilePod, OfOutsideAnOwnUserNamespaceSeesNobodyEither) {
  StartPod(kPod);
  ExpectUnseen("  - good-user-namespace\n  - good-namespaces: {join: {pid: " + File("pid") +
               "}}\n" + kWaits + "  - mount: {root: root}\n");
}

TEST_F(HostilePod, SeesNothingOfTheHostFromAnyProcesssBirthOn) {
  StartPod(kPod);
  int status = -1;
  const std::vector<Newborn> born = BirthsOf(ArgvOf(Stages(), {"/bin/sh", "-c", "exit 3"}), status);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 3) << status;
  EXPECT_GE(born.size(), 2U) << "the init and the command";
  for (const Newborn& one : born) {
    EXPECT_EQ(one.exe, "/memfd:slipway-init (deleted)");
    EXPECT_EQ(one.environment, "");
    EXPECT_FALSE(one.at_hosts_root);
  }
}

// Whoever is in there has taken the channel.
TEST_F(HostilePod, CannotPassAnotherProcessOffAsTheFirst) {
  StartPod(kPod);
  HeldBirth birth(ArgvOf(Stages(), {"/bin/true"}), PTRACE_EVENT_FORK);
  const pid_t other = fork();
  if (other == 0) {
    while (true) pause();
  }
  birth.Answer(init::Step::kBorn, 0, other);
  birth.LetMakerGo();
  const RunResult result = birth.Await();
  EXPECT_EQ(result.err,
            "runtime: another process has answered than the one that runs the command (one of the "
            "container, which has taken the runtime's channel)\n");
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(kill(birth.born(), 0), -1) << "it was not ended";
  EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0) << "it was killed";
  kill(other, SIGKILL);
  EXPECT_EQ(waitpid(other, nullptr, 0), other);
}

TEST_F(HostilePod, ThatKillsTheFirstAtItsBirthIsToldOf) {
  StartPod(kPod);
  HeldBirth birth(ArgvOf(Stages(), {"/bin/true"}), PTRACE_EVENT_FORK);
  kill(birth.born(), SIGKILL);
  birth.LetMakerGo();
  const RunResult result = birth.Await();
  EXPECT_NE(result.err.find("ended before the command ran"), std::string::npos) << result.err;
  EXPECT_EQ(result.status, 125);
}

}  // namespace
}  // namespace slipway::testing
