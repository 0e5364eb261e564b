#include "runtime/sys/staging.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"

namespace slipway::sys {
namespace {

constexpr int kFolder = O_PATH | O_DIRECTORY;

}  // namespace

Status StageMount(const Fd& mount) {
  ASSIGN_OR_RETURN(const Fd top, Open("/", kFolder));
  return Attach(mount.get(), top, "/");
}

Status UnstageMount(const Fd& mount) {
  const WorkingFolder in_mount(mount);
  if (in_mount.there() && umount2(".", MNT_DETACH) == 0) return Ok();
  return Error(errno, "detach a mount from", "/");
}

WorkingFolder::WorkingFolder(const Fd& folder) : before_(open(".", kFolder | O_CLOEXEC)) {
  there_ = fchdir(folder.get()) == 0;
}

WorkingFolder::~WorkingFolder() {
  if (before_.valid()) (void)!fchdir(before_.get());
}

}  // namespace slipway::sys
