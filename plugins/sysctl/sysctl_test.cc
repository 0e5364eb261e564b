#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::ReadText;
using slipway::testing::RunResult;

constexpr char kDomain[] = "/proc/sys/kernel/domainname";

std::string Stages(const std::string& values) {
  return "  - uts\n  - pid\n  - mount: {root: root}\n  - proc\n  - sysctl: {values: {" + values +
         "}}\n";
}

void ExpectRefused(const std::string& stages, const std::string& line) {
  const RunResult result = ContainerTest().RunScript(stages, "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
}

TEST(Sysctl, SetsOneOfTheContainersOwnUtsNamespace) {
  const std::string before = ReadText(kDomain);
  for (const char* name : {"kernel.domainname", "kernel/domainname"}) {
    const RunResult result = ContainerTest().RunScript(Stages(std::string(name) + ": of.the.test"),
                                                       std::string("cat ") + kDomain);
    EXPECT_EQ(result.out, "of.the.test\n") << name << result.err;
  }
  EXPECT_EQ(ReadText(kDomain), before) << "the host's";
}

TEST(Sysctl, TheMachinesAreRefused) {
  for (const char* name : {"vm.swappiness", "kernel.core_pattern", "kernel.hostname", "fs.file-max",
                           "kernel.sem.more", "netto.x"}) {
    ExpectRefused(Stages(std::string(name) + ": 1"),
                  std::string(": sysctl: values.") + name + ": would change the whole machine \"" +
                      name +
                      "\" (a container has net.*, user.*, fs.mqueue.*, kernel.domainname, and "
                      "kernel.msg*, sem* and shm* of its own; uts sets the host name)");
  }
}

TEST(Sysctl, ANameLeadsNowhereElse) {
  for (const char* name : {"net/../vm/swappiness", "net..x", "net.", "/net", "net/ipv4/."}) {
    ExpectRefused(Stages(std::string("\"") + name + "\": 1"),
                  std::string(": not the name of a kernel parameter \"") + name +
                      "\" (write it as sysctl(8) does: net.ipv4.ip_forward)");
  }
}

TEST(Sysctl, AValueIsOneLine) {
  for (const char* value : {"\"\"", "\"1\\n0\""}) {
    ExpectRefused(Stages(std::string("kernel.domainname: ") + value),
                  "sysctl: values.kernel.domainname: not a value of a kernel parameter");
  }
}

TEST(Sysctl, OneParameterByTwoNamesIsRefused) {
  ExpectRefused(Stages("kernel.domainname: a, kernel/domainname: b"),
                "sysctl: values.kernel/domainname: given twice \"kernel/domainname\" (as "
                "kernel.domainname too)");
}

TEST(Sysctl, NeedsAnOwnNamespaceOfItsKind) {
  ExpectRefused("  - pid\n  - mount: {root: root}\n  - sysctl: {values: {kernel.domainname: x}}\n",
                "test.yaml:5:42: sysctl: values.kernel.domainname: would change the runtime's own "
                "\"kernel.domainname\" (the container has no uts namespace of its own: put a stage "
                "that makes one into the pipeline)");
  ExpectRefused(Stages("net.ipv4.ip_forward: 1"), "(the container has no net namespace of its own");
}

TEST(Sysctl, ValuesAreRequired) {
  ExpectRefused("  - uts\n  - sysctl\n", "test.yaml:4:5: sysctl: missing option \"values\"");
}

TEST(Sysctl, SaysWhatItWouldDo) {
  const RunResult result = ContainerTest().Plan(Stages("kernel.domainname: x"));
  EXPECT_NE(result.out.find("/proc/sys/kernel/domainname  x\n"), std::string::npos) << result.out;
}

}  // namespace
