// Containers that join namespaces of others, as those of a pod do. setns(2).

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "tests/namespace_test.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

constexpr char kRoot[] = "  - mount: {root: root}\n  - proc\n";
constexpr char kShowAll[] =
    "for n in user net ipc uts pid cgroup; do readlink /proc/self/ns/$n; done";

class JoinedNamespace : public NamespaceTest {
 protected:
  std::string Join(const std::string& kinds) const {
    std::string files;
    for (size_t at = 0; at < kinds.size();) {
      const size_t end = std::min(kinds.find(' ', at), kinds.size());
      const std::string kind = kinds.substr(at, end - at);
      files.append(files.empty() ? "" : ", ").append(kind + ": " + File(kind));
      at = end + 1;
    }
    return "  - good-namespaces: {join: {" + files + "}}\n";
  }
  std::string JoinUser() const {
    return "  - good-user-namespace: {own: false, join: " + File("user") + "}\n";
  }
  std::string Names(const std::string& kinds) const {
    std::string names;
    for (size_t at = 0; at < kinds.size();) {
      const size_t end = std::min(kinds.find(' ', at), kinds.size());
      names += Namespace(kinds.substr(at, end - at)) + "\n";
      at = end + 1;
    }
    return names;
  }
};

constexpr char kPod[] =
    "  - good-namespaces: {own: [net, ipc, cgroup]}\n  - uts: {hostname: pod}\n  - pid\n"
    "  - mount: {root: root}\n  - proc\n";

TEST_F(JoinedNamespace, OfAPodAreTheContainers) {
  StartPod(kPod);
  const RunResult result =
      Run(Join("net ipc uts pid cgroup") + kRoot, std::string("hostname; ") + kShowAll);
  EXPECT_EQ(result.out, "pod\n" + Names("user net ipc uts pid cgroup")) << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST_F(JoinedNamespace, WithTheirUserNamespaceMakeTheContainerItsRoot) {
  StartPod(std::string("  - good-user-namespace\n") + kPod);
  const RunResult result =
      Run(JoinUser() + Join("net ipc uts pid cgroup") + kRoot, std::string("id -u; ") + kShowAll);
  EXPECT_EQ(result.out, "0\n" + Names("user net ipc uts pid cgroup")) << result.err;
}

TEST_F(JoinedNamespace, OfUsersHasItsOomScoreAdj) {
  StartPod(std::string("  - good-user-namespace\n") + kPod);
  const RunResult result =
      Run(JoinUser() + "  - priority: {oom_score_adj: 321}\n", "cat /proc/self/oom_score_adj");
  EXPECT_EQ(result.out, "321\n") << result.err;
}

// From inside of the new user namespace it could not be joined any more.
TEST_F(JoinedNamespace, OfOutsideComeBeforeAnOwnUserNamespace) {
  StartPod(kPod);
  const RunResult result =
      Run("  - good-user-namespace\n" + Join("net ipc cgroup") + "  - pid\n" + kRoot,
          "id -u; for n in net ipc cgroup; do readlink /proc/self/ns/$n; done");
  EXPECT_EQ(result.out, "0\n" + Names("net ipc cgroup")) << result.err;
}

TEST_F(JoinedNamespace, OwnOnesBelongToTheJoinedUserNamespace) {
  StartPod(std::string("  - good-user-namespace\n") + kPod);
  const RunResult result =
      Run(JoinUser() + "  - uts: {hostname: own}\n" + Join("net") + "  - pid\n" + kRoot,
          "hostname; hostname other && hostname; ls -d /proc/1");
  EXPECT_EQ(result.out, "own\nother\n/proc/1\n") << result.err;
}

TEST_F(JoinedNamespace, OfProcessesShowsThemInAFreshProcfs) {
  StartPod(kPod);
  const RunResult result =
      Run(Join("pid") + kRoot, "tr '\\0' ' ' </proc/2/cmdline; echo; [ $$ -gt 2 ] && echo own");
  EXPECT_EQ(result.out, "/bin/tail -f /etc/ready \nown\n") << result.err;
}

// The others' processes are not the container's.
TEST_F(JoinedNamespace, OfProcessesEndsNobodyElse) {
  StartPod(kPod);
  const std::string config =
      test_.Write("joins.yaml", "version: 1\nstages:\n" + Join("pid") + kRoot);
  Running other({Runfile("runtime/runtime"), "--plugin-dir", Runfile("tests/plugins"), "--name",
                 "joins", "--root", State(), "--config", config, "--", "/bin/sh", "-c",
                 "sleep 1000 & echo begun; wait"});
  ASSERT_TRUE(other.AwaitOutput("begun\n")) << other.Await().err;
  // It and its child: not the pod's, and not its init.
  const RunResult listed = Later({"ps", "joins"});
  EXPECT_EQ(std::count(listed.out.begin(), listed.out.end(), '\n'), 3) << listed.out << listed.err;
  EXPECT_EQ(listed.out.find("tail"), std::string::npos) << listed.out;
  EXPECT_EQ(Later({"kill", "--all", "joins", "KILL"}).err, "");
  EXPECT_EQ(other.Await().status, 128 + SIGKILL);
  EXPECT_EQ(Later({"exec", id(), "/bin/cat", "/etc/ready"}).out, "ready\n");
}

TEST_F(JoinedNamespace, OfProcessesTakesAFurtherCommand) {
  StartPod(kPod);
  const std::string config =
      test_.Write("joins.yaml", "version: 1\nstages:\n" + Join("pid net") + kRoot);
  Running other({Runfile("runtime/runtime"), "--plugin-dir", Runfile("tests/plugins"), "--name",
                 "joins", "--root", State(), "--config", config, "--", "/bin/sh", "-c",
                 "echo begun; exec tail -f /etc/ready"});
  ASSERT_TRUE(other.AwaitOutput("begun\n")) << other.Await().err;
  while (Later({"list", "--format", "json"}).out.find("creating") != std::string::npos) {
    sched_yield();
  }
  const RunResult result = Later(
      {"exec", "joins", "/bin/sh", "-c", "readlink /proc/self/ns/pid; readlink /proc/self/ns/net"});
  EXPECT_EQ(result.out, Names("pid net")) << result.err;
  Later({"kill", "joins", "KILL"});
  EXPECT_EQ(other.Await().status, 128 + SIGKILL);
}

TEST_F(JoinedNamespace, OfMountsIsEnteredLast) {
  StartPod(kPod);
  const RunResult result = Run(Join("mnt pid"), "readlink /proc/self/ns/mnt; cat /etc/ready");
  EXPECT_EQ(result.out, Names("mnt") + "ready\n") << result.err;
}

TEST_F(JoinedNamespace, TheRuntimesOwnIsThereAlready) {
  const RunResult result = Run(
      "  - good-namespaces: {join: {net: /proc/self/ns/net, pid: /proc/self/ns/pid}}\n", "echo it");
  EXPECT_EQ(result.out, "it\n") << result.err;
}

TEST_F(JoinedNamespace, RefusesWhatDoesNotGoTogether) {
  StartPod(kPod);
  const std::string where = test_.Path("other.yaml");
  ExpectRefusalLike(Run("  - uts: {hostname: own}\n" + Join("uts"), "true"), where,
                    {"good-namespaces: an own uts namespace and one that is joined (the stage uts "
                     "asks for an own one, and good-namespaces joins one: keep one of them)"});
  ExpectRefusalLike(Run("  - good-user-namespace\n" + Join("mnt"), "true"), where,
                    {"good-namespaces: cannot join a mnt namespace from inside of a user namespace "
                     "that does not own it (the stage good-user-namespace asks for"});
  ExpectRefusalLike(
      Run("  - good-namespaces: {join: {net: " + File("ipc") + "}}\n", "true"), where,
      {"good-namespaces: not a namespace of the kind \"net\" (it is a ipc namespace; take a file"});
}

// A namespace of processes that the runtime is itself inside of.
TEST_F(JoinedNamespace, SaysWhoseWishTheKernelRefuses) {
  const std::string config =
      test_.Write("outer.yaml", "version: 1\nstages:\n  - good-namespaces: {join: {pid: /proc/" +
                                    std::to_string(getpid()) + "/ns/pid}}\n");
  const RunResult result = RunProgram(
      {"/usr/bin/unshare", "--pid", "--fork", Runfile("runtime/runtime"), "--plugin-dir",
       Runfile("tests/plugins"), "--root", State(), "--config", config, "--", "/bin/true"});
  ExpectRefusalLike(result, config,
                    {"good-namespaces: cannot join the pid namespace: Invalid argument (only one "
                     "inside of the runtime's own can be joined)"});
}

}  // namespace
}  // namespace slipway::testing
