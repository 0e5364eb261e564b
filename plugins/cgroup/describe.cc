#include "plugins/cgroup/describe.h"

namespace slipway::cgroup {

std::string ContainerDirectory(const CgroupMount& mount, const std::string& parent,
                               std::string_view id) {
  return CgroupDirectory(mount, parent).append("/").append(id.empty() ? "ID" : id);
}

Status DescribeCgroup(const std::string& directory, const std::string& entered,
                      const std::vector<LimitWrite>& limits, Description& description) {
  RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_CGROUP, directory, "a new one; " + entered));
  for (const LimitWrite& limit : limits) {
    const char* condition = limit.where_present ? ", where the kernel has this file" : "";
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_LIMIT, limit.file, limit.value + condition));
  }
  return Ok();
}

std::string DevicesText(const std::vector<DeviceRule>& rules) {
  std::string text;
  for (const DeviceRule& rule : rules) {
    text += (text.empty() ? "" : ", ") + rule.device + " " + rule.access;
  }
  return text.empty() ? "none" : text + "; no others";
}

}  // namespace slipway::cgroup
