// The command's user and rights, taken on by its process: credentials(7), capabilities(7). In an
// order in which each step still has what it needs.
//
// Raw system calls: the C library's change all threads of a process, which a child that shares the
// host's memory would take the host for one of.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CREDENTIALS_H_
#define SLIPWAY_RUNTIME_LAUNCH_CREDENTIALS_H_

#include "runtime/launch/identity.h"
#include "runtime/launch/process_plan.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

class Credentials {
 public:
  // identity: or null, and the user stays. capabilities: or null, and they are those that the
  // kernel leaves to the user. Both outlive it. no_new_privileges: will that be set?
  Credentials(const Identity* identity, const Capabilities* capabilities, bool no_new_privileges)
      : identity_(identity), capabilities_(capabilities), no_new_privileges_(no_new_privileges) {}

  // Has the rights to files that the command will have, and all others still: for the lookup of its
  // folder and its program. setfsuid(2).
  Status TakeFileRights() const;

  // Has all that this process may have again.
  Status ReturnFileRights() const;

  // Takes on all of it: bounding set, groups, ids, the other sets.
  Status TakeOn() const;

 private:
  Status SetGroups() const;
  Status SetIds() const;
  Result<Capabilities> Wanted() const;
  Status LimitBounding(const Capabilities& wanted) const;

  const Identity* identity_;
  const Capabilities* capabilities_;
  bool no_new_privileges_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CREDENTIALS_H_
