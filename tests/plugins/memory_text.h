// Texts in descriptors, which fixtures hand from one hook to another.

#ifndef SLIPWAY_TESTS_PLUGINS_MEMORY_TEXT_H_
#define SLIPWAY_TESTS_PLUGINS_MEMORY_TEXT_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::fixtures {

inline Result<sys::Fd> MemoryText(const std::string& text) {
  sys::Fd file(memfd_create("fixture", MFD_CLOEXEC));
  if (!file.valid()) return Error(errno, "make a file in memory");
  if (write(file.get(), text.data(), text.size()) < 0) return Error(errno, "write", text);
  return file;
}

// "(none)" of a descriptor that is not open.
inline std::string TextIn(int fd) {
  char text[256];
  const ssize_t size = pread(fd, text, sizeof(text), 0);
  return size < 0 ? "(none)" : std::string(text, static_cast<size_t>(size));
}

}  // namespace slipway::fixtures

#endif  // SLIPWAY_TESTS_PLUGINS_MEMORY_TEXT_H_
