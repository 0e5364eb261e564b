// What was meant by words that are no verb and no option.

#ifndef SLIPWAY_RUNTIME_COMMANDS_GUESS_H_
#define SLIPWAY_RUNTIME_COMMANDS_GUESS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::commands {

// The word at `index` stands where a verb does and is none: the nearest verb, the config that it
// names, or the whole line that runs it in a container.
Error NoSuchVerb(const std::vector<std::string>& words, size_t index);

// Ours for an option of docker, podman, runc or bubblewrap that means the same, such as "--bind"
// for
// "--volume"; empty when there is none.
std::string_view OptionForPeers(std::string_view option);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_GUESS_H_
