// Its own host name and domain name: a UTS namespace, uts_namespaces(7).

#include <sched.h>

#include <optional>
#include <string>

#include "runtime/sdk/stage.h"
#include "runtime/sys/process.h"

namespace {

using slipway::Child;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

constexpr int kMaxName = 64;  // __NEW_UTS_LEN of linux/utsname.h

class Uts final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Uts::hostname_>(
            "hostname", "Host name inside the container",
            {.fallback = "container", .minimum = 1, .maximum = kMaxName}),
        slipway::Option<&Uts::domainname_>("domainname", "NIS domain name inside the container",
                                           {.minimum = 1, .maximum = kMaxName}));
  }

  Status PreClone(Plan& plan) override { return plan.AddNamespaces(CLONE_NEWUTS); }

  // The child already owns its UTS namespace here, so the host keeps its names.
  Status InChild(Child&) override {
    RETURN_IF_ERROR(slipway::sys::SetHostname(hostname_));
    return domainname_ ? slipway::sys::SetDomainname(*domainname_) : Ok();
  }

 private:
  std::string hostname_;
  std::optional<std::string> domainname_;
};

}  // namespace

SLIPWAY_STAGE(Uts, {.name = "uts",
                    .summary = "Own host name and domain name (UTS namespace)",
                    .privileges = SLIPWAY_ROOT_OR_USERNS});
