#include "runtime/sys/sealed.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::sys {
namespace {

// Of Linux 6.3, linux/memfd.h: without it a machine with vm.memfd_noexec=2 refuses. It forbids to
// execute the file as a program, not to map it as a library.
constexpr unsigned kNoExecSeal = 8;
constexpr unsigned kExec = 16;
constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

}  // namespace

Result<Fd> MemoryFile(const std::string& name, bool program) {
  Fd fd(memfd_create(name.c_str(), kFlags | (program ? kExec : kNoExecSeal)));
  if (!fd.valid() && errno == EINVAL) fd = Fd(memfd_create(name.c_str(), kFlags));
  if (!fd.valid()) return Error(errno, "make a file in memory for", name);
  return fd;
}

Status Seal(const Fd& file, const std::string& name) {
  if (fcntl(file.get(), F_ADD_SEALS, kSeals) == 0) return Ok();
  return Error(errno, "seal the copy of", name);
}

Result<Fd> SealedCopy(const std::string& name, std::string_view bytes) {
  ASSIGN_OR_RETURN(Fd fd, MemoryFile(name, /*program=*/false));
  while (!bytes.empty()) {
    const ssize_t written = write(fd.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error(errno, "copy into memory", name);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  RETURN_IF_ERROR(Seal(fd, name));
  return fd;
}

}  // namespace slipway::sys
