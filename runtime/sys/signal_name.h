// Signals as people write them.

#ifndef SLIPWAY_RUNTIME_SYS_SIGNAL_NAME_H_
#define SLIPWAY_RUNTIME_SYS_SIGNAL_NAME_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::sys {

// "TERM", "SIGTERM", "term", "15", "RTMIN+3" of signal(7); nullopt: there is no such signal. 0 is
// none.
std::optional<int> SignalNumber(std::string_view text);

// "HUP", "INT" and so on, then "RTMIN" and "RTMAX".
std::vector<std::string> SignalNames();

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_SIGNAL_NAME_H_
