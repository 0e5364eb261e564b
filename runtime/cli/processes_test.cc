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

TEST(Processes, ACommandLineIsItsWords) {
  EXPECT_EQ(CommandOf(std::string_view("sh\0-c\0x\0\0", 9)), "sh -c x");
}

TEST(Processes, ACommandCannotDrawOnTheTerminal) {
  const std::vector<ProcessRow> rows = {
      {.pid = 1, .inside = 1, .state = "S", .command = "\033[31m\xff\xe2\x80\xaetxt \xc3\xa4"}};
  EXPECT_EQ(ProcessesAsTable(rows),
            "PID  INSIDE  USER  STATE  COMMAND\n"
            "1    1       0     S      ?[31m??txt \xc3\xa4\n");
  EXPECT_NE(ProcessesAsJson(rows).find("\"\\u001b[31m\xef\xbf\xbd\xe2\x80\xaetxt \xc3\xa4\""),
            std::string::npos)
      << ProcessesAsJson(rows);
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
