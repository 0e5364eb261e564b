// The file of a plugin, opened once: what is judged is what is read.

#ifndef SLIPWAY_RUNTIME_LOADER_FILE_H_
#define SLIPWAY_RUNTIME_LOADER_FILE_H_

#include <sys/stat.h>

#include <string>

#include "runtime/loader/elf.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::loader {

struct OpenedFile {
  sys::Fd fd;         // for reading
  struct stat facts;  // fstat(2) of it
};

// A regular file; anything else is an error. flags: O_NOFOLLOW for a path that was resolved.
Result<OpenedFile> OpenFile(const std::string& path, int flags);

// Reads the file, wherever it stands. path: for errors.
ReadAt ReaderOf(const sys::Fd& fd, const std::string& path);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_FILE_H_
