#include "runtime/sys/signal_name.h"

#include <signal.h>
#include <string.h>

#include <cctype>
#include <charconv>

namespace slipway::sys {
namespace {

std::optional<int> Number(std::string_view text, int lowest, int highest) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < lowest || number > highest) return std::nullopt;
  return number;
}

// RTMIN, RTMIN+3, RTMAX-1.
std::optional<int> RealTime(std::string_view name) {
  const bool from_lowest = name.starts_with("RTMIN");
  if (!from_lowest && !name.starts_with("RTMAX")) return std::nullopt;
  const int base = from_lowest ? SIGRTMIN : SIGRTMAX;
  name.remove_prefix(5);
  if (name.empty()) return base;
  if (name.front() != (from_lowest ? '+' : '-')) return std::nullopt;
  const std::optional<int> distance = Number(name.substr(1), 0, SIGRTMAX - SIGRTMIN);
  if (!distance) return std::nullopt;
  return from_lowest ? base + *distance : base - *distance;
}

}  // namespace

std::optional<int> SignalNumber(std::string_view text) {
  if (const auto number = Number(text, 1, SIGRTMAX)) return number;
  std::string name;
  for (const char c : text) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    const char* known = sigabbrev_np(signal);
    if (known != nullptr && name == known) return signal;
  }
  return RealTime(name);
}

std::vector<std::string> SignalNames() {
  std::vector<std::string> names;
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    if (const char* known = sigabbrev_np(signal)) names.emplace_back(known);
  }
  names.emplace_back("RTMIN");
  names.emplace_back("RTMAX");
  return names;
}

}  // namespace slipway::sys
