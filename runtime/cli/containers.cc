#include "runtime/cli/containers.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <ctime>

#include "runtime/cli/json_text.h"
#include "runtime/cli/json_texts.h"
#include "runtime/sdk/error.h"

namespace slipway::cli {
namespace {

constexpr int64_t kNanoseconds = 1'000'000'000;
constexpr size_t kGap = 2;  // blanks between columns

using Cells = std::array<std::string, 6>;

// A config's path may hold any byte: none of them breaks the line, or talks to the terminal.
using internal::Printable;

std::string Format(const char* format, const std::tm& time) {
  char text[32];
  return {text, std::strftime(text, sizeof(text), format, &time)};
}

std::string LocalTime(int64_t nanoseconds) {
  const std::time_t seconds = nanoseconds / kNanoseconds;
  std::tm time{};
  return localtime_r(&seconds, &time) ? Format("%Y-%m-%d %H:%M:%S", time) : std::string("?");
}

std::string UtcTime(int64_t nanoseconds) {
  const std::time_t seconds = nanoseconds / kNanoseconds;
  std::tm time{};
  return gmtime_r(&seconds, &time) ? Format("%Y-%m-%dT%H:%M:%SZ", time) : std::string();
}

std::string State(const ContainerRow& row) {
  if (row.exit_status)
    return row.state + " (" + std::to_string(*row.exit_status) +
           (row.timed_out ? ", timeout)" : ")");
  return row.state == "dead" && row.pid != 0 ? "dead, still running" : row.state;
}

}  // namespace

std::string ContainersAsTable(const std::vector<ContainerRow>& rows, const std::string& owner,
                              const std::string& folder) {
  std::vector<Cells> lines = {{"ID", "STATE", "PID", "SINCE", "CONFIG", "COMMAND"}};
  for (const ContainerRow& row : rows) {
    lines.push_back({Printable(row.id), State(row), row.pid ? std::to_string(row.pid) : "-",
                     LocalTime(row.since), Printable(row.config), Printable(row.command)});
  }
  std::array<size_t, std::tuple_size_v<Cells>> widths{};
  for (const Cells& cells : lines) {
    for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const Cells& cells : lines) {
    for (size_t i = 0; i + 1 < cells.size(); ++i) {
      text += cells[i] + std::string(widths[i] - cells[i].size() + kGap, ' ');
    }
    text += cells.back() + "\n";
  }
  const std::string count = rows.empty() ? "no" : std::to_string(rows.size());
  return text + count + (rows.size() == 1 ? " container of " : " containers of ") + owner +
         "; the state folder is " + Printable(folder) + "\n";
}

std::string ContainersAsJson(const std::vector<ContainerRow>& rows) {
  boost::json::array containers;
  for (const ContainerRow& row : rows) {
    containers.push_back(
        {{"id", JsonText(row.id)},
         {"state", row.state},
         {"pid", row.pid ? boost::json::value(row.pid) : nullptr},
         {"since", UtcTime(row.since)},
         {"config", JsonText(row.config)},
         {"extends", JsonTexts(row.extends)},
         {"command", JsonText(row.command)},
         {"log", row.log.empty() ? nullptr : boost::json::value(JsonText(row.log))},
         {"exit_status", row.exit_status ? boost::json::value(*row.exit_status) : nullptr},
         {"timed_out", row.timed_out}});
  }
  return boost::json::serialize(containers) + "\n";
}

}  // namespace slipway::cli
