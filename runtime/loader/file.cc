#include "runtime/loader/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::loader {

Result<OpenedFile> OpenFile(const std::string& path, int flags) {
  OpenedFile file;
  // A fifo that has come in its place would let the process wait.
  ASSIGN_OR_RETURN(file.fd, sys::Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags));
  if (fstat(file.fd.get(), &file.facts) != 0) return Error(errno, "look at", path);
  if (!S_ISREG(file.facts.st_mode)) return Error("not a regular file", path);
  return file;
}

ReadAt ReaderOf(const sys::Fd& fd, const std::string& path) {
  return [&fd, &path](uint64_t offset, std::span<char> buffer) -> Result<size_t> {
    const ssize_t read = pread(fd.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (read < 0) return Error(errno, "read", path);
    return static_cast<size_t>(read);
  };
}

}  // namespace slipway::loader
