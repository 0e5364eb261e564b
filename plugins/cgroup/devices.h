// Devices as the options name them, and as cgroups know them: by type and number. A path is looked
// up once, on the host; what it is called inside the container does not matter.

#ifndef SLIPWAY_PLUGINS_CGROUP_DEVICES_H_
#define SLIPWAY_PLUGINS_CGROUP_DEVICES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/cgroup/options.h"
#include "runtime/sdk/result.h"

namespace slipway::cgroup {

// Nothing stands for any number.
struct DeviceNumber {
  std::optional<uint32_t> major;
  std::optional<uint32_t> minor;
};

// "8:0", "8:*", "*:0", "*:*" or "*".
Result<DeviceNumber> ParseDeviceNumber(std::string_view text);

// "8:0", "8:*", ...
std::string DeviceText(const DeviceNumber& number);

// What can be said of io.max and devices without looking at the machine: for Create.
Status CheckDevices(const CgroupOptions& options);

// The options with a number in the place of each device's path, and with a type in each of
// `devices`: for Probe and PreClone. Fails for what is not there, or is no such device.
Result<CgroupOptions> ResolveDevices(const CgroupOptions& options);

}  // namespace slipway::cgroup

#endif  // SLIPWAY_PLUGINS_CGROUP_DEVICES_H_
