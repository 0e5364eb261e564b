// Its own host name and domain name: a UTS namespace, uts_namespaces(7).

#include <sched.h>

#include <optional>
#include <string>

#include "runtime/sdk/stage.h"
#include "runtime/sys/process.h"

namespace {

using slipway::Child;
using slipway::Description;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

constexpr int kMaxName = 64;  // __NEW_UTS_LEN of linux/utsname.h

class Uts final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Uts::hostname_>(
            "hostname", "Host name in the container",
            {.fallback = "container", .minimum = 1, .maximum = kMaxName, .short_name = "hostname"}),
        slipway::Option<&Uts::domainname_>("domainname",
                                           "NIS domain name in the container; the host's if absent",
                                           {.minimum = 1, .maximum = kMaxName}));
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_NAMESPACE, "uts", "a new one"));
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_OTHER, "host name", hostname_));
    if (!domainname_) return Ok();
    return description.Add(SLIPWAY_EFFECT_OTHER, "domain name", *domainname_);
  }

  Status PreClone(Plan& plan) override { return plan.AddNamespaces(CLONE_NEWUTS); }

  // The child already owns its UTS namespace here, so the host keeps its names.
  Status InChild(Child&) override {
    Status named = slipway::sys::SetHostname(hostname_);
    if (!named.ok()) return named.error().Option("hostname");
    if (!domainname_) return Ok();
    named = slipway::sys::SetDomainname(*domainname_);
    return named.ok() ? Ok() : Status(named.error().Option("domainname"));
  }

 private:
  std::string hostname_;
  std::optional<std::string> domainname_;
};

}  // namespace

SLIPWAY_STAGE(Uts, {.name = "uts",
                    .summary = "Its own host name and domain name (UTS namespace)",
                    .privileges = SLIPWAY_ROOT_OR_USERNS});
