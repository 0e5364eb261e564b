// A filter of system calls, seccomp(2): the default list, or what the options make of it. The host
// sets it in its last steps, for the command, its init, and each further command.

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/seccomp/calls.h"
#include "plugins/seccomp/policy.h"
#include "plugins/seccomp/program.h"
#include "runtime/sdk/stage.h"

template <>
inline constexpr std::array<const char*, 7> slipway::kNamesOf<seccomp::Action>{
    "allow", "errno", "kill", "kill-thread", "log", "trap", nullptr};

namespace {

using seccomp::Action;
using seccomp::Names;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

class Seccomp final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Seccomp::otherwise_>(
            "default",
            "Begin with this for every call, instead of with the default list; errno is EPERM"),
        Option<&Seccomp::capabilities_>(
            "capabilities",
            "The default list also allows what these capabilities are for; give those that "
            "credentials gives",
            {.fallback = "[]"}),
        Option<&Seccomp::allow_>(
            "allow", "Calls that are allowed, such as mount or clone(arg0 & 0x7e020000 == 0)",
            {.fallback = "[]"}),
        Option<&Seccomp::deny_>("deny", "Calls that fail with EPERM", {.fallback = "[]"}),
        Option<&Seccomp::errno_>("errno", "Calls that fail with the error that is named",
                                 {.fallback = "{}"}),
        Option<&Seccomp::kill_>("kill", "Calls that end the process with SIGSYS",
                                {.fallback = "[]"}),
        Option<&Seccomp::log_>("log", "Calls that are allowed and written to the kernel's log",
                               {.fallback = "[]"}),
        Option<&Seccomp::trap_>("trap", "Calls that give the process a SIGSYS, which it may handle",
                                {.fallback = "[]"}));
  }

  Status Create(Context&) override {
    ASSIGN_OR_RETURN(const uint64_t capabilities, seccomp::ReadCapabilities(capabilities_));
    const std::vector<seccomp::List> lists = {{"allow", &allow_, Action::kAllow},
                                              {"deny", &deny_, Action::kErrno},
                                              {"kill", &kill_, Action::kKill},
                                              {"log", &log_, Action::kLog},
                                              {"trap", &trap_, Action::kTrap}};
    bool changed = !errno_.empty();
    for (const seccomp::List& list : lists) changed = changed || !list.calls->empty();
    if (!changed && !otherwise_ && capabilities == 0) return Ok();
    seccomp::Policy policy;
    if (otherwise_) {
      policy = seccomp::EmptyPolicy(*otherwise_);
    } else {
      ASSIGN_OR_RETURN(policy, seccomp::DefaultPolicy(capabilities));
    }
    RETURN_IF_ERROR(seccomp::Change({otherwise_, lists, errno_}, policy));
    program_ = Compile(policy, seccomp::AllArchitectures());
    if (program_.size() <= BPF_MAXINSNS) return Ok();
    return Error("a filter of " + std::to_string(program_.size()) + " instructions is too long", {},
                 "the kernel takes " + std::to_string(BPF_MAXINSNS) + ": use fewer conditions");
  }

  Status Probe(Context&) override {
    const uint32_t action = SECCOMP_RET_ERRNO;
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) return Ok();
    return NotHere(Error(errno, "filter system calls", {}, ""),
                   "it takes a kernel with CONFIG_SECCOMP_FILTER, and no filter that forbids it");
  }

  Status Describe(Description& description) override {
    return description.Add(SLIPWAY_EFFECT_FILTER, "system calls",
                           program_.empty() ? "the default list" : "as the options say");
  }

  Status PreClone(Plan& plan) override {
    if (!program_.empty()) return plan.AddFilter(program_.data(), program_.size());
    return plan.AddFilter(seccomp::DefaultProgram(), seccomp::DefaultProgramSize());
  }

 private:
  std::optional<Action> otherwise_;
  Names capabilities_;
  Names allow_;
  Names deny_;
  std::map<std::string, std::string> errno_;
  Names kill_;
  Names log_;
  Names trap_;
  seccomp::Program program_;  // empty: the default list's
};

}  // namespace

SLIPWAY_STAGE(Seccomp, {.name = "seccomp",
                        .summary = "Which system calls the command may make (seccomp filter)",
                        .joins = SLIPWAY_JOIN_PRE_CLONE});
