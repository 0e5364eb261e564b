// Ids that the system's administrator has given to users, subuid(5) and subgid(5), and the programs
// with the right to map them, newuidmap(1) and newgidmap(1).

#ifndef SLIPWAY_RUNTIME_SYS_SUBORDINATE_IDS_H_
#define SLIPWAY_RUNTIME_SYS_SUBORDINATE_IDS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/ids.h"

namespace slipway::sys {

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

// Of this process, by passwd(5); "": it is not there.
std::string NameOfUser();

// Of the user. path: a file that is not there gives nobody anything. name: the user's; may be "".
std::vector<Ids> SubordinateIdsOf(const std::string& path, uid_t user, const std::string& name);

// Does the system ask others than these files too? "subid" of nsswitch.conf(5).
bool AreSubordinateIdsElsewhere(const std::string& path = "/etc/nsswitch.conf");

inline constexpr char kMapUsers[] = "newuidmap";
inline constexpr char kMapGroups[] = "newgidmap";

// The path of the program, in a folder of the system's and root's own; "": there is none.
std::string FindIdHelper(const char* name);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_SUBORDINATE_IDS_H_
