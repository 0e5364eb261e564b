// stat(2), Documentation/admin-guide/cgroup-v1/devices.rst.

#include "plugins/cgroup/devices.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <charconv>

namespace slipway::cgroup {
namespace {

constexpr uint32_t kMaxMajor = (1U << 12) - 1;  // MINORBITS of the kernel is 20
constexpr uint32_t kMaxMinor = (1U << 20) - 1;

bool IsPath(std::string_view device) { return device.starts_with('/'); }

// One side of the colon. False for what is neither '*' nor a number up to `maximum`.
bool ParseSide(std::string_view text, uint32_t maximum, std::optional<uint32_t>& side) {
  if (text == "*") return true;
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > maximum) return false;
  side = number;
  return true;
}

// Blames the option, or the field of it that the error has named already.
Status In(const std::string& option, Status status) {
  if (status.ok()) return status;
  Error& error = status.error();
  const std::string field = error->option;
  return error.Option(field.empty() ? option : option + "." + field);
}

Status CheckLimited(const IoMax& limit) {
  if (!limit.rbps && !limit.wbps && !limit.riops && !limit.wiops) {
    return Error("no limit for", limit.device, "give rbps, wbps, riops or wiops");
  }
  if (IsPath(limit.device)) return Ok();
  const Result<DeviceNumber> number = ParseDeviceNumber(limit.device);
  if (number.ok() && number->major && number->minor) return Ok();
  return Error(number.ok() ? "not one device" : "not a device", limit.device,
               "write the absolute path of a disk on the host, or major:minor")
      .Option("device");
}

Status CheckAccess(std::string_view access) {
  for (size_t i = 0; i < access.size(); ++i) {
    if (std::string_view("rwm").find(access[i]) == std::string_view::npos ||
        access.find(access[i], i + 1) != std::string_view::npos) {
      return Error("not an access", access,
                   access.find_first_not_of("0123456789*") == std::string_view::npos
                       ? "a device's number is written in a map: {device: \"1:3\", type: char}"
                       : "write some of r (read), w (write), m (mknod)")
          .Option("access");
    }
  }
  return Ok();
}

Status CheckRule(const DeviceRule& rule) {
  RETURN_IF_ERROR(CheckAccess(rule.access));
  if (IsPath(rule.device)) {
    if (rule.type != DeviceType::kAll) return Ok();
    return Error("type all of a path", rule.device, "leave the type out: the device has its own")
        .Option("type");
  }
  Result<DeviceNumber> number = ParseDeviceNumber(rule.device);
  if (!number.ok()) return number.error().Option("device");
  if (rule.type || rule.device == "*") return Ok();
  return Error("no type for", rule.device, "write type: char, block or all");
}

Result<struct stat> StatDevice(const std::string& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) {
    return Error(errno, "find the device", path).Option("device");
  }
  if (S_ISCHR(about.st_mode) || S_ISBLK(about.st_mode)) return about;
  return Error("not a device", path, "on the host it is neither a character nor a block device")
      .Option("device");
}

std::string NumberOf(const struct stat& about) {
  return DeviceText({major(about.st_rdev), minor(about.st_rdev)});
}

Status ResolveLimited(IoMax& limit) {
  if (!IsPath(limit.device)) return Ok();
  ASSIGN_OR_RETURN(const struct stat about, StatDevice(limit.device));
  if (!S_ISBLK(about.st_mode)) {
    return Error("not a block device", limit.device, "only disks have such limits")
        .Option("device");
  }
  limit.device = NumberOf(about);
  return Ok();
}

Status ResolveRule(DeviceRule& rule) {
  if (!IsPath(rule.device)) {
    rule.type = rule.type.value_or(DeviceType::kAll);
    ASSIGN_OR_RETURN(const DeviceNumber number, ParseDeviceNumber(rule.device));
    rule.device = DeviceText(number);
    return Ok();
  }
  ASSIGN_OR_RETURN(const struct stat about, StatDevice(rule.device));
  const DeviceType type = S_ISBLK(about.st_mode) ? DeviceType::kBlock : DeviceType::kChar;
  if (rule.type.value_or(type) != type) {
    return Error("not of the type that is given", rule.device,
                 type == DeviceType::kBlock ? "it is a block device" : "it is a character device")
        .Option("type");
  }
  rule.type = type;
  rule.device = NumberOf(about);
  return Ok();
}

}  // namespace

Result<DeviceNumber> ParseDeviceNumber(std::string_view text) {
  if (text == "*") return DeviceNumber();
  const size_t colon = text.find(':');
  DeviceNumber number;
  if (colon == std::string_view::npos ||
      !ParseSide(text.substr(0, colon), kMaxMajor, number.major) ||
      !ParseSide(text.substr(colon + 1), kMaxMinor, number.minor)) {
    return Error("not a device", text, "write an absolute path, major:minor, or * for any");
  }
  return number;
}

std::string DeviceText(const DeviceNumber& number) {
  const auto side = [](const std::optional<uint32_t>& value) {
    return value ? std::to_string(*value) : "*";
  };
  return side(number.major) + ":" + side(number.minor);
}

Status CheckDevices(const CgroupOptions& options) {
  for (size_t i = 0; i < options.io_max.size(); ++i) {
    RETURN_IF_ERROR(In(Element("io.max", i), CheckLimited(options.io_max[i])));
  }
  if (!options.devices) return Ok();
  for (size_t i = 0; i < options.devices->size(); ++i) {
    RETURN_IF_ERROR(In(Element("devices", i), CheckRule((*options.devices)[i])));
  }
  return Ok();
}

Result<CgroupOptions> ResolveDevices(const CgroupOptions& options) {
  CgroupOptions resolved = options;
  for (size_t i = 0; i < resolved.io_max.size(); ++i) {
    RETURN_IF_ERROR(In(Element("io.max", i), ResolveLimited(resolved.io_max[i])));
  }
  if (!resolved.devices) return resolved;
  for (size_t i = 0; i < resolved.devices->size(); ++i) {
    RETURN_IF_ERROR(In(Element("devices", i), ResolveRule((*resolved.devices)[i])));
  }
  return resolved;
}

}  // namespace slipway::cgroup
