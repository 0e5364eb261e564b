#include "runtime/sys/ids.h"

#include <linux/capability.h>

#include <cstdlib>

#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::sys {

bool MayMapAnyIds() { return HasCapability(CAP_SETUID) && HasCapability(CAP_SETGID); }

bool AreIds(const Ids& ids) {
  return ids.count != 0 && uint64_t{ids.first} + ids.count - 1 <= kLastId;
}

bool Overlap(const Ids& one, const Ids& other) {
  return one.first < uint64_t{other.first} + other.count &&
         other.first < uint64_t{one.first} + one.count;
}

bool IsWithin(const Ids& one, const Ids& other) {
  return one.first >= other.first &&
         uint64_t{one.first} + one.count <= uint64_t{other.first} + other.count;
}

Result<std::vector<MapLine>> ReadIdMap(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, sys::ReadFile(path));
  std::vector<uint32_t> numbers;
  const char* at = text.c_str();
  char* end = nullptr;
  for (auto number = strtoul(at, &end, 10); end != at; number = strtoul(at, &end, 10)) {
    numbers.push_back(static_cast<uint32_t>(number));
    at = end;
  }
  std::vector<MapLine> lines;
  for (size_t i = 0; i + 2 < numbers.size(); i += 3) {
    lines.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  }
  return lines;
}

}  // namespace slipway::sys
