// A mount that is attached where no path leads: on top of the host's "/", in this process's own
// mount namespace. Only what is attached can be copied in parts (open_tree(2), before Linux 6.15)
// and mounted on. The kernel takes it away with the namespace.

#ifndef SLIPWAY_RUNTIME_SYS_STAGING_H_
#define SLIPWAY_RUNTIME_SYS_STAGING_H_

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

// Covers "/": whoever has that for a root does not see the mount, and whoever comes by its
// descriptor does.
Status StageMount(const Fd& mount);

// Takes it off again. Copies of its parts stay.
Status UnstageMount(const Fd& mount);

// While it lives, relative paths begin at `folder`.
class WorkingFolder {
 public:
  explicit WorkingFolder(const Fd& folder);
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  ~WorkingFolder();

  // Else errno says why not.
  bool there() const { return there_; }

 private:
  Fd before_;
  bool there_ = false;
};

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_STAGING_H_
