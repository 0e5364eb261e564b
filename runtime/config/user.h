// A user of the container, as it is written.

#ifndef SLIPWAY_RUNTIME_CONFIG_USER_H_
#define SLIPWAY_RUNTIME_CONFIG_USER_H_

#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::config {

// "1000", "1000:1000", "www-data", "www-data:adm": a number or a name, and perhaps a group. Whether
// there is such a name only the container's own files tell.
Status CheckUser(std::string_view text);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_USER_H_
