// Leaves something behind on the machine, of which it keeps no record, or none that it can undo.

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "runtime/sdk/stage.h"

namespace {

enum class What { kProcess, kMount, kCgroup, kRecord };

}  // namespace

template <>
inline constexpr std::array<const char*, 5> slipway::kNamesOf<What>{"process", "mount", "cgroup",
                                                                    "record", nullptr};

namespace {

class LeavesBehind final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&LeavesBehind::what_>("what", "What is left behind", {.required = true}),
        slipway::Option<&LeavesBehind::dir_>(
            "dir", "Where it is mounted, or the cgroup in which one is made", {.fallback = "/"}));
  }

  slipway::Status PreClone(slipway::Plan& plan) override {
    switch (what_) {
      case What::kProcess:
        LeaveProcess();
        return slipway::Ok();
      case What::kMount:
        if (mount("left", dir_.path.c_str(), "tmpfs", 0, nullptr) == 0) return slipway::Ok();
        return slipway::Error(errno, "mount at", dir_.path);
      case What::kCgroup: {
        const std::string path = dir_.path + "/left-" + std::string(plan.container_id());
        if (mkdir(path.c_str(), 0755) == 0) return slipway::Ok();
        return slipway::Error(errno, "make", path);
      }
      case What::kRecord:
        return plan.RecordUndo("left");
    }
    return slipway::Ok();
  }

  slipway::Status Teardown(std::string_view, slipway::Context&) override {
    return slipway::Error("cannot undo it", "on purpose");
  }

 private:
  // Nobody's child, so that the runtime does not end it.
  static void LeaveProcess() {
    const pid_t child = fork();
    if (child == 0) {
      if (fork() == 0) {
        for (;;) pause();
      }
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  }

  What what_ = What::kProcess;
  slipway::HostPath dir_;
};

}  // namespace

SLIPWAY_STAGE(LeavesBehind, {.name = "bad-leaves-behind", .summary = "Leaves something behind"});
