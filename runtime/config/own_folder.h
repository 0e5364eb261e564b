// Folders of the person who runs this, by the XDG Base Directory Specification. A relative path in
// one of its variables, or in HOME, counts as not set.

#ifndef SLIPWAY_RUNTIME_CONFIG_OWN_FOLDER_H_
#define SLIPWAY_RUNTIME_CONFIG_OWN_FOLDER_H_

#include <optional>
#include <string>
#include <string_view>

namespace slipway::config {

// nullopt: the environment does not say it.
std::optional<std::string> HomeFolder();

// What the variable says, such as XDG_DATA_HOME; else the folder below the home folder, such as
// ".local/share".
std::optional<std::string> OwnFolder(const char* variable, std::string_view below_home);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_OWN_FOLDER_H_
