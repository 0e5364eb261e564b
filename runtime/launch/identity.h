// Whom the command runs as, found in the container's own files.

#ifndef SLIPWAY_RUNTIME_LAUNCH_IDENTITY_H_
#define SLIPWAY_RUNTIME_LAUNCH_IDENTITY_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::launch {

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool groups_are_wanted = false;  // by number or name, and not those of group(5)
  // By passwd(5); empty and "/" for a number that is not there.
  std::string name;
  std::string home = "/";
};

// user: "UID", "UID:GID", or with names of /etc/passwd and /etc/group, which are read in this
// process's root, through no link that leads out of it. groups: numbers or names, in place of those
// that group(5) gives the user; or null.
Result<Identity> FindIdentity(const std::string& user, const std::vector<std::string>* groups);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_IDENTITY_H_
