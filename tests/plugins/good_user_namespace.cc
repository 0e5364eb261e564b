// An own user namespace with maps of its own, of the host's, or of nobody's; or one that exists.

#include <fcntl.h>
#include <sched.h>

#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

class UserNamespace final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&UserNamespace::own_>("own", "Make one", {.fallback = "true"}),
        slipway::Option<&UserNamespace::choose_>("choose", "Let the host choose the maps",
                                                 {.fallback = "false"}),
        slipway::Option<&UserNamespace::map_>(
            "map", "Ranges, each as \"user INSIDE OUTSIDE COUNT\" or \"group ...\""),
        slipway::Option<&UserNamespace::join_>("join", "File of one to join"));
  }

  Status PreClone(Plan& plan) override {
    if (own_) RETURN_IF_ERROR(plan.AddNamespaces(CLONE_NEWUSER));
    if (choose_) RETURN_IF_ERROR(plan.ChooseIdMap());
    for (const std::string& range : map_) RETURN_IF_ERROR(Add(range, plan));
    if (join_.path.empty()) return Ok();
    ASSIGN_OR_RETURN(file_, slipway::sys::Open(join_.path, O_RDONLY));
    return plan.JoinNamespace(file_.get(), CLONE_NEWUSER);
  }

 private:
  static Status Add(const std::string& range, Plan& plan) {
    std::istringstream words(range);
    std::string kind;
    uint32_t inside = 0;
    uint32_t outside = 0;
    uint32_t count = 0;
    if (!(words >> kind >> inside >> outside >> count)) return Error("not a range", range);
    return plan.AddIdMap(kind == "user" ? SLIPWAY_USER_IDS : SLIPWAY_GROUP_IDS, inside, outside,
                         count);
  }

  bool own_ = true;
  bool choose_ = false;
  std::vector<std::string> map_;
  slipway::HostPath join_;
  slipway::sys::Fd file_;
};

}  // namespace

SLIPWAY_STAGE(UserNamespace, {.name = "good-user-namespace",
                              .summary = "A user namespace",
                              .provides = {SLIPWAY_PROVIDES_USER_NAMESPACE}});
