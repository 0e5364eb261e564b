#include <linux/capability.h>

#include <string>

#include "plugins/seccomp/rule_text.h"
#include "runtime/sys/capability_name.h"

namespace seccomp {

std::optional<uint64_t> ReadCapability(std::string_view text) {
  std::string name;
  for (const char c : text) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (name == "ALL") return ~uint64_t{0};
  if (!name.starts_with("CAP_")) name.insert(0, "CAP_");
  for (int capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    const uint64_t bit = uint64_t{1} << capability;
    if (slipway::sys::CapabilityNames(bit) == name) return bit;
  }
  return std::nullopt;
}

}  // namespace seccomp
