#include "runtime/config/find.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/config/own_folder.h"
#include "runtime/config/path.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

constexpr std::string_view kEndings[] = {".yaml", ".yml"};

struct CloseFolder {
  void operator()(DIR* stream) const { closedir(stream); }
};

bool HasEnding(std::string_view name) {
  return std::any_of(std::begin(kEndings), std::end(kEndings), [name](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  });
}

std::string WithoutEnding(const std::string& name) {
  return HasEnding(name) ? name.substr(0, name.rfind('.')) : name;
}

// Folders are passed over: `--config ubuntu.yaml` does not mean one that happens to be there.
bool Exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

// The file in the folder; empty when there is none.
std::string FindIn(const std::string& folder, const std::string& name) {
  std::string path = folder + "/" + name;
  if (HasEnding(name)) return Exists(path) ? path : "";
  for (const std::string_view ending : kEndings) {
    std::string with_ending = path + std::string(ending);
    if (Exists(with_ending)) return with_ending;
  }
  return {};
}

// Of a config in `folder`, "." for the current one, what it calls another.
std::string Beside(const std::string& folder, const std::string& name) {
  if (folder == "." || name.starts_with('/')) return name;
  return (folder == "/" ? "/" : folder + "/") + name;
}

// What was meant, perhaps; empty when nothing comes near.
std::string NearestTo(const std::string& name, const std::string& folder,
                      const std::vector<std::string>& folders) {
  if (!HasEnding(name)) {
    // A file of that folder that has the name needs more letters than that.
    if (Exists(Beside(folder, name))) return "./" + name;
    const std::string here = FindIn(folder, name);
    if (!here.empty()) return here.substr(folder.size() + 1);
    return NearestFile(name, Available(folders));
  }
  std::vector<std::string> files = ConfigFilesIn(folder);
  for (const std::string& other : folders) {
    for (std::string& file : ConfigFilesIn(other)) files.push_back(std::move(file));
  }
  return NearestFile(name, files);
}

std::string CurrentFolderInWords() {
  const bool entered = access(".", X_OK) == 0;
  const std::string folder = "the current folder";
  if (!entered && errno == EACCES) return folder + " (which this user may not enter)";
  const std::unique_ptr<char, decltype(&free)> name(getcwd(nullptr, 0), free);
  return name == nullptr && errno == ENOENT ? folder + " (which has been deleted)" : folder;
}

Error NotFound(const std::string& name, const std::string& first,
               const std::vector<std::string>& folders) {
  std::string hint = "looked in ";
  if (const std::string nearest = NearestTo(name, first, folders); !nearest.empty()) {
    hint = "did you mean \"" + nearest + "\"? " + hint;
  }
  std::string_view separator = "";
  if (HasEnding(name)) {
    hint += first == "." ? CurrentFolderInWords() : first;
    separator = ", ";
  }
  for (const std::string& folder : folders) {
    hint.append(separator).append(folder);
    separator = ", ";
  }
  return Error("config not found", name, hint);
}

Result<std::string> FindFrom(const std::string& first, const std::string& name,
                             const std::vector<std::string>& folders) {
  const std::string path = Beside(first, name);
  if (name.find('/') != std::string::npos) return path;
  if (HasEnding(name) && Exists(path)) return path;
  for (const std::string& folder : folders) {
    std::string found = FindIn(folder, name);
    if (!found.empty()) return found;
  }
  return NotFound(name, first, folders);
}

}  // namespace

std::vector<std::string> Folders(const std::vector<std::string>& installed) {
  std::vector<std::string> folders;
  if (const auto own = OwnFolder("XDG_CONFIG_HOME", ".config"))
    folders.push_back(*own + "/slipway");
  folders.emplace_back("/etc/slipway");
  folders.insert(folders.end(), installed.begin(), installed.end());
  return folders;
}

Result<std::string> Find(const std::string& name, const std::vector<std::string>& folders) {
  if (name.empty()) return Error("the config has an empty name", {}, "write --config FILE");
  if (name == kStandardInput || name.starts_with(kDescriptorPrefix)) return name;
  return FindFrom(".", name, folders);
}

Result<std::string> FindBase(const std::string& name, const std::string& folder,
                             const std::vector<std::string>& folders) {
  if (name == kStandardInput || name.starts_with(kDescriptorPrefix)) {
    return Error("a config that is extended is a file, and not", name,
                 "write its path or its name");
  }
  if (name.starts_with("~/") || (name.starts_with('$') && name.find('/') != std::string::npos)) {
    return HostPath(folder, name);
  }
  return FindFrom(folder, name, folders);
}

std::vector<std::string> Available(const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    for (const std::string& file : ConfigFilesIn(folder)) names.push_back(WithoutEnding(file));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> ConfigFilesIn(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> stream(opendir(folder.c_str()));
  if (stream == nullptr) return names;
  while (const dirent* entry = readdir(stream.get())) {
    if (HasEnding(entry->d_name) && Exists(folder + "/" + entry->d_name)) {
      names.emplace_back(entry->d_name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string NearestFile(const std::string& name, const std::vector<std::string>& files) {
  std::vector<std::string> stems;
  stems.reserve(files.size());
  for (const std::string& file : files) stems.push_back(WithoutEnding(file));
  const std::string_view nearest = text::Nearest(WithoutEnding(name), {stems.begin(), stems.end()});
  const auto found = std::find(stems.begin(), stems.end(), nearest);
  return nearest.empty() || found == stems.end() ? "" : files[found - stems.begin()];
}

}  // namespace slipway::config
