// The processes of a container, for people and for programs.

#ifndef SLIPWAY_RUNTIME_CLI_PROCESSES_H_
#define SLIPWAY_RUNTIME_CLI_PROCESSES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::cli {

struct ProcessRow {
  int64_t pid = 0;     // as this machine numbers it
  int64_t inside = 0;  // as the container does
  int64_t user = 0;    // its effective user id here
  std::string state;   // a letter of ps(1): R, S, D, T, Z ...
  std::string command;
};

// Fills in all but the pid and the command from /proc/PID/status, proc(5). False: that is no such
// text.
bool ReadStatus(std::string_view status, ProcessRow& row);

// What /proc/PID/cmdline holds, with blanks between the words. Any byte may be in it.
std::string CommandOf(std::string_view cmdline);

// With a line of headings. No command draws on the terminal.
std::string ProcessesAsTable(const std::vector<ProcessRow>& rows);

// One line, an array: [{"pid":4711,"pid_inside":1,"user":0,"state":"S","command":"sleep 60"}].
std::string ProcessesAsJson(const std::vector<ProcessRow>& rows);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_PROCESSES_H_
