// Capabilities as people write them.

#ifndef SLIPWAY_RUNTIME_SYS_CAPABILITY_NAME_H_
#define SLIPWAY_RUNTIME_SYS_CAPABILITY_NAME_H_

#include <cstdint>
#include <string>

namespace slipway::sys {

// Of a set, a bit for each: "CAP_CHOWN, CAP_KILL", in the order of their numbers; one without a
// name is "capability N". capabilities(7).
std::string CapabilityNames(uint64_t set);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_CAPABILITY_NAME_H_
