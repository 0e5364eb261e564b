#include "runtime/config/find.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

namespace slipway::config {
namespace {

// Folders are passed over: `--config ubuntu` does not mean a folder that happens to be there.
bool Exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

// The XDG base directory specification: a relative path counts as not set.
std::optional<std::string> UserFolder() {
  const char* config_home = secure_getenv("XDG_CONFIG_HOME");
  if (config_home != nullptr && *config_home == '/') return std::string(config_home) + "/slipway";
  const char* home = secure_getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.config/slipway";
  return std::nullopt;
}

std::string CurrentFolderInWords() {
  const bool entered = access(".", X_OK) == 0;
  const std::string folder = "the current folder";
  if (!entered && errno == EACCES) return folder + " (which this user may not enter)";
  const std::unique_ptr<char, decltype(&free)> name(getcwd(nullptr, 0), free);
  return name == nullptr && errno == ENOENT ? folder + " (which has been deleted)" : folder;
}

}  // namespace

Result<std::string> Find(const std::string& name,
                         const std::vector<std::string>& installed_folders) {
  if (name.find('/') != std::string::npos) return name;
  if (name.empty()) return Error("config without a name");
  if (Exists(name)) return name;
  std::vector<std::string> folders;
  if (std::optional<std::string> user = UserFolder()) folders.push_back(*std::move(user));
  folders.emplace_back("/etc/slipway");
  folders.insert(folders.end(), installed_folders.begin(), installed_folders.end());
  std::string looked = "looked in " + CurrentFolderInWords();
  for (const std::string& folder : folders) {
    std::string path = folder + "/" + name;
    if (Exists(path)) return path;
    looked += ", " + folder;
  }
  return Error("config not found", name, looked);
}

}  // namespace slipway::config
