// Who a process of a user namespace is that nobody says more of: root, where that is mapped; else
// the first that is. As the namespace itself counts.

#ifndef SLIPWAY_RUNTIME_LAUNCH_FIRST_IDS_H_
#define SLIPWAY_RUNTIME_LAUNCH_FIRST_IDS_H_

#include <cstdint>
#include <string>

#include "runtime/launch/namespace_wishes.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

struct FirstIds {
  uint32_t user = 0;
  uint32_t group = 0;
};

// Of an own user namespace that has these maps, neither of them empty.
FirstIds FirstIdsOf(const IdMaps& maps);

// Of the user namespace that the process is in. process: its folder, such as "/proc/self".
Result<FirstIds> FirstIdsOf(const std::string& process);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_FIRST_IDS_H_
