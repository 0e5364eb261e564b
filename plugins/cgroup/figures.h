// The final figures of a cgroup whose container has ended: peaks and counters, under the same names
// for both versions of cgroups.

#ifndef SLIPWAY_PLUGINS_CGROUP_FIGURES_H_
#define SLIPWAY_PLUGINS_CGROUP_FIGURES_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/sdk/result.h"
#include "runtime/sdk/stage.h"

namespace slipway::cgroup {

// The number in the text of a cgroup's file: the first one, or, with a `key`, the sum of those that
// follow it (`oom_kill 3`, or `8:0 rbytes=1459200 wbytes=0`). nullopt when there is none.
std::optional<int64_t> FigureIn(std::string_view text, std::string_view key);

// Adds what the kernel counted in the cgroup of an undo record of MakeCgroup, given as its text,
// and a note when the kernel killed for lack of memory. A record that stands for no cgroup adds
// nothing, nor does a file that this kernel does not have.
Status ReportCgroup(std::string_view text, Figures& figures);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_FIGURES_H_
