// Waiting for a file to change: inotify(7).

#ifndef SLIPWAY_RUNTIME_SYS_FILE_WATCH_H_
#define SLIPWAY_RUNTIME_SYS_FILE_WATCH_H_

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

class FileWatch {
 public:
  // file: open. What happens to it from here on is told.
  static Result<FileWatch> Of(const Fd& file);

  // Waits until the file has been written to, closed by who wrote, or removed, since the last call;
  // or until the process of `pidfd` has ended; an invalid one is none. Goes on after signals.
  Status Await(const Fd& pidfd) const;

 private:
  explicit FileWatch(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_FILE_WATCH_H_
