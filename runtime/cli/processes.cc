#include "runtime/cli/processes.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "runtime/cli/json_text.h"
#include "runtime/sdk/error.h"

namespace slipway::cli {
namespace {

// The words behind "NAME:" of a line of the status.
std::optional<std::vector<std::string_view>> Field(std::string_view status, std::string_view name) {
  while (!status.empty()) {
    std::string_view line = status.substr(0, status.find('\n'));
    status.remove_prefix(std::min(line.size() + 1, status.size()));
    if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") continue;
    line.remove_prefix(name.size() + 1);
    std::vector<std::string_view> words;
    while (true) {
      const size_t begin = line.find_first_not_of(" \t");
      if (begin == std::string_view::npos) return words;
      line.remove_prefix(begin);
      words.push_back(line.substr(0, line.find_first_of(" \t")));
      line.remove_prefix(words.back().size());
    }
  }
  return std::nullopt;
}

bool Number(std::string_view text, int64_t& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

}  // namespace

bool ReadStatus(std::string_view status, ProcessRow& row) {
  const auto state = Field(status, "State");
  const auto user = Field(status, "Uid");
  const auto inside = Field(status, "NSpid");
  if (!state || state->empty() || !user || user->size() < 2) return false;
  row.state = state->front();
  // The last number of NSpid is that of the innermost namespace.
  row.inside = row.pid;
  if (inside && !inside->empty()) (void)Number(inside->back(), row.inside);
  return Number((*user)[1], row.user);
}

std::string CommandOf(std::string_view cmdline) {
  while (cmdline.ends_with('\0')) cmdline.remove_suffix(1);
  std::string text(cmdline);
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::string ProcessesAsTable(const std::vector<ProcessRow>& rows) {
  std::vector<std::array<std::string, 5>> lines = {{"PID", "INSIDE", "USER", "STATE", "COMMAND"}};
  for (const ProcessRow& row : rows) {
    lines.push_back({std::to_string(row.pid), std::to_string(row.inside), std::to_string(row.user),
                     row.state, internal::Printable(row.command)});
  }
  std::array<size_t, 5> widths{};
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i + 1 < line.size(); ++i) {
      text += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
    }
    text += line.back() + "\n";
  }
  return text;
}

std::string ProcessesAsJson(const std::vector<ProcessRow>& rows) {
  boost::json::array array;
  for (const ProcessRow& row : rows) {
    array.push_back({{"pid", row.pid},
                     {"pid_inside", row.inside},
                     {"user", row.user},
                     {"state", JsonText(row.state)},
                     {"command", JsonText(row.command)}});
  }
  return boost::json::serialize(array) + "\n";
}

}  // namespace slipway::cli
