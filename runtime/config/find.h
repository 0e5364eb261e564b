// Which file does `--config NAME` mean?

#ifndef SLIPWAY_RUNTIME_CONFIG_FIND_H_
#define SLIPWAY_RUNTIME_CONFIG_FIND_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::config {

// Names that are no files.
inline constexpr std::string_view kStandardInput = "-";
inline constexpr std::string_view kDescriptorPrefix = "fd:";  // and a number

// Where configs are looked for by name, in this order: the user's folder,
// ($XDG_CONFIG_HOME or $HOME/.config)/slipway; the system's, /etc/slipway; and `installed`. A
// process that runs with more rights than its caller looks at no environment variable.
std::vector<std::string> Folders(const std::vector<std::string>& installed);

// The path of the config, as ConfigText::Read takes it.
//   "-", "fd:3", a/b    come back as they are, whether there is anything or not
//   sandbox.yaml        of the current folder, if it is there, else of the first of `folders`
//   sandbox             sandbox.yaml or sandbox.yml, of the first of `folders` that has one
// The error says where it was looked for, and which name that is there comes near.
Result<std::string> Find(const std::string& name, const std::vector<std::string>& folders);

// The same for a config that one of `folder` extends: a path, and a name with ending that is there,
// begin at that folder; it is a file; and what HostPath takes in front, such as "~/", it takes too.
Result<std::string> FindBase(const std::string& name, const std::string& folder,
                             const std::vector<std::string>& folders);

// The names that can be written without ending, sorted.
std::vector<std::string> Available(const std::vector<std::string>& folders);

// The names of files in a folder that end as configs do, sorted; none when it cannot be read.
std::vector<std::string> ConfigFilesIn(const std::string& folder);

// The one of `files` whose name is most like it, whatever their endings; empty when none is much
// like it.
std::string NearestFile(const std::string& name, const std::vector<std::string>& files);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_FIND_H_
