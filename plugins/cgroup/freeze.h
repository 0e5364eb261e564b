// Processes of a cgroup that stand still, and go on.

#ifndef SLIPWAY_PLUGINS_CGROUP_FREEZE_H_
#define SLIPWAY_PLUGINS_CGROUP_FREEZE_H_

#include <chrono>
#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::cgroup {

using Clock = std::chrono::steady_clock;

// What is left until then, not negative.
std::chrono::milliseconds Left(Clock::time_point deadline);

// In a cgroup of v1's freezer: nothing in it runs, hence nothing forks, as far as it can be frozen
// by `deadline`. False in other hierarchies.
bool FreezeV1(const sys::Fd& cgroup, Clock::time_point deadline);

// Also cgroups inside that the container froze itself: a frozen process does not even take a
// SIGKILL.
Status ThawV1(const sys::Fd& cgroup, const std::string& path);

// Freezes the cgroup and all below it, or thaws what FreezeV2 has frozen; returns once that is so.
// path: names it in an error.
Status FreezeV2(const sys::Fd& cgroup, const std::string& path, bool frozen,
                Clock::time_point deadline);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_FREEZE_H_
