#include "runtime/config/signal.h"

#include <string_view>
#include <vector>

#include "runtime/sys/signal_name.h"
#include "runtime/text/nearest.h"

namespace slipway::config {

Result<int> ParseSignal(const std::string& text) {
  if (const auto signal = sys::SignalNumber(text)) return *signal;
  const std::vector<std::string> known = sys::SignalNames();
  // Three letters that all names share would make each of them near.
  const bool is_full = text::PlainName(text).starts_with("sig");
  const std::vector<std::string_view> names(known.begin(), known.end());
  const std::string_view nearest =
      text::Nearest(std::string_view(text).substr(is_full ? 3 : 0), names);
  Error error("no such signal", text);
  if (nearest.empty()) return error.Hint("write a name such as TERM or RTMIN+3, or a number");
  return error.Hint("did you mean \"" + std::string(is_full ? "SIG" : "").append(nearest) + "\"?");
}

}  // namespace slipway::config
