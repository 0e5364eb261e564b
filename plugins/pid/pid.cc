// A pid namespace, pid_namespaces(7): the container sees no process of the host.

#include <sched.h>

#include <array>
#include <cstdint>
#include <string>

#include "runtime/sdk/stage.h"

namespace {

using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

enum class Signals { kCommand, kAll };

}  // namespace

template <>
inline constexpr std::array<const char*, 3> slipway::kNamesOf<Signals>{"command", "all", nullptr};

namespace {

class Pid final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Pid::init_>(
            "init",
            "Run a small init as PID 1, which reaps orphans, forwards signals and passes the "
            "command's exit status on; the command is PID 2 then. Without it the command is PID 1",
            {.fallback = "true"}),
        slipway::Option<&Pid::signals_>(
            "signals",
            "Which processes get a signal that is sent to the runtime, as by `kill`: the command, "
            "or all of the container; needs the init",
            {.fallback = "command"}));
  }

  Status Create(Context&) override {
    if (init_ || signals_ == Signals::kCommand) return Ok();
    return Error("cannot send signals to all processes without an init", {},
                 "take init: false away, or signals: all")
        .Option("signals");
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_NAMESPACE, "pid", "a new one"));
    if (!init_)
      return description.Add(SLIPWAY_EFFECT_PROCESS, "init", "none: the command is PID 1");
    return description.Add(SLIPWAY_EFFECT_PROCESS, "init",
                           std::string("PID 1, which runs the command; passes signals on to ") +
                               (InitFlags() == 0 ? "it" : "all processes"));
  }

  Status PreClone(Plan& plan) override {
    RETURN_IF_ERROR(plan.AddNamespaces(CLONE_NEWPID));
    if (!init_) return Ok();
    return plan.UseInit(InitFlags());
  }

 private:
  uint32_t InitFlags() const { return signals_ == Signals::kAll ? SLIPWAY_INIT_SIGNAL_ALL : 0; }

  bool init_ = true;
  Signals signals_ = Signals::kCommand;
};

}  // namespace

SLIPWAY_STAGE(Pid, {.name = "pid",
                    .summary = "Its own process IDs; no process of the host is visible (PID "
                               "namespace)",
                    .privileges = SLIPWAY_ROOT_OR_USERNS,
                    .provides = {"pid-namespace"}});
