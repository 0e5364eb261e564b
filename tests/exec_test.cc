// A further command in a running container: where it runs, what it has, what the container sees of
// it, and what is left of it.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

constexpr char kPlain[] = "  - uts: {hostname: web}\n  - pid\n  - mount: {root: root}\n  - proc\n";

class Exec : public RunningContainer {};

TEST_F(Exec, RunsInTheContainersNamespacesAndRoot) {
  Start(kPlain);
  const RunResult result =
      Later({"exec", id(), "/bin/sh", "-c", "hostname; cat /etc/ready; ls -d /proc/1; pwd"});
  EXPECT_EQ(result.out, "web\nready\n/proc/1\n/\n") << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST_F(Exec, EntersTheFirstProcessesRootWhereTheMountNamespaceHasAnother) {
  Start("  - pid\n  - mount: {root: root, method: chroot}\n  - proc\n");
  EXPECT_EQ(Later({"exec", id(), "/bin/cat", "/etc/ready"}).out, "ready\n");
}

// The caller's own are others than those of whoever started the container.
TEST_F(Exec, EntersAlsoTheNamespacesThatTheContainerShares) {
  Start(kPlain);
  std::vector<std::string> words = {"/usr/bin/unshare", "--net", "--ipc"};
  for (std::string& word : Argv({"exec", id(), "/bin/sh", "-c",
                                 "readlink /proc/self/ns/net; readlink /proc/self/ns/ipc"})) {
    words.push_back(std::move(word));
  }
  const RunResult result = Running(words).Await();
  EXPECT_EQ(result.out, std::filesystem::read_symlink("/proc/self/ns/net").string() + "\n" +
                            std::filesystem::read_symlink("/proc/self/ns/ipc").string() + "\n")
      << result.err;
}

TEST_F(Exec, ItsStatusIsTheCommands) {
  Start(kPlain);
  EXPECT_EQ(Later({"exec", id(), "/bin/sh", "-c", "exit 7"}).status, 7);
  EXPECT_EQ(Later({"exec", id(), "/bin/sh", "-c", "kill -9 $$"}).status, 128 + SIGKILL);
  EXPECT_EQ(Later({"exec", id(), "nosuch"}).status, 127);
  EXPECT_EQ(Later({"exec", id(), "/etc/ready"}).status, 126);
}

TEST_F(Exec, HasTheContainersEnvironmentAndFolderUnlessToldOtherwise) {
  Start(kPlain, {"-e", "OWN=1", "-w", "/etc"});
  const RunResult own = Later({"exec", id(), "/bin/sh", "-c", "echo $OWN; pwd"});
  EXPECT_EQ(own.out, "1\n/etc\n") << own.err;
  const RunResult other = Later({"exec", "-e", "OWN=2", "-e", "NEW=3", "-w", "/tmp", id(),
                                 "/bin/sh", "-c", "echo $OWN $NEW; pwd"});
  EXPECT_EQ(other.out, "2 3\n/tmp\n") << other.err;
}

TEST_F(Exec, TakesTwoDashesInFrontOfTheCommand) {
  Start(kPlain);
  const RunResult result = Later({"exec", "-w", "/tmp", id(), "--", "/bin/sh", "-c", "pwd"});
  EXPECT_EQ(result.out, "/tmp\n") << result.err;
  ExpectRefusal(Later({"exec", id(), "--"}),
                "no command was given (write runtime exec " + id() + " COMMAND [ARG...])");
}

TEST_F(Exec, CountsInTheContainersCgroup) {
  Start(
      "  - pid\n  - mount: {root: root}\n  - proc\n"
      "  - first-of:\n      - cgroup-v2: {pids.max: 9}\n      - cgroup-v1: {pids.max: 9}\n");
  const RunResult result = Later({"exec", id(), "/bin/cat", "/proc/self/cgroup"});
  EXPECT_NE(result.out.find("/" + id() + "\n"), std::string::npos) << result.out << result.err;
}

TEST_F(Exec, SaysThatTheContainerMayHaveNoMoreProcesses) {
  Start(
      "  - pid\n  - mount: {root: root}\n  - proc\n"
      "  - first-of:\n      - cgroup-v2: {pids.max: 3}\n      - cgroup-v1: {pids.max: 3}\n");
  ExpectRefusal(Later({"exec", id(), "/bin/true"}),
                "cannot make the command's process in the container: Resource temporarily "
                "unavailable (a limit of processes is reached: the container's pids.max, which "
                "counts the command, and the process that starts it; or RLIMIT_NPROC, which counts "
                "all threads of the command's user on the machine)");
}

// Nothing of it is the runtime's: not its file, not its descriptors, not its environment.
TEST_F(Exec, TheContainerSeesNothingOfTheRuntime) {
  Start(kPlain);
  const RunResult result = Later(
      {"exec", id(), "/bin/sh", "-c",
       "for p in /proc/[0-9]*; do readlink $p/exe; done | sort -u; ls /proc/self/fd | wc -l"});
  EXPECT_EQ(result.out.find("runtime"), std::string::npos) << result.out;
  // Its three, and the one by which ls reads the folder.
  EXPECT_TRUE(result.out.ends_with("4\n")) << result.out;
}

TEST_F(Exec, EndsWithItsRuntime) {
  Start(kPlain);
  Running joined(Argv({"exec", id(), "/bin/sh", "-c", "echo begun; exec tail -f /etc/ready"}));
  ASSERT_TRUE(joined.AwaitOutput("begun\n"));
  joined.Signal(SIGKILL);
  joined.Await();
  // Orphans are this test's now: the container does not end before somebody has waited for them.
  while (CountProcesses() != 2) (void)!waitpid(-1, nullptr, WNOHANG);  // the init and the command
}

TEST_F(Exec, ASignalReachesTheCommand) {
  Start(kPlain);
  Running joined(Argv({"exec", id(), "/bin/sh", "-c",
                       "trap 'exit 5' TERM; echo begun; while :; do read x; done"}),
                 {.input = {}});
  ASSERT_TRUE(joined.AwaitOutput("begun\n"));
  joined.Signal(SIGTERM);
  EXPECT_EQ(joined.Await().status, 5);
}

TEST_F(Exec, EndsWithTheContainer) {
  Start(kPlain);
  Running joined(Argv({"exec", id(), "/bin/sh", "-c", "echo begun; exec tail -f /etc/ready"}));
  ASSERT_TRUE(joined.AwaitOutput("begun\n"));
  Signal(SIGKILL);
  EXPECT_EQ(joined.Await().status, 128 + SIGKILL);
}

TEST_F(Exec, WorksWhenTheRuntimeThatStartedItHasBeenKilled) {
  Start(kPlain, {"--outlive-runtime"});
  KillRuntime();
  EXPECT_EQ(Later({"exec", id(), "/bin/cat", "/etc/ready"}).out, "ready\n");
  EXPECT_EQ(Later({"kill", id(), "KILL"}).status, 0);
}

// As CVE-2024-21626 and CVE-2019-5736: a folder or a command that leads to what the runtime has
// open, or to its own file.
TEST_F(Exec, AHostileImageLeadsNowhere) {
  std::filesystem::create_symlink("/proc/self/fd/3", test_.Path("root/work"));
  std::filesystem::create_symlink("/proc/self/exe", test_.Path("root/bin/self"));
  test_.Write("root/bin/script", "#!/proc/self/exe\n");
  std::filesystem::permissions(test_.Path("root/bin/script"), std::filesystem::perms::all);
  Start(kPlain);
  const RunResult work = Later({"exec", "-w", "/work", id(), "/bin/pwd"});
  EXPECT_EQ(work.status, 125) << work.out;
  const RunResult self = Later({"exec", id(), "/bin/self", "version"});
  EXPECT_EQ(self.status, 126) << self.out << self.err;
  const RunResult script = Later({"exec", id(), "/bin/script"});
  EXPECT_EQ(script.status, 126) << script.out << script.err;
}

TEST_F(Exec, RefusesWhatCannotBeJoined) {
  ExpectRefusal(Later({"exec", "nosuch", "ls"}),
                "no such container \"nosuch\" (runtime list shows those that there are; the state "
                "folder is " +
                    State() + ")");
  Start(kPlain);
  ExpectRefusal(Later({"exec", id()}),
                "no command was given (write runtime exec " + id() + " COMMAND [ARG...])");
  ExpectRefusal(Later({"exec", "-w", "tmp", id(), "ls"}),
                "-w: not an absolute path \"tmp\" (write a path of the container)");
  ExpectRefusal(Later({"exec", "-e", "=x", id(), "ls"}),
                "-e: a variable without a name \"=x\" (write -e NAME=VALUE)");
}

}  // namespace
}  // namespace slipway::testing
