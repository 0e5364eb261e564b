// Capabilities as people write them.

#ifndef SLIPWAY_RUNTIME_SYS_CAPABILITY_NAME_H_
#define SLIPWAY_RUNTIME_SYS_CAPABILITY_NAME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::sys {

// Of a set, a bit for each: "CAP_CHOWN, CAP_KILL", in the order of their numbers; one without a
// name is "capability N". capabilities(7).
std::string CapabilityNames(uint64_t set);

// The number of the one that is called so: "CAP_CHOWN", "chown", in letters of any case; nullopt:
// none is.
std::optional<int> CapabilityNamed(std::string_view text);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_CAPABILITY_NAME_H_
