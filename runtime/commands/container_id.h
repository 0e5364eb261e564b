// The id of a container: the user's, or one that nobody else has.

#ifndef SLIPWAY_RUNTIME_COMMANDS_CONTAINER_ID_H_
#define SLIPWAY_RUNTIME_COMMANDS_CONTAINER_ID_H_

#include <optional>
#include <string>

#include "runtime/sdk/result.h"

namespace slipway {

// `name`, when it is fit for a file name: 1 to 64 of [A-Za-z0-9_.-], not beginning with '.' or
// '-'. Without one: "slipway-" and 16 random hexadecimal digits.
Result<std::string> ContainerId(const std::optional<std::string>& name);

// Could it be the id of a container that there is?
Status CheckId(const std::string& id);

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_COMMANDS_CONTAINER_ID_H_
