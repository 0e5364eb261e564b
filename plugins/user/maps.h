// Maps of ids as the stage `user` takes them: uid_map and gid_map of user_namespaces(7).

#ifndef SLIPWAY_PLUGINS_USER_MAPS_H_
#define SLIPWAY_PLUGINS_USER_MAPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/sdk/options.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/ids.h"

namespace slipway::user {

// One line of a map.
struct Range {
  int64_t inside = 0;
  int64_t outside = 0;
  int64_t count = 1;

  sys::Ids ids_inside() const {
    return {static_cast<uint32_t>(inside), static_cast<uint32_t>(count)};
  }
  sys::Ids ids_outside() const {
    return {static_cast<uint32_t>(outside), static_cast<uint32_t>(count)};
  }

  static constexpr const char* kTextForm = "inside:outside:count";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Range::inside>("inside", "The first id in the container",
                                        {.required = true, .minimum = 0, .maximum = sys::kLastId}),
        slipway::Option<&Range::outside>("outside", "The id outside that it is",
                                         {.required = true, .minimum = 0, .maximum = sys::kLastId}),
        slipway::Option<&Range::count>(
            "count", "How many ids, from these two on",
            {.fallback = "1", .minimum = 1, .maximum = int64_t{sys::kLastId} + 1}));
  }
};

// "7", or "7 to 9".
std::string InWords(const sys::Ids& ids);

// Would the kernel take it? option: "uids" or "gids".
Status CheckMap(const char* option, const std::vector<Range>& map);

}  // namespace slipway::user

#endif  // SLIPWAY_PLUGINS_USER_MAPS_H_
