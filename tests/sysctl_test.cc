// The stage sysctl with namespaces of each kind, which no stage of plugins/ makes alone.

#include <gtest/gtest.h>

#include <string>

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
