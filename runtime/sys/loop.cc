#include "runtime/sys/loop.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::sys {
namespace {

// Between the look for a free one and the bind, others may take it.
constexpr int kTries = 64;

constexpr char kNoControl[] = "this kernel has no loop devices: load its module, modprobe loop";
constexpr char kNoNode[] =
    "the kernel has made a loop device, and /dev does not show it: /dev must "
    "be a devtmpfs";

}  // namespace

Result<Loop> AttachLoop(const Fd& file, const std::string& path) {
  auto control = Open(kLoopControl, O_RDWR);
  if (!control.ok()) {
    if (control.error()->errno_value == ENOENT) control.error().Hint(kNoControl);
    return control.error();
  }
  for (int tries = 0; tries < kTries; ++tries) {
    const int number = ioctl(control->get(), LOOP_CTL_GET_FREE);
    if (number < 0) return Error(errno, "find a free loop device for", path);
    const std::string name = "/dev/loop" + std::to_string(number);
    auto device = Open(name, O_RDONLY);
    if (!device.ok()) {
      if (device.error()->errno_value == ENOENT) device.error().Hint(kNoNode);
      return device.error();
    }
    loop_config config{};
    config.fd = static_cast<uint32_t>(file.get());
    config.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR;
    if (ioctl(device->get(), LOOP_CONFIGURE, &config) == 0) {
      return Loop{std::move(*device), name};
    }
    if (errno != EBUSY) return Error(errno, "make a loop device of", path);
  }
  return Error(EBUSY, "find a free loop device for", path);
}

}  // namespace slipway::sys
