// Whether a descriptor is one that this runtime can use.

#ifndef SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_H_
#define SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_H_

#include <string>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::loader {

// Fails unless the host can rely on every field of `stage`. No field is read before those in
// front of it have said that it is there. A pointer that points nowhere is not found out.
// name: the stage that was asked for. path: the plugin's file, for the error.
Status CheckDescriptor(const slipway_stage& stage, const std::string& name,
                       const std::string& path);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_H_
