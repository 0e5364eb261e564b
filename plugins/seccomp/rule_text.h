// Rules as people write them: the default list, and the calls in a pipeline's options.

#ifndef SLIPWAY_PLUGINS_SECCOMP_RULE_TEXT_H_
#define SLIPWAY_PLUGINS_SECCOMP_RULE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/seccomp/rule.h"
#include "runtime/sdk/result.h"

namespace seccomp {

// A call, and when a rule holds for it.
struct Call {
  std::string name;
  std::vector<Condition> conditions;
};

// "socket(int0 == 38 and int1 == 5)".
slipway::Result<Call> ReadCall(std::string_view text);

// A list as default_list.txt, into `policy`. capabilities: those that are granted, a bit for each.
// An error says in which line.
slipway::Status ReadList(std::string_view text, uint64_t capabilities, Policy& policy);

// EPERM; or a number, up to 4095.
std::optional<uint32_t> ReadErrno(std::string_view text);

// The bit of "sys_admin", "CAP_SYS_ADMIN"; all of them of "all".
std::optional<uint64_t> ReadCapability(std::string_view text);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_RULE_TEXT_H_
