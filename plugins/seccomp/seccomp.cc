// A filter of system calls, seccomp(2): the default list, a profile, or what the options make of
// either. The host sets it in its last steps, for the command, its init, and each further command;
// one with a listener is set here, as the last but the exec.

#include <fcntl.h>
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
#include "plugins/seccomp/filter.h"
#include "plugins/seccomp/listener.h"
#include "runtime/sdk/stage.h"

template <>
inline constexpr std::array<const char*, 8> slipway::kNamesOf<seccomp::Action>{
    "allow", "errno", "kill", "kill-thread", "log", "trap", "notify", nullptr};

namespace {

using seccomp::Action;
using seccomp::Filter;
using seccomp::Names;
using slipway::Child;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Finishing;
using slipway::HostPath;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

// The caller's may be among the command's, or is in reach by /dev/tty.
bool HasTerminal() {
  const int controlling = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (controlling >= 0) {
    close(controlling);
    return true;
  }
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (isatty(fd) != 0) return true;
  }
  return false;
}

class Seccomp final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Seccomp::profile_>(
            "profile",
            "Begin with this file instead of with the default list: JSON, as docker and the OCI "
            "runtime specification have it"),
        Option<&Seccomp::otherwise_>(
            "default",
            "Begin with this for every call, instead of with the default list; errno is EPERM"),
        Option<&Seccomp::capabilities_>(
            "capabilities",
            "The default list or the profile also allows what these capabilities are for; give "
            "those that credentials gives",
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
                                {.fallback = "[]"}),
        Option<&Seccomp::notify_>("notify", "Calls that whoever listens at notify_socket answers",
                                  {.fallback = "[]"}),
        Option<&Seccomp::notify_socket_>(
            "notify_socket",
            "Unix socket that gets the listener of the filter, seccomp_unotify(2)"),
        Option<&Seccomp::notify_metadata_>("notify_metadata",
                                           "Text that goes along with the listener"));
  }

  Status Create(Context&) override {
    wishes_.otherwise = otherwise_;
    wishes_.causes = errno_;
    wishes_.lists = {{"allow", &allow_, Action::kAllow}, {"deny", &deny_, Action::kErrno},
                     {"kill", &kill_, Action::kKill},    {"log", &log_, Action::kLog},
                     {"trap", &trap_, Action::kTrap},    {"notify", &notify_, Action::kNotify}};
    ASSIGN_OR_RETURN(wishes_.capabilities, seccomp::ReadCapabilities(capabilities_));
    if (profile_ && otherwise_) {
      return Error("a profile, and a default of its own", {}, "keep one of them").Option("default");
    }
    if (notify_socket_) filter_.notify_socket = notify_socket_->path;
    if (notify_metadata_) filter_.notify_metadata = *notify_metadata_;
    if (!wishes_.ChangesNothing() || profile_) is_default_ = false;
    if (profile_) return seccomp::CheckWishes(wishes_);
    return is_default_ ? filter_.CheckSocket() : seccomp::MakeFilter(wishes_, filter_);
  }

  Status Probe(Context& context) override {
    const uint32_t action = SECCOMP_RET_ERRNO;
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0) {
      return NotHere(Error(errno, "filter system calls", {}, ""),
                     "it takes a kernel with CONFIG_SECCOMP_FILTER, and no filter that forbids it");
    }
    return profile_ ? Load(context) : Ok();
  }

  Status Describe(Description& description) override {
    std::string how = "the default list";
    if (profile_) how = "as in " + profile_->path;
    if (!profile_ && !is_default_) how = "as the options say";
    if (filter_.notifies) how += "; some are answered at " + filter_.notify_socket;
    return description.Add(SLIPWAY_EFFECT_FILTER, "system calls", how);
  }

  Status PreClone(Plan& plan) override {
    if (is_default_) {
      return plan.AddFilter(seccomp::DefaultProgram(), seccomp::DefaultProgramSize());
    }
    if (profile_ && plan.operation() == SLIPWAY_EXEC) {
      RETURN_IF_ERROR(filter_.Restore(plan.State()));
    } else if (profile_) {
      if (filter_.program.empty()) RETURN_IF_ERROR(Load(plan));
      RETURN_IF_ERROR(plan.RecordState(filter_.Kept()));
    }
    if (HasTerminal()) {
      RETURN_IF_ERROR(plan.AddFilter(seccomp::TerminalProgram(), seccomp::TerminalProgramSize()));
    }
    if (!filter_.notifies) {
      return plan.AddFilter(filter_.program.data(), filter_.program.size(), filter_.flags);
    }
    ASSIGN_OR_RETURN(connection_, seccomp::ConnectTo(filter_.notify_socket));
    return Ok();
  }

  Status InChild(Child& child) override {
    if (!connection_.valid()) return Ok();
    const bool joins = child.operation() == SLIPWAY_EXEC;
    message_ =
        seccomp::ProcessState(child.oci_state(), joins ? getpid() : 0, filter_.notify_metadata);
    return child.PutAsideForFinish(connection_.get());
  }

  Status Finish(Finishing& finishing) override {
    if (!filter_.notifies) return Ok();
    return seccomp::SetAndHandOver(filter_.program, filter_.flags, finishing.Aside(), message_);
  }

 private:
  Status Load(Context& context) {
    auto unknown = seccomp::LoadProfile(profile_->path, wishes_, filter_);
    if (!unknown.ok()) {
      return *unknown.error()->option != '\0' ? unknown.error() : unknown.error().Option("profile");
    }
    if (!unknown->empty())
      context.Info("the profile names calls that are unknown here: " + *unknown);
    return Ok();
  }

  std::optional<HostPath> profile_;
  std::optional<Action> otherwise_;
  Names capabilities_;
  Names allow_;
  Names deny_;
  std::map<std::string, std::string> errno_;
  Names kill_;
  Names log_;
  Names trap_;
  Names notify_;
  std::optional<HostPath> notify_socket_;
  std::optional<std::string> notify_metadata_;

  seccomp::Wishes wishes_;
  bool is_default_ = true;
  Filter filter_;                // of all but the default list
  slipway::sys::Fd connection_;  // to notify_socket
  std::string message_;
};

}  // namespace

SLIPWAY_STAGE(Seccomp,
              {.name = "seccomp",
               .summary = "Which system calls the command may make (seccomp filter)",
               .joins = SLIPWAY_JOIN_PRE_CLONE | SLIPWAY_JOIN_IN_CHILD | SLIPWAY_JOIN_FINISH});
