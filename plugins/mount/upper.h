// The upper layer of an overlay that is kept: a folder of the host, and beside it the work folder
// that overlayfs wants on the same filesystem.

#ifndef SLIPWAY_PLUGINS_MOUNT_UPPER_H_
#define SLIPWAY_PLUGINS_MOUNT_UPPER_H_

#include <sys/stat.h>

#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace mount_stage {

// Can `upper` hold the changes to these folders?
slipway::Status ProbeUpper(const std::string& upper, const std::vector<std::string>& lowers);

// Where it is; the folder that holds it exists.
struct UpperPlace {
  std::string parent;
  std::string name;

  std::string work() const { return name + ".work"; }
};
slipway::Result<UpperPlace> FindUpper(const std::string& upper);

// Makes what is missing of the two in the folder `parent`, the upper one with the mode and owner
// of `model`.
slipway::Status MakeUpper(const slipway::sys::Fd& parent, const UpperPlace& place,
                          const struct stat& model);

// Gives the entry `name` of `folder` the mode and owner of `model`, as far as the user namespace
// has an id for the latter.
slipway::Status CopyOwner(const slipway::sys::Fd& folder, const std::string& name,
                          const struct stat& model);

}  // namespace mount_stage

#endif  // SLIPWAY_PLUGINS_MOUNT_UPPER_H_
