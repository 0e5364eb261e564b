#include "runtime/sys/file_watch.h"

#include <poll.h>
#include <sys/inotify.h>

#include <cerrno>
#include <iterator>
#include <string>

namespace slipway::sys {
namespace {

constexpr uint32_t kChanges = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF;

}  // namespace

Result<FileWatch> FileWatch::Of(const Fd& file) {
  Fd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const std::string path = "/proc/self/fd/" + std::to_string(file.get());
  if (!fd.valid() || inotify_add_watch(fd.get(), path.c_str(), kChanges) < 0) {
    return Error(
        errno, "wait for changes of a file", {},
        errno == ENOSPC || errno == EMFILE ? "see /proc/sys/fs/inotify for how many may wait" : "");
  }
  return FileWatch(std::move(fd));
}

Status FileWatch::Await(const Fd& pidfd) const {
  pollfd events[] = {{.fd = fd_.get(), .events = POLLIN, .revents = 0},
                     {.fd = pidfd.get(), .events = POLLIN, .revents = 0}};
  while (poll(events, std::size(events), -1) < 0) {
    if (errno != EINTR) return Error(errno, "wait for changes of a file");
  }
  // What they say does not matter: the caller looks for itself.
  char told[4096];
  while (read(fd_.get(), told, sizeof(told)) > 0) {
  }
  return Ok();
}

}  // namespace slipway::sys
