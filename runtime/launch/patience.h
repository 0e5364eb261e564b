// How long somebody is waited for, as poll(2) has it.

#ifndef SLIPWAY_RUNTIME_LAUNCH_PATIENCE_H_
#define SLIPWAY_RUNTIME_LAUNCH_PATIENCE_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace slipway::launch {

// What is left of `patience`, in ms; -1: it has no end, as with 0.
inline int LeftOf(std::chrono::seconds patience, std::chrono::steady_clock::time_point since) {
  if (patience.count() == 0) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(since + patience -
                                                                 std::chrono::steady_clock::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_PATIENCE_H_
