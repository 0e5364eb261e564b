#include "runtime/state/remove.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/state/lock.h"

namespace slipway::state {

Status RemoveFolder(const Root& root, const std::string& id) {
  const std::string name = id + "/" + kJournalFile;
  if (unlinkat(root.fd().get(), name.c_str(), 0) != 0 && errno != ENOENT) {
    return Error(errno, "unlink", root.path() + "/" + name);
  }
  if (unlinkat(root.fd().get(), id.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    return Error(errno, "rmdir", root.path() + "/" + id);
  }
  return Ok();
}

bool RemoveEmptyFolder(const Root& root, const std::string& id) {
  struct stat facts {};
  return root.fd().valid() &&
         fstatat(root.fd().get(), id.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() &&
         (facts.st_mode & ALLPERMS) == kContainerMode &&
         unlinkat(root.fd().get(), id.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace slipway::state
