// What this machine and this user's rights allow: a user namespace at all, and which ids in it.

#ifndef SLIPWAY_PLUGINS_USER_ALLOWED_H_
#define SLIPWAY_PLUGINS_USER_ALLOWED_H_

#include <vector>

#include "plugins/user/maps.h"
#include "runtime/sdk/result.h"

namespace slipway::user {

// NotHere where this process can make no user namespace, with the setting that is in the way.
Status CheckNamespace();

// NotHere where the host could choose no ids, as many as they are.
Status CheckChosen();

// NotHere where this process may not map the ids outside. They have passed CheckMap.
Status CheckUsers(const std::vector<Range>& map);
Status CheckGroups(const std::vector<Range>& map);

}  // namespace slipway::user

#endif  // SLIPWAY_PLUGINS_USER_ALLOWED_H_
