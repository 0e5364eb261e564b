#include "runtime/sys/subordinate_ids.h"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>

#include "runtime/sys/file.h"
#include "runtime/sys/system_program.h"

namespace slipway::sys {
namespace {

bool ReadNumber(std::string_view text, uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// OWNER:FIRST:COUNT.
bool ReadLine(std::string_view line, SubordinateIds& read) {
  const size_t first = line.find(':');
  const size_t second = line.find(':', first + 1);
  if (first == 0 || first == std::string_view::npos || second == std::string_view::npos) {
    return false;
  }
  read.owner = line.substr(0, first);
  return ReadNumber(line.substr(first + 1, second - first - 1), read.ids.first) &&
         ReadNumber(line.substr(second + 1), read.ids.count) && read.ids.count != 0;
}

}  // namespace

Result<std::string> ReadSubordinateIds(const std::string& path) {
  ASSIGN_OR_RETURN(const Fd file, Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  return ReadFile(file, path);
}

std::string NameOfUser() {
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : std::string();
}

std::vector<SubordinateIds> ParseSubordinateIds(std::string_view text) {
  std::vector<SubordinateIds> all;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    SubordinateIds read;
    if (ReadLine(line, read)) all.push_back(std::move(read));
  }
  return all;
}

std::vector<Ids> SubordinateIdsOf(const std::string& path, uid_t user, const std::string& name) {
  std::vector<Ids> own;
  const auto text = ReadSubordinateIds(path);
  if (!text.ok()) return own;
  for (const SubordinateIds& line : ParseSubordinateIds(*text)) {
    if (line.owner == std::to_string(user) || (!name.empty() && line.owner == name)) {
      own.push_back(line.ids);
    }
  }
  return own;
}

bool AreSubordinateIdsElsewhere(const std::string& path) {
  const auto text = ReadFile(path);
  return text.ok() && ("\n" + *text).find("\nsubid:") != std::string::npos;
}

std::string FindIdHelper(const char* name) { return FindSystemProgram(name); }

}  // namespace slipway::sys
