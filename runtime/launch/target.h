// The container that a further process is to join: its first process, told from outside.

#ifndef SLIPWAY_RUNTIME_LAUNCH_TARGET_H_
#define SLIPWAY_RUNTIME_LAUNCH_TARGET_H_

#include <sys/types.h>

#include "runtime/launch/first_ids.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

class Target {
 public:
  // In the host: what the root of the process `pid` is, and whether its user namespace is another
  // than this process's. pidfd: of the same process; outlives the target.
  static Result<Target> Find(pid_t pid, const sys::Fd& pidfd);

  // In a child that nobody else can see: enters the namespaces (a pid namespace for its children
  // alone, setns(2)), becomes root in a user namespace, or the first that is mapped there, and goes
  // to the process's root.
  Status Enter() const;

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_; }
  // The files at its root are an image's, and not the host's.
  bool hostile() const { return hostile_; }
  const sys::Fd& root() const { return root_; }

 private:
  // Returns CLONE_NEW* of those.
  Result<int> EnterNamespaces() const;

  pid_t pid_ = 0;
  int pidfd_ = -1;
  sys::Fd process_;  // its folder in /proc
  int user_ = 0;     // CLONE_NEWUSER: it has another user namespace
  FirstIds first_;   // of that
  bool hostile_ = false;
  sys::Fd root_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_TARGET_H_
