#ifndef SLIPWAY_RUNTIME_COMMANDS_VERSION_H_
#define SLIPWAY_RUNTIME_COMMANDS_VERSION_H_

namespace slipway {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_COMMANDS_VERSION_H_
