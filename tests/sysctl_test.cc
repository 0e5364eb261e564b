// The stage sysctl with namespaces of each kind, which no stage of plugins/ makes alone.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

struct Case {
  const char* kind;
  const char* name;
  const char* value;
  const char* path;
};

class SysctlOfKind : public ::testing::TestWithParam<Case> {
 protected:
  RunResult Run(const std::string& value) {
    const Case& param = GetParam();
    test_.MakeRoot();
    const std::string config =
        test_.WriteStages(std::string("  - good-namespaces: {own: [") + param.kind +
                          "]}\n  - pid\n  - mount: {root: root}\n  - proc\n  - sysctl: {values: {" +
                          param.name + ": \"" + value + "\"}}\n");
    return test_.RunContainer(config, {"/bin/cat", param.path}, {},
                              {"--plugin-dir", Runfile("tests/plugins")});
  }

  ContainerTest test_;
};

TEST_P(SysctlOfKind, IsTheContainersAlone) {
  const std::string before = ReadText(GetParam().path);
  const RunResult result = Run(GetParam().value);
  EXPECT_EQ(result.out, std::string(GetParam().value) + "\n") << result.err;
  EXPECT_EQ(ReadText(GetParam().path), before) << "the host's";
  EXPECT_NE(before, result.out) << "the test would see nothing";
}

TEST_P(SysctlOfKind, AValueThatTheKernelRefusesIsNamed) {
  const RunResult result = Run("nonsense");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find(std::string("sysctl: values.") + GetParam().name + ": cannot write"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("(the kernel does not take this value)"), std::string::npos)
      << result.err;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SysctlOfKind,
    ::testing::Values(Case{"net", "net.ipv4.ip_default_ttl", "77",
                           "/proc/sys/net/ipv4/ip_default_ttl"},
                      Case{"ipc", "kernel.msgmax", "12345", "/proc/sys/kernel/msgmax"},
                      Case{"ipc", "fs.mqueue.msg_max", "11", "/proc/sys/fs/mqueue/msg_max"}),
    [](const auto& info) { return std::string(info.param.kind) + std::to_string(info.index); });

constexpr char kNotByMode[] =
    ": Permission denied (in a user namespace the kernel leaves it to the machine's root: leave it "
    "out, or the user namespace)\n";
constexpr char kNotOwned[] =
    ": Permission denied (the container's user namespace does not own the net namespace that it "
    "has "
    "joined: set it where that was made)\n";

RunResult RunWith(const std::string& stages, const std::string& value,
                  const RunOptions& options = {}) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(stages + "  - sysctl: {values: {" + value + "}}\n");
  return RunProgram(test.Argv(config, {"/bin/true"}), options);
}

void ExpectDenied(const RunResult& result, const std::string& end) {
  EXPECT_EQ(result.status, 125);
  EXPECT_TRUE(result.err.ends_with(end)) << result.err;
}

TEST(SysctlDenied, InAUserNamespaceSomeStayTheMachines) {
  ExpectDenied(RunWith("  - user\n  - uts\n", "kernel.domainname: x"), kNotByMode);
}

TEST(SysctlDenied, OneThatCanOnlyBeRead) {
  ExpectDenied(RunWith("  - network\n", "net.ipv4.tcp_available_congestion_control: cubic"),
               ": Permission denied (it can only be read)\n");
}

// A network namespace that somebody has made outside of the container's user namespace.
class SysctlOfAnother : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    owner_ = std::make_unique<Running>(std::vector<std::string>{
        "/usr/bin/unshare", "--net", "/bin/sh", "-c", "echo ready; exec sleep 1000"});
    ASSERT_TRUE(owner_->AwaitOutput("ready\n"));
  }
  void TearDown() override {
    if (owner_ == nullptr) return;
    owner_->Signal(SIGKILL);
    owner_->Await();
  }
  std::string Join() const {
    return "  - network: {join: /proc/" + std::to_string(owner_->pid()) + "/ns/net}\n";
  }
  std::string Value() const {
    const RunResult read =
        RunProgram({"/usr/bin/nsenter", "--target", std::to_string(owner_->pid()), "--net",
                    "/bin/cat", "/proc/sys/net/core/somaxconn"});
    return read.out;
  }

 private:
  std::unique_ptr<Running> owner_;
};

TEST_F(SysctlOfAnother, IsSetForAllWhoAreInIt) {
  const std::string before = ReadText("/proc/sys/net/core/somaxconn");
  const RunResult result = RunWith(Join(), "net.core.somaxconn: 77");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(Value(), "77\n");
  EXPECT_EQ(ReadText("/proc/sys/net/core/somaxconn"), before) << "the host's";
}

TEST_F(SysctlOfAnother, IsNotThatOfAUserNamespace) {
  const std::string before = Value();
  ExpectDenied(RunWith("  - user\n" + Join(), "net.core.somaxconn: 77"), kNotOwned);
  EXPECT_EQ(Value(), before);
}

TEST(SysctlDenied, WhereTheRuntimesOwnAreReadOnly) {
  RunOptions options;
  options.prepare = [] {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("/proc/sys", "/proc/sys", nullptr, MS_BIND, nullptr) != 0 ||
        mount(nullptr, "/proc/sys", nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      abort();
    }
  };
  ExpectDenied(RunWith("  - network\n", "net.core.somaxconn: 77", options),
               ": Read-only file system (the runtime's own /proc/sys is mounted read-only, as "
               "inside of another container)\n");
}

TEST(Sysctl, AValueOfWhichTheKernelHasNoSuchThingIsNamed) {
  ExpectDenied(RunWith("  - network\n", "net.ipv4.tcp_congestion_control: none-such"),
               ": No such file or directory (the kernel does not take this value)\n");
}

TEST(Sysctl, OneThatTheKernelDoesNotHaveIsNamed) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(
      "  - good-namespaces: {own: [net]}\n  - sysctl: {values: {net.core.none: 1}}\n");
  const RunResult result =
      test.RunContainer(config, {"/bin/true"}, {}, {"--plugin-dir", Runfile("tests/plugins")});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("(this kernel has no such parameter, or none for each net namespace)"),
            std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace slipway::testing
