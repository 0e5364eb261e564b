// The container's cgroup given to its root, where that is another user outside: "Delegation" in
// Documentation/admin-guide/cgroup-v2.rst.

#ifndef SLIPWAY_PLUGINS_SYS_DELEGATE_H_
#define SLIPWAY_PLUGINS_SYS_DELEGATE_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/outside.h"

namespace sys_stage {

class Delegate {
 public:
  // In the host: what it takes, where this process may give files away.
  slipway::Status Prepare();

  // In the child. cgroup: the top of its own in v2. Afterwards this process can write to it, and
  // its limits are still the host's. EACCES: it cannot.
  slipway::Status Give(const slipway::sys::Fd& cgroup, const std::string& path) const;

  // In the child, behind the last one.
  void Dismiss() const;

 private:
  slipway::sys::Outside outside_;
};

}  // namespace sys_stage

#endif  // SLIPWAY_PLUGINS_SYS_DELEGATE_H_
