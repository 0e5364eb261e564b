// Its own System V IPC and POSIX message queues: an IPC namespace, ipc_namespaces(7).

#include <sched.h>

#include "runtime/sdk/stage.h"
#include "runtime/sys/namespace.h"

namespace {

using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

class Ipc final : public slipway::Stage {
 public:
  Status Probe(Context&) override {
    if (slipway::sys::OwnNamespace(CLONE_NEWIPC).ok()) return Ok();
    return NotHere(Error("this kernel has no IPC namespaces"), "use a kernel with CONFIG_IPC_NS");
  }

  Status Describe(Description& description) override {
    return description.Add(SLIPWAY_EFFECT_NAMESPACE, "ipc", "a new one");
  }

  Status PreClone(Plan& plan) override { return plan.AddNamespaces(CLONE_NEWIPC); }
};

}  // namespace

SLIPWAY_STAGE(Ipc, {.name = "ipc",
                    .summary = "Its own System V IPC and POSIX message queues (IPC namespace)",
                    .privileges = SLIPWAY_ROOT_OR_USERNS});
