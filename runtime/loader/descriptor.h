// Whether the table of a plugin, and a stage in it, are such that this runtime can use them.

#ifndef SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_H_
#define SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_H_

#include <cstdint>
#include <string>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::loader {

// Fails unless this is the ABI of this runtime. path: the plugin's file, for the error.
Status CheckAbi(uint32_t major, uint32_t minor, const std::string& path);

// The stage of that name in the table that a plugin exports, when the host can rely on every field
// of both. No field is read before those in front of it have said that it is there. A pointer that
// points nowhere is not found out. path: as above.
Result<const slipway_stage*> FindStage(const slipway_plugin& plugin, const std::string& name,
                                       const std::string& path);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_H_
