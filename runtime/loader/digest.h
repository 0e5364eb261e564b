// The sha256 that a config pins for a plugin.

#ifndef SLIPWAY_RUNTIME_LOADER_DIGEST_H_
#define SLIPWAY_RUNTIME_LOADER_DIGEST_H_

#include <string>

#include "runtime/sdk/result.h"

namespace slipway::loader {

// Fails unless the SHA-256 of the file `path` is `wanted`: 64 hexadecimal digits, of either case.
Status CheckDigest(const std::string& path, const std::string& wanted);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_DIGEST_H_
