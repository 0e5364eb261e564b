#include "runtime/cli/containers.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace slipway::cli {
namespace {

constexpr int64_t kSince = 1795459943'213044117;  // 2026-11-23 18:52:23 UTC

std::vector<ContainerRow> SomeRows() {
  return {
      {.id = "web",
       .state = "running",
       .pid = 4711,
       .since = kSince,
       .config = "/etc/a b.yaml",
       .command = "sh -c ls"},
      {.id = "slipway-0123456789abcdef", .state = "dead", .since = kSince, .config = "/x\n\033"}};
}

TEST(ContainersAsTable, HasColumnsAsWideAsNeeded) {
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(
      ContainersAsTable(SomeRows(), "root", "/run/slipway"),
      "ID                        STATE    PID   SINCE                CONFIG         COMMAND\n"
      "web                       running  4711  2026-11-23 18:52:23  /etc/a b.yaml  sh -c ls\n"
      "slipway-0123456789abcdef  dead     -     2026-11-23 18:52:23  /x??           \n"
      "2 containers of root; the state folder is /run/slipway\n");
}

TEST(ContainersAsTable, HasLocalTimes) {
  setenv("TZ", "XYZ-5:30", 1);
  tzset();
  const std::string text = ContainersAsTable(SomeRows(), "root", "/run/slipway");
  EXPECT_NE(text.find("2026-11-24 00:22:23"), std::string::npos) << text;
}

TEST(ContainersAsTable, WithoutContainersIsItsHeadings) {
  EXPECT_EQ(ContainersAsTable({}, "root", "/run/slipway"),
            "ID  STATE  PID  SINCE  CONFIG  COMMAND\n"
            "no containers of root; the state folder is /run/slipway\n");
}

TEST(ContainersAsJson, IsOneLineWithTimesOfUtc) {
  EXPECT_EQ(
      ContainersAsJson(SomeRows()),
      "[{\"id\":\"web\",\"state\":\"running\",\"pid\":4711,"
      "\"since\":\"2026-11-23T18:52:23Z\",\"config\":\"/etc/a b.yaml\",\"command\":\"sh -c ls\","
      "\"log\":null,\"exit_status\":null,\"timed_out\":false},"
      "{\"id\":\"slipway-0123456789abcdef\",\"state\":\"dead\",\"pid\":null,"
      "\"since\":\"2026-11-23T18:52:23Z\",\"config\":\"/x\\n\\u001b\",\"command\":\"\","
      "\"log\":null,\"exit_status\":null,\"timed_out\":false}]\n");
}

TEST(ContainersAsTable, TellsHowOneHasStopped) {
  const std::string text = ContainersAsTable(
      {{.id = "web", .state = "stopped", .config = {}, .exit_status = 3}}, "", "");
  EXPECT_NE(text.find("\nweb  stopped (3)  -  "), std::string::npos) << text;
}

TEST(ContainersAsTable, TellsThatTheTimeWasUp) {
  const std::string text = ContainersAsTable(
      {{.id = "web", .state = "stopped", .config = {}, .exit_status = 124, .timed_out = true}}, "",
      "");
  EXPECT_NE(text.find("\nweb  stopped (124, timeout)  -  "), std::string::npos) << text;
}

TEST(ContainersAsJson, TellsOfTheLogAndTheExitStatus) {
  const std::string text = ContainersAsJson({{.id = "web",
                                              .state = "stopped",
                                              .config = {},
                                              .log = "/l",
                                              .exit_status = 124,
                                              .timed_out = true}});
  EXPECT_NE(text.find("\"log\":\"/l\",\"exit_status\":124,\"timed_out\":true}"), std::string::npos)
      << text;
}

TEST(ContainersAsJson, WithoutContainersIsAnEmptyArray) { EXPECT_EQ(ContainersAsJson({}), "[]\n"); }

}  // namespace
}  // namespace slipway::cli
