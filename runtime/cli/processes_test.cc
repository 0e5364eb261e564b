#include "runtime/cli/processes.h"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(Processes, StatusGivesStateUserAndTheInnermostPid) {
  ProcessRow row{.pid = 4711, .state = {}, .command = {}};
  ASSERT_TRUE(ReadStatus(
      "Name:\tsleep\nState:\tS (sleeping)\nUid:\t1000\t0\t0\t0\nNSpid:\t4711\t12\t3\n", row));
  EXPECT_EQ(row.state, "S");
  EXPECT_EQ(row.user, 0);
  EXPECT_EQ(row.inside, 3);
}

TEST(Processes, AnotherTextIsNoStatus) {
  ProcessRow row;
  EXPECT_FALSE(ReadStatus("", row));
  EXPECT_FALSE(ReadStatus("State:\nUid:\t1\n", row));
}

TEST(Processes, ACommandCannotDrawOnTheTerminal) {
  EXPECT_EQ(CommandOf(std::string_view("sh\0-c\0\033[31m\nx\0", 14)), "sh -c ?[31m?x");
}

TEST(Processes, TableAndJson) {
  const std::vector<ProcessRow> rows = {
      {.pid = 4711, .inside = 1, .user = 0, .state = "S", .command = "sleep 60"}};
  EXPECT_EQ(ProcessesAsTable(rows),
            "PID   INSIDE  USER  STATE  COMMAND\n"
            "4711  1       0     S      sleep 60\n");
  EXPECT_EQ(
      ProcessesAsJson(rows),
      "[{\"pid\":4711,\"pid_inside\":1,\"user\":0,\"state\":\"S\",\"command\":\"sleep 60\"}]\n");
}

}  // namespace
}  // namespace slipway::cli
