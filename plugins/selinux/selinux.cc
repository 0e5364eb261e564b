// The SELinux label that the command runs with: selinux(8). The host has it changed by the exec of
// the command or its init, and of each further command.

#include <string>

#include "plugins/selinux/label.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace {

using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;
namespace sys = slipway::sys;

constexpr const char* kFilesystems = "/proc/filesystems";
constexpr int64_t kLongest = 4095;  // a page of the kernel's file, without the NUL

class Selinux final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&Selinux::label_>(
        "label",
        "Label of the machine's policy, user:role:type or user:role:type:level, such as "
        "system_u:system_r:container_t:s0:c1,c2",
        {.required = true, .minimum = 1, .maximum = kLongest}));
  }

  Status Create(Context&) override {
    if (slipway::selinux::IsLabel(label_)) return Ok();
    return Error("not a label", label_, "write such as system_u:system_r:container_t:s0:c1,c2")
        .Option("label");
  }

  // The kernel has this filesystem only where SELinux was enabled at its start.
  Status Probe(Context&) override {
    const auto filesystems = sys::ReadFile(kFilesystems);
    if (!filesystems.ok()) return filesystems.error();
    if ((*filesystems).find("\tselinuxfs\n") != std::string::npos) return Ok();
    return NotHere(
        Error("SELinux is not enabled", {}, std::string(kFilesystems) + " has no selinuxfs"),
        "start a kernel that has it with selinux in lsm= of its command line, on a "
        "system with a policy");
  }

  Status Describe(Description& description) override {
    return description.Add(SLIPWAY_EFFECT_PROCESS, "SELinux", "the label " + label_);
  }

  Status PreClone(Plan& plan) override {
    slipway_process wishes{};
    wishes.fields = SLIPWAY_PROCESS_LABEL;
    wishes.label_file = "exec";
    wishes.label = label_.c_str();
    return plan.SetProcess(wishes);
  }

 private:
  std::string label_;
};

}  // namespace

SLIPWAY_STAGE(Selinux, {.name = "selinux",
                        .summary = "Runs the command with a label of SELinux",
                        .joins = SLIPWAY_JOIN_PRE_CLONE,
                        .conflicts = {"apparmor"}});
