// A pid namespace, pid_namespaces(7): the command is pid 1 and sees no process of the host.

#include <sched.h>

#include "runtime/sdk/stage.h"

namespace {

using slipway::Ok;
using slipway::Plan;
using slipway::Status;

class Pid final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&Pid::init_>(
        "init",
        "Run a small init as pid 1, which reaps orphans, forwards signals and passes the "
        "command's status on; the command is then pid 2",
        {.fallback = "false"}));
  }

  Status PreClone(Plan& plan) override {
    RETURN_IF_ERROR(plan.AddNamespaces(CLONE_NEWPID));
    return init_ ? plan.UseInit() : Ok();
  }

 private:
  bool init_ = false;
};

}  // namespace

SLIPWAY_STAGE(Pid, {.name = "pid",
                    .summary = "Own process numbers; no process of the host is visible (pid "
                               "namespace)",
                    .privileges = SLIPWAY_ROOT_OR_USERNS,
                    .provides = {"pid-namespace"}});
