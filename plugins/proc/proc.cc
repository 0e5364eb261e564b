// /proc of the container's own pid namespace: a fresh procfs, proc(5).

#include <linux/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/mount.h"

namespace {

using slipway::Child;
using slipway::Description;
using slipway::Error;
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

// Its link "self" leads nowhere for whom it does not show: in a pid namespace that the container
// joins no hook runs; proc(5).
bool ShowsThisProcess(const sys::Fd& procfs) {
  char self[16];
  return readlinkat(procfs.get(), "self", self, sizeof(self)) >= 0;
}

// The option that a mount has failed for, if it is one.
Error& Blame(Error& error) {
  const std::string_view subject = error->subject;
  for (const char* option : {"hidepid", "subset"}) {
    if (subject.starts_with(option)) error.Option(option);
  }
  if (error->errno_value != EPERM) return error;
  if (std::string_view(error->operation) == sys::kMakeMount) {
    error.Hint("in a user namespace the kernel allows it only where all of the host's /proc shows");
  } else if (!*error->hint) {
    error.Hint(
        "in a user namespace the kernel allows it only for a PID namespace of its own: write pid "
        "in "
        "front of it");
  }
  return error;
}

class Proc final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Proc::target_>("target", "Folder that it is mounted on; it must exist",
                                        {.fallback = "/proc"}),
        slipway::Option<&Proc::hidepid_>(
            "hidepid", "How processes of other users are hidden (hidepid= of proc(5))",
            {.fallback = "off"}),
        slipway::Option<&Proc::subset_>(
            "subset", "What it shows: all, or only the folders of processes (subset= of proc(5))",
            {.fallback = "all"}));
  }

  Status Describe(Description& description) override {
    std::string how = "a new procfs" + sys::AttributesText(kAttributes);
    for (const auto& [name, value] : MountOptions()) how += ", " + name + "=" + value;
    return description.Add(SLIPWAY_EFFECT_MOUNT, target_.path, how);
  }

  Status InChild(Child& child) override {
    ASSIGN_OR_RETURN(const int context, child.OpenProcfs());
    auto procfs = sys::FinishMount(sys::Fd(context), "proc", MountOptions(), kAttributes);
    if (!procfs.ok()) return Blame(procfs.error());
    // Whoever has cloned it is in another pid namespace then; getppid(2).
    if (getppid() != 0 && ShowsThisProcess(*procfs)) {
      child.Warn(
          "this /proc is of the host's processes, and /proc/PID/root leads to the host's files: "
          "write pid in front of it");
    }
    // A root filesystem is not trusted: a /proc that is a symlink would put procfs elsewhere.
    Status status =
        child.Attach(procfs->get(), target_, SLIPWAY_ATTACH_NO_SYMLINKS | SLIPWAY_ATTACH_FRESH);
    return status.ok() ? status : Status(status.error().Option("target"));
  }

 private:
  static constexpr uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

  std::vector<std::pair<std::string, std::string>> MountOptions() const {
    std::vector<std::pair<std::string, std::string>> options;
    if (hidepid_ != HidePid::kOff) {
      options.emplace_back("hidepid", kHidePidNames[static_cast<size_t>(hidepid_)]);
    }
    if (subset_ == Subset::kPid) options.emplace_back("subset", "pid");
    return options;
  }

  slipway::ContainerPath target_;
  HidePid hidepid_ = HidePid::kOff;
  Subset subset_ = Subset::kAll;
};

}  // namespace

SLIPWAY_STAGE(Proc, {.name = "proc",
                     .summary = "A fresh /proc, of the processes of its PID namespace",
                     .privileges = SLIPWAY_ROOT_OR_USERNS,
                     .provides = {"procfs"},
                     .requires_ = {"mount-namespace"},
                     .after = {"root", "pid-namespace"}});
