#include "plugins/selinux/label.h"

#include <algorithm>

namespace slipway::selinux {
namespace {

// Takes what stands in front of `separator` off the text; all of it, where there is none.
std::string_view Take(std::string_view& text, char separator) {
  const size_t at = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

bool IsIdentifier(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           more.find(c) != std::string_view::npos;
  });
}

bool EndsWithout(std::string_view text, char separator) {
  return !text.empty() && text.back() != separator;
}

// "c1,c5.c9": categories, and ranges of them.
bool AreCategories(std::string_view text) {
  if (!EndsWithout(text, ',')) return false;
  while (!text.empty()) {
    std::string_view range = Take(text, ',');
    if (!EndsWithout(range, '.') || !IsIdentifier(Take(range, '.'), {})) return false;
    if (!range.empty() && !IsIdentifier(range, {})) return false;
  }
  return true;
}

bool IsLevel(std::string_view text) {
  if (!EndsWithout(text, ':') || !IsIdentifier(Take(text, ':'), {})) return false;
  return text.empty() || AreCategories(text);
}

// One level, or the lowest and the highest.
bool AreLevels(std::string_view text) {
  if (!EndsWithout(text, '-') || !IsLevel(Take(text, '-'))) return false;
  return text.empty() || IsLevel(text);
}

}  // namespace

bool IsLabel(std::string_view text) {
  if (!EndsWithout(text, ':')) return false;
  for (int part = 0; part < 3; ++part) {  // user, role, type
    if (!IsIdentifier(Take(text, ':'), "-.")) return false;
  }
  return text.empty() || AreLevels(text);
}

}  // namespace slipway::selinux
