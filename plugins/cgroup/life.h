// The making of a container's cgroup with the records that undo it, and the undoing.
//
// Three records tell the story of one cgroup, each handed over before the step that it covers:
//   intend PATH              nothing is at PATH; it is about to be made
//   made INODE [BOOT] PATH   it was made, and this is its inode number
//   lost PATH                somebody else made a cgroup there in between: it is not ours
// They are undone last one first. A `made` whose inode number is still that of PATH is killed and
// removed; kernfs does not soon give a number out again, so another's cgroup of the same name is
// left alone. With the ID of the kernel's boot it is found by its number in that boot even if it
// has another name by then. An `intend` without one of the others (a crash in between) may remove
// an empty cgroup and nothing else.

#ifndef SLIPWAY_PLUGINS_CGROUP_LIFE_H_
#define SLIPWAY_PLUGINS_CGROUP_LIFE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/limits.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::cgroup {

struct CgroupRecord {
  enum class Kind { kIntend, kMade, kLost };
  Kind kind = Kind::kIntend;
  uint64_t inode = 0;  // kMade only
  std::string path;
  std::string boot = {};  // kMade only; empty: not given
};

std::string FormatRecord(const CgroupRecord& record);
Result<CgroupRecord> ParseRecord(std::string_view text);

// Of a Probe: an error whose errno says that this user's rights, or the way in which the machine's
// cgroups are set up, are in the way becomes a NotHere.
Error NotHereByErrno(Error error);

// Can a cgroup be made below the cgroup `parent` of this mount? No side effects.
Status CheckParent(const CgroupMount& mount, const std::string& parent);

// Does `file` of the parent, such as cpuset.cpus.effective, have all the numbers of `list`, the
// value of `option`? Where there is no such file, the kernel decides. No side effects.
Status CheckIdsAreThere(const char* option, const std::string& list, const std::string& file);

// Refuses a path that neither the kernel nor an undo record takes.
Status CheckLength(const std::string& path);

// RecordUndo of the hook that makes it.
using Recorder = std::function<Status(std::string_view record)>;

// Makes the cgroup `path`, refuses one that is there, leaves the undo records, and opens it. boot:
// sys::BootId() in v1, where a container can rename its cgroup; empty in v2.
Result<sys::Fd> MakeCgroup(const Recorder& record, const std::string& path,
                           const std::string& boot);

// Writes one value to `file` of the cgroup `directory`.
Status WriteLimit(const std::string& directory, const LimitWrite& limit);

// Writes them all, in their order.
Status WriteLimits(const std::string& directory, const std::vector<LimitWrite>& limits);

// Undoes one record that MakeCgroup left, given as its text.
Status UndoCgroup(std::string_view text);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_LIFE_H_
