// A ruleset of Landlock: landlock_create_ruleset(2), landlock_add_rule(2),
// landlock_restrict_self(2).

#ifndef SLIPWAY_PLUGINS_LANDLOCK_RULESET_H_
#define SLIPWAY_PLUGINS_LANDLOCK_RULESET_H_

#include <cstdint>
#include <string>

#include "plugins/landlock/rights.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::landlock {

// The number of this kernel's ABI, 1 or more; or errno, negative.
int Abi();

// restricted: not empty, and possible here.
Result<sys::Fd> MakeRuleset(const Restricted& restricted);

// Of what the ruleset restricts, these rights are given to `file`, and to all that is below a
// folder. file: may be O_PATH. path: names it in an error.
Status AllowFile(const sys::Fd& ruleset, const sys::Fd& file, uint64_t rights,
                 const std::string& path);

// The same of a TCP port. rights: kBindTcp or kConnectTcp.
Status AllowPort(const sys::Fd& ruleset, int64_t port, uint64_t rights);

// For this thread, and whatever it executes or starts.
Status RestrictSelf(int ruleset);

}  // namespace slipway::landlock

#endif  // SLIPWAY_PLUGINS_LANDLOCK_RULESET_H_
