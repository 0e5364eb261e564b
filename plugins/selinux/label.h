// Labels of SELinux, as text: "user:role:type", and ":level" where the policy has levels.

#ifndef SLIPWAY_PLUGINS_SELINUX_LABEL_H_
#define SLIPWAY_PLUGINS_SELINUX_LABEL_H_

#include <string_view>

namespace slipway::selinux {

// Is it written as a label? A level is such as "s0", "s0:c1,c5.c9" or "s0-s15:c0.c1023". Whether
// there is such a user, role and type, only the machine's policy knows.
bool IsLabel(std::string_view text);

}  // namespace slipway::selinux

#endif  // SLIPWAY_PLUGINS_SELINUX_LABEL_H_
