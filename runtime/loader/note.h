// The note in which a plugin says its ABI (abi.h): read from the file, before anything of it is
// loaded, so that no code of a file runs that is no plugin, or one for another runtime.

#ifndef SLIPWAY_RUNTIME_LOADER_NOTE_H_
#define SLIPWAY_RUNTIME_LOADER_NOTE_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::loader {

// Fails unless the open file is a shared library with the note of this runtime's ABI. path: its
// path, for the error.
Status CheckNote(const sys::Fd& fd, const std::string& path);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_NOTE_H_
