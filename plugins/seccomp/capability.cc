#include <strings.h>

#include <string>

#include "plugins/seccomp/rule_text.h"
#include "runtime/sys/capability_name.h"

namespace seccomp {

std::optional<uint64_t> ReadCapability(std::string_view text) {
  if (text.size() == 3 && strncasecmp(text.data(), "all", 3) == 0) return ~uint64_t{0};
  const std::optional<int> capability = slipway::sys::CapabilityNamed(text);
  if (!capability) return std::nullopt;
  return uint64_t{1} << *capability;
}

}  // namespace seccomp
