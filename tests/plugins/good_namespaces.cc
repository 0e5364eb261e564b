// Own namespaces of any kind, namespaces that exist, clocks of the container's own, and an init.

#include <fcntl.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"

namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

uint64_t FlagOf(const std::string& name) {
  for (uint64_t flag = 1; flag <= CLONE_NEWNET; flag <<= 1) {
    if (slipway::sys::NamespaceName(flag) == name) return flag;
  }
  return 0;
}

class Namespaces final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Namespaces::own_>("own", "Kinds to make, as \"net\""),
        slipway::Option<&Namespaces::join_>("join", "Files of those to join, by their kinds"),
        slipway::Option<&Namespaces::init_>("init", "Run an init", {.fallback = "false"}),
        slipway::Option<&Namespaces::clocks_>("clocks", "Set the clocks", {.fallback = "false"}),
        slipway::Option<&Namespaces::monotonic_>("monotonic", "Nanoseconds", {.fallback = "0"}),
        slipway::Option<&Namespaces::boottime_>("boottime", "Nanoseconds", {.fallback = "0"}));
  }

  Status PreClone(Plan& plan) override {
    if (init_) RETURN_IF_ERROR(plan.UseInit());
    for (const std::string& kind : own_) RETURN_IF_ERROR(plan.AddNamespaces(FlagOf(kind)));
    if (clocks_) RETURN_IF_ERROR(plan.SetTimeOffsets(monotonic_, boottime_));
    for (const auto& [kind, path] : join_) {
      ASSIGN_OR_RETURN(slipway::sys::Fd file, slipway::sys::Open(path.path, O_RDONLY));
      files_.push_back(std::move(file));
      RETURN_IF_ERROR(plan.JoinNamespace(files_.back().get(), FlagOf(kind)));
    }
    return Ok();
  }

 private:
  std::vector<std::string> own_;
  std::map<std::string, slipway::HostPath> join_;
  bool init_ = false;
  bool clocks_ = false;
  int64_t monotonic_ = 0;
  int64_t boottime_ = 0;
  std::vector<slipway::sys::Fd> files_;
};

}  // namespace

SLIPWAY_STAGE(Namespaces, {.name = "good-namespaces",
                           .summary = "Namespaces of any kind",
                           .privileges = SLIPWAY_ROOT_OR_USERNS});
