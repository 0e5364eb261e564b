#include "runtime/config/own_folder.h"

#include <cstdlib>

namespace slipway::config {
namespace {

std::optional<std::string> AbsoluteIn(const char* variable) {
  const char* value = secure_getenv(variable);
  if (value == nullptr || *value != '/') return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> HomeFolder() { return AbsoluteIn("HOME"); }

std::optional<std::string> OwnFolder(const char* variable, std::string_view below_home) {
  std::optional<std::string> folder = AbsoluteIn(variable);
  if (folder) return folder;
  folder = HomeFolder();
  if (folder) folder->append("/").append(below_home);
  return folder;
}

}  // namespace slipway::config
