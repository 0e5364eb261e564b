// Ids that the system's administrator has given to users: subuid(5), subgid(5).

#ifndef SLIPWAY_RUNTIME_STATE_SUBORDINATE_IDS_H_
#define SLIPWAY_RUNTIME_STATE_SUBORDINATE_IDS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"

namespace slipway::state {

inline constexpr char kSubordinateUsers[] = "/etc/subuid";
inline constexpr char kSubordinateGroups[] = "/etc/subgid";

// A line: whose they are, by name or by number.
struct SubordinateIds {
  std::string owner;
  Ids ids;
};

// The text of such a file; what is no plain file is not waited for.
Result<std::string> ReadSubordinateIds(const std::string& path);

// The lines of such a file that make sense; the others count as nothing, as for newuidmap(1).
std::vector<SubordinateIds> ParseSubordinateIds(std::string_view text);

// Of the user. path: a file that is not there gives nobody anything. name: the user's; may be "".
std::vector<Ids> SubordinateIdsOf(const std::string& path, uid_t user, const std::string& name);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_SUBORDINATE_IDS_H_
