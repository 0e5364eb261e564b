#include "runtime/launch/time_limit.h"

#include <algorithm>

namespace slipway::launch {
namespace {

// For the end of a process that was killed; one that has frozen itself takes no KILL in cgroup v1.
constexpr std::chrono::seconds kForKill{1};

}  // namespace

Countdown::Due Countdown::Take(Clock::time_point now) {
  if (!runs() || now < at_) return Due::kNothing;
  const Due due = next_;
  switch (due) {
    case Due::kStop:
      next_ = Due::kKill;
      at_ = now + limit_.grace;
      break;
    case Due::kKill:
      next_ = Due::kKillAgain;
      at_ = now + kForKill;
      break;
    default:
      next_ = Due::kNothing;
  }
  return due;
}

std::chrono::nanoseconds Countdown::Left(Clock::time_point now,
                                         std::chrono::nanoseconds longest) const {
  if (!runs()) return longest;
  return std::clamp<std::chrono::nanoseconds>(at_ - now, std::chrono::nanoseconds(0), longest);
}

}  // namespace slipway::launch
