// /proc of the container's own pid namespace: a fresh procfs, proc(5).

#include <fcntl.h>
#include <linux/mount.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/mount.h"

namespace {

using slipway::Child;
using slipway::Status;
namespace sys = slipway::sys;

// In the order of the kernel's HIDEPID_* numbers; their names need Linux 5.8.
enum class HidePid { kOff, kNoAccess, kInvisible, kPtraceable };
constexpr std::array kHidePidNames = {"off", "noaccess", "invisible", "ptraceable"};

enum class Subset { kAll, kPid };

}  // namespace

template <>
inline constexpr std::array<const char*, 5> slipway::kNamesOf<HidePid>{
    kHidePidNames[0], kHidePidNames[1], kHidePidNames[2], kHidePidNames[3], nullptr};
template <>
inline constexpr std::array<const char*, 3> slipway::kNamesOf<Subset>{"all", "pid", nullptr};

namespace {

class Proc final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Proc::target_>("target", "Folder to mount it on; it must exist",
                                        {.fallback = "/proc"}),
        slipway::Option<&Proc::hidepid_>(
            "hidepid", "Which processes of other users are hidden (hidepid= of proc(5))",
            {.fallback = "off"}),
        slipway::Option<&Proc::subset_>(
            "subset", "What is in it: all, or the folders of processes alone (subset= of proc(5))",
            {.fallback = "all"}));
  }

  Status InChild(Child& child) override {
    std::vector<std::pair<std::string, std::string>> options;
    if (hidepid_ != HidePid::kOff) {
      options.emplace_back("hidepid", kHidePidNames[static_cast<size_t>(hidepid_)]);
    }
    if (subset_ == Subset::kPid) options.emplace_back("subset", "pid");

    // A root filesystem is not trusted: a /proc that is a symlink would put procfs elsewhere.
    auto target = child.OpenInRoot(target_, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (!target.ok()) {
      if (target.error()->errno_value == ELOOP) {
        target.error().Hint("it is, or is below, a symlink; it must be a plain folder");
      } else if (target.error()->errno_value == ENOENT) {
        target.error().Hint("the root filesystem needs this folder as a mount point");
      }
      return std::move(target).status();
    }
    const sys::Fd folder(*target);
    ASSIGN_OR_RETURN(
        const sys::Fd procfs,
        sys::NewMount("proc", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    return sys::Attach(procfs, folder, target_.path);
  }

 private:
  slipway::ContainerPath target_;
  HidePid hidepid_ = HidePid::kOff;
  Subset subset_ = Subset::kAll;
};

}  // namespace

SLIPWAY_STAGE(Proc, {.name = "proc",
                     .summary = "A fresh /proc of the container's own processes",
                     .privileges = SLIPWAY_ROOT_OR_USERNS,
                     .requires_ = {"mount-namespace"},
                     .after = {"root", "pid-namespace"}});
