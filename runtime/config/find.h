// Which file does `--config NAME` mean?

#ifndef SLIPWAY_RUNTIME_CONFIG_FIND_H_
#define SLIPWAY_RUNTIME_CONFIG_FIND_H_

#include <string>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::config {

// The path of the config. A name that holds a '/' is a path, and comes back as it is, whether the
// file exists or not. Any other is looked for in the current folder, in the user's
// ($XDG_CONFIG_HOME or $HOME/.config)/slipway, in /etc/slipway, and in `installed_folders`. A
// process that runs with more rights than its caller looks at no environment variable.
Result<std::string> Find(const std::string& name,
                         const std::vector<std::string>& installed_folders);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_FIND_H_
