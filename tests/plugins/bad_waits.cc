// Waits in one hook until it is let go on. The folder `dir` has two fifos: the hook opens "there",
// which lets the other side know, and then reads from "go" to its end. Without fifos, e.g. once
// they have been removed, no hook waits. As long as a process waits, it holds "there" open.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace {

enum class Hook { kPreClone, kPostClone, kInChild, kReport, kTeardown };

}  // namespace

template <>
inline constexpr std::array<const char*, 6> slipway::kNamesOf<Hook>{
    "pre-clone", "post-clone", "in-child", "report", "teardown", nullptr};

namespace {

using slipway::Status;

class Waits final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Waits::hook_>("hook", "The hook that waits", {.required = true}),
        slipway::Option<&Waits::dir_>("dir", "Folder of the fifos", {.required = true}));
  }

  Status PreClone(slipway::Plan& plan) override {
    RETURN_IF_ERROR(plan.RecordUndo("waited"));
    return In(Hook::kPreClone);
  }
  Status PostClone(slipway::ParkedChild&) override { return In(Hook::kPostClone); }
  Status InChild(slipway::Child&) override { return In(Hook::kInChild); }
  Status Report(std::string_view, slipway::Figures&) override { return In(Hook::kReport); }
  Status Teardown(std::string_view, slipway::Context&) override { return In(Hook::kTeardown); }

 private:
  Status In(Hook hook) const {
    if (hook != hook_) return slipway::Ok();
    const auto there = slipway::sys::Open(dir_.path + "/there", O_WRONLY);
    if (!there.ok()) return there.error()->errno_value == ENOENT ? slipway::Ok() : there.error();
    return slipway::sys::ReadFile(dir_.path + "/go").status();
  }

  Hook hook_ = Hook::kPreClone;
  slipway::HostPath dir_;
};

}  // namespace

SLIPWAY_STAGE(Waits, {.name = "bad-waits",
                      .summary = "Waits in a hook until it is let go on",
                      .joins = SLIPWAY_JOIN_IN_CHILD});
