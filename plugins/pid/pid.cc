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
        "Run a small init as PID 1, which reaps orphans, forwards signals and passes the "
        "command's exit status on; the command is PID 2 then",
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
                    .summary = "Its own process IDs; no process of the host is visible (PID "
                               "namespace)",
                    .privileges = SLIPWAY_ROOT_OR_USERNS,
                    .provides = {"pid-namespace"}});
