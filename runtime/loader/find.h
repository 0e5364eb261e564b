// From the name of a stage to the file of its plugin.
//
// A stage is found by its name alone: each place is asked for one exact file. Folders are listed
// only to tell people which stages there are, never to run a container.

#ifndef SLIPWAY_RUNTIME_LOADER_FIND_H_
#define SLIPWAY_RUNTIME_LOADER_FIND_H_

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::loader {

// A folder that may hold plugins.
struct Place {
  std::string folder;
  // The build tree: each plugin lies in a folder of its own, which has the stage's name with '_'
  // for '-'.
  bool folder_per_stage = false;
  // The folder itself, in which names are looked up; nullptr: by its path, each time.
  std::shared_ptr<const sys::Fd> opened = nullptr;
};

// Fails unless `name` is 1 to 31 of a-z, 0-9 and '-'. Such a name leads out of no folder. The error
// says which stage in `places` was meant, if one has that name in other letters.
Status CheckName(const std::vector<Place>& places, const std::string& name);

// "cgroup-v2" -> "libcgroup_v2_stage.so". `name` has passed CheckName.
std::string FileName(std::string_view name);

// The stage whose plugin has this file name, "libcgroup_v2_stage.so"; nullopt for any other name.
std::optional<std::string> NameOf(std::string_view file);

// The places in the order in which they are searched.
// plugin_dirs: what the user names, searched first. executable: the absolute path of the running
// binary, or empty when it is not known.
std::vector<Place> Places(const std::vector<std::string>& plugin_dirs,
                          const std::string& executable);

struct Found {
  std::string path;
  struct stat facts;   // lstat(2) of it
  struct stat target;  // stat(2) of it: a regular file
};

// The plugin in the first place that has it. Errors: a name that CheckName refuses,
// an unknown stage (with the places and the nearest name that there is), a place that may not be
// searched, something there that is not a file.
Result<Found> Find(const std::vector<Place>& places, const std::string& name);

// The names of all stages in `places`, sorted, each once. Lists folders; loads nothing. Folders
// that cannot be read count as empty.
std::vector<std::string> StageNames(const std::vector<Place>& places);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_FIND_H_
