// Which plugin a file is: the sha256 that a config pins, and the digest that tells people which
// build of a plugin has built a container.
//
// That digest is "build-id:" and the id that the linker computed from the whole file and wrote into
// it (ld(1), --build-id): it costs nothing to ask a plugin that is loaded for it, where reading
// and hashing six plugins would take longer than starting the container. It tells versions apart;
// it is not what keeps a stranger's file out, trust.h is. A plugin without one is known by
// "sha256:" and the SHA-256 of its file.

#ifndef SLIPWAY_RUNTIME_LOADER_DIGEST_H_
#define SLIPWAY_RUNTIME_LOADER_DIGEST_H_

#include <string>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::loader {

// Fails unless the SHA-256 of `bytes`, those of the file `path`, is `wanted`: 64 hexadecimal
// digits, of either case.
Status CheckDigest(std::string_view bytes, const std::string& path, const std::string& wanted);

// The digest of the plugin that holds `symbol`, loaded by the path `path`.
Result<std::string> DigestOfLoaded(const void* symbol, const std::string& path);

// The digest of the plugin whose file has these bytes.
std::string DigestOfBytes(std::string_view bytes);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_DIGEST_H_
