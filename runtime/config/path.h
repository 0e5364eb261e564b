// Paths of the host, as text: nothing here looks at a file. The current folder may be gone; only a
// path that is relative to it minds.

#ifndef SLIPWAY_RUNTIME_CONFIG_PATH_H_
#define SLIPWAY_RUNTIME_CONFIG_PATH_H_

#include <string>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::config {

// `path`, seen from `folder` when it is relative, without ".", ".." and double slashes: "../rootfs"
// seen from "/etc/slipway" is "/etc/rootfs". A relative `folder` is seen from the current folder.
Result<std::string> AbsolutePath(std::string_view folder, std::string_view path);

// The same of a path that a person wrote: "~/" in front is the home folder of who runs this, and
// "$XDG_DATA_HOME/" the folder of their data, ~/.local/share where the variable is not set. No
// other variable is known.
Result<std::string> HostPath(std::string_view folder, std::string_view path);

// The folder that holds the file: "/a" of "/a/b", "." of "b", "/" of "/b".
std::string FolderOf(std::string_view path);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_PATH_H_
