#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;

std::string HostName() {
  char name[65] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

constexpr char kUts[] = "  - uts\n  - mount: {root: root}\n";

TEST(Uts, HostnameIsContainerByDefault) {
  EXPECT_EQ(ContainerTest().RunScript(kUts, "hostname").out, "container\n");
}

TEST(Uts, HostnameIsTheConfigs) {
  const auto result =
      ContainerTest().RunScript("  - uts: {hostname: web}\n  - mount: {root: root}\n", "hostname");
  EXPECT_EQ(result.out, "web\n") << result.err;
}

TEST(Uts, DomainnameIsTheConfigs) {
  const auto result = ContainerTest().RunScript(
      "  - uts: {domainname: example.org}\n  - mount: {root: root}\n  - pid\n  - proc\n",
      "cat /proc/sys/kernel/domainname");
  EXPECT_EQ(result.out, "example.org\n") << result.err;
}

TEST(Uts, HostKeepsItsName) {
  const std::string before = HostName();
  const auto result = ContainerTest().RunScript(kUts, "hostname inside && hostname");
  EXPECT_EQ(result.out, "inside\n") << result.err;
  EXPECT_EQ(HostName(), before);
}

TEST(Uts, LongestHostnameIs64Bytes) {
  const std::string longest(64, 'h');
  const auto result = ContainerTest().RunScript(
      "  - uts: {hostname: " + longest + "}\n  - mount: {root: root}\n", "hostname");
  EXPECT_EQ(result.out, longest + "\n") << result.err;
}

TEST(Uts, TooLongAHostnameIsRefusedBeforeAnythingStarts) {
  const auto result = ContainerTest().RunScript(
      "  - uts: {hostname: " + std::string(65, 'h') + "}\n  - mount: {root: root}\n", "hostname");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("test.yaml:3:21: uts: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("hostname"), std::string::npos) << result.err;
}

TEST(Uts, TellsWhatItWouldDo) {
  const auto plan = ContainerTest().Plan("  - uts: {hostname: web, domainname: example.org}\n");
  EXPECT_NE(plan.out.find("  namespace  uts          a new one\n"
                          "  other      host name    web\n"
                          "  other      domain name  example.org\n"),
            std::string::npos)
      << plan.out << plan.err;
}

}  // namespace
