#include "runtime/loader/find.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "runtime/text/nearest.h"

namespace slipway::loader {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxName = sizeof(ErrorRecord::stage) - 1;
constexpr size_t kMaxHint = sizeof(ErrorRecord::hint) - 1;
constexpr std::string_view kPrefix = "lib";
constexpr std::string_view kSuffix = "_stage.so";
constexpr char kSystemFolder[] = "/usr/lib/slipway/stages";

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

// Of an absolute path without "." and ".."; empty for the root's own entries.
std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::string WithUnderscores(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

// The folder that holds, or would hold, the plugin.
std::string FolderOf(const Place& place, std::string_view name) {
  return place.folder_per_stage ? place.folder + "/" + WithUnderscores(name) : place.folder;
}

// stat(2) of the plugin's file. flags: as for fstatat(2).
int LookAt(const Place& place, const std::string& path, int flags, struct stat& facts) {
  if (place.opened == nullptr) return fstatat(AT_FDCWD, path.c_str(), &facts, flags);
  const std::string below = path.substr(place.folder.size() + 1);
  return fstatat(place.opened->get(), below.c_str(), &facts, flags);
}

std::vector<std::string> EntriesOf(const std::string& folder) {
  std::vector<std::string> entries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    entries.push_back(entry->path().filename().string());
  }
  return entries;
}

// `name` in the letters of a stage name: without capitals and '_', and of a file what names it.
std::string Meant(const std::string& name) {
  const std::string file = name.substr(name.rfind('/') + 1);
  if (const auto of_file = NameOf(file)) return *of_file;
  return text::PlainName(name);
}

Error UnknownStage(const std::vector<Place>& places, const std::string& name) {
  constexpr std::string_view kMore = ", ...";
  constexpr std::string_view kAddFolders = "; --plugin-dir adds a folder";
  std::string hint;
  const std::vector<std::string> names = StageNames(places);
  const std::string_view nearest = text::Nearest(name, {names.begin(), names.end()});
  if (!nearest.empty()) hint = "did you mean \"" + std::string(nearest) + "\"? ";
  hint += "looked for " + FileName(name) + " in ";
  std::string separator;
  for (const Place& place : places) {
    const std::string folder = FolderOf(place, name);
    if (hint.size() + separator.size() + folder.size() + kMore.size() + kAddFolders.size() >
        kMaxHint) {
      hint += kMore;
      break;
    }
    hint += separator + folder;
    separator = ", ";
  }
  return Error("unknown stage", name, hint.append(kAddFolders));
}

}  // namespace

Status CheckName(const std::vector<Place>& places, const std::string& name) {
  if (IsName(name)) return Ok();
  const std::string meant = Meant(name);
  const std::vector<std::string> names = StageNames(places);
  std::string hint = "a stage name is 1 to " + std::to_string(kMaxName) + " of a-z, 0-9 and '-'";
  if (std::binary_search(names.begin(), names.end(), meant)) {
    hint = "did you mean \"" + meant + "\"? " + hint;
  } else if (name.ends_with(".so")) {
    hint += "; --plugin-dir takes the folder of the plugin's file";
  }
  return Error("not a stage name", name, hint);
}

std::string FileName(std::string_view name) {
  return std::string(kPrefix) + WithUnderscores(name) + std::string(kSuffix);
}

std::optional<std::string> NameOf(std::string_view file) {
  if (file.size() <= kPrefix.size() + kSuffix.size() || !file.starts_with(kPrefix) ||
      !file.ends_with(kSuffix)) {
    return std::nullopt;
  }
  file.remove_prefix(kPrefix.size());
  file.remove_suffix(kSuffix.size());
  // A name has no '_', so each one is a '-'.
  std::string name(file);
  std::replace(name.begin(), name.end(), '_', '-');
  if (!IsName(name)) return std::nullopt;
  return name;
}

std::vector<Place> Places(const std::vector<std::string>& plugin_dirs,
                          const std::string& executable) {
  std::vector<Place> places;
  places.reserve(plugin_dirs.size() + 3);
  for (const std::string& folder : plugin_dirs) {
    places.push_back({.folder = folder.empty() ? "." : folder});
  }
  if (!executable.empty()) {
    const std::string tree = ParentOf(ParentOf(executable));
    places.push_back({.folder = tree + "/plugins", .folder_per_stage = true});
    places.push_back({.folder = tree + "/lib/slipway/stages"});
  }
  if (places.empty() || places.back().folder != kSystemFolder) {
    places.push_back({.folder = kSystemFolder});
  }
  return places;
}

Result<Found> Find(const std::vector<Place>& places, const std::string& name) {
  RETURN_IF_ERROR(CheckName(places, name));
  for (const Place& place : places) {
    Found found{FolderOf(place, name) + "/" + FileName(name), {}, {}};
    const std::string& path = found.path;
    int result = LookAt(place, path, AT_SYMLINK_NOFOLLOW, found.facts);
    found.target = found.facts;
    if (result == 0 && S_ISLNK(found.facts.st_mode)) {
      result = LookAt(place, path, /*flags=*/0, found.target);
    }
    if (result == 0 && S_ISREG(found.target.st_mode)) return found;
    if (result == 0) return Error("not a regular file", path).In(name, "load");
    // To pass over a place that cannot be searched would load another file than the one meant.
    if (errno != ENOENT && errno != ENOTDIR) return Error(errno, "look for", path).In(name, "load");
  }
  return UnknownStage(places, name);
}

std::vector<std::string> StageNames(const std::vector<Place>& places) {
  std::set<std::string> names;
  for (const Place& place : places) {
    for (const std::string& entry : EntriesOf(place.folder)) {
      const std::string file =
          place.folder_per_stage ? std::string(kPrefix) + entry + std::string(kSuffix) : entry;
      const std::optional<std::string> name = NameOf(file);
      if (!name || (place.folder_per_stage && entry != WithUnderscores(*name))) continue;
      if (access((FolderOf(place, *name) + "/" + file).c_str(), F_OK) == 0) names.insert(*name);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace slipway::loader
