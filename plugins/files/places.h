// Folders and links of the container, made where they go with it.

#ifndef SLIPWAY_PLUGINS_FILES_PLACES_H_
#define SLIPWAY_PLUGINS_FILES_PLACES_H_

#include <string>

#include "plugins/files/options.h"
#include "runtime/sdk/stage.h"

namespace files_stage {

// Where a file or link is: the folder that holds it, and its name there; an empty name for a path
// that names none, such as "/" and "/etc/..".
struct Place {
  std::string folder;
  std::string name;
};
Place PlaceOf(const std::string& path);

// What would be right where something would stay in the root folder.
inline constexpr char kWhereItGoes[] =
    "in the container's root, where it would stay: set overlay: true of the stage mount, or put it "
    "below a tmpfs";

// One that is there already, with these permissions and owner, stays; so does one that is not the
// container's own if it is as it is wanted.
slipway::Status MakeFolder(slipway::Child& child, const Folder& folder);

// In the place of a file or another link. One that is there already, and leads there, stays.
slipway::Status MakeLink(slipway::Child& child, const Link& link);

}  // namespace files_stage

#endif  // SLIPWAY_PLUGINS_FILES_PLACES_H_
