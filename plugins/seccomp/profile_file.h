// The file of a profile: whoever can write to it decides what a privileged runtime's containers may
// do, so it is trusted as a config is.

#ifndef SLIPWAY_PLUGINS_SECCOMP_PROFILE_FILE_H_
#define SLIPWAY_PLUGINS_SECCOMP_PROFILE_FILE_H_

#include <string>

#include "runtime/sdk/result.h"

namespace seccomp {

// The text of the file. As root: fails unless the file and each folder above it belong to root or
// to whoever has invoked the runtime, and nobody else may write there.
slipway::Result<std::string> ReadProfileFile(const std::string& path);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_PROFILE_FILE_H_
