#include "runtime/state/remove.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "runtime/state/lock.h"
#include "runtime/state/start_socket.h"
#include "runtime/sys/fd.h"

namespace slipway::state {
namespace {

// A folder that the runtime has made for a container.
bool IsOurs(const Root& root, const std::string& id) {
  struct stat facts {};
  return root.fd().valid() &&
         fstatat(root.fd().get(), id.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() &&
         (facts.st_mode & ALLPERMS) == kContainerMode;
}

}  // namespace

Status RemoveFolder(const Root& root, const std::string& id) {
  // The journal last: without it nobody would know whose folder it is.
  for (const char* file : {kStartSocket, kJournalFile}) {
    const std::string name = id + "/" + file;
    if (unlinkat(root.fd().get(), name.c_str(), 0) != 0 && errno != ENOENT) {
      return Error(errno, "remove", root.path() + "/" + name);
    }
  }
  if (unlinkat(root.fd().get(), id.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    return Error(errno, "remove the folder", root.path() + "/" + id);
  }
  return Ok();
}

bool RemoveEmptyFolder(const Root& root, const std::string& id) {
  return IsOurs(root, id) && unlinkat(root.fd().get(), id.c_str(), AT_REMOVEDIR) == 0;
}

bool IsEmptyFolder(const Root& root, const std::string& id) {
  if (!IsOurs(root, id)) return false;
  sys::Fd folder(openat(root.fd().get(), id.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(
      folder.valid() ? fdopendir(folder.get()) : nullptr, closedir);
  if (!stream) return false;
  folder.Release();  // the stream's
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

}  // namespace slipway::state
