// Its own view of cgroups: a cgroup namespace, cgroup_namespaces(7).

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

class CgroupNamespace final : public slipway::Stage {
 public:
  Status Probe(Context&) override {
    if (slipway::sys::OwnNamespace(CLONE_NEWCGROUP).ok()) return Ok();
    return NotHere(Error("this kernel has no cgroup namespaces"),
                   "use a kernel with CONFIG_CGROUPS");
  }

  Status Describe(Description& description) override {
    return description.Add(SLIPWAY_EFFECT_NAMESPACE, "cgroup",
                           "a new one; the container's cgroups are its root");
  }

  // The host makes it when the container is in all of its cgroups, wherever their stages stand.
  Status PreClone(Plan& plan) override { return plan.AddNamespaces(CLONE_NEWCGROUP); }
};

}  // namespace

SLIPWAY_STAGE(CgroupNamespace,
              {.name = "cgroup-namespace",
               .summary = "Its own cgroups as the root of all cgroups (cgroup namespace)",
               .privileges = SLIPWAY_ROOT_OR_USERNS});
