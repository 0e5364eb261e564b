// The AppArmor profile that the command runs under: apparmor(7). The host has it changed by the
// exec of the command or its init, and of each further command.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace {

using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;
namespace sys = slipway::sys;

constexpr const char* kEnabled = "/sys/module/apparmor/parameters/enabled";
constexpr const char* kProfiles = "/sys/kernel/security/apparmor/profiles";
constexpr const char* kUnconfined = "unconfined";
constexpr int64_t kLongest = 1024;

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// Those of a namespace of AppArmor's own, ":ns:name", and several at once, "a//&b", stand in the
// kernel's list otherwise, or not at all.
bool IsListed(const std::string& profile) {
  return profile.front() != ':' && profile.find("//&") == std::string::npos &&
         profile != kUnconfined;
}

// Its mode, such as "enforce", of the lines "NAME (MODE)"; nothing where it is not among them.
std::optional<std::string> ModeOf(const std::string& profile, std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    const size_t mode = line.rfind(" (");
    if (mode == std::string_view::npos || line.substr(0, mode) != profile) continue;
    return std::string(line.substr(mode + 2, line.size() - mode - 3));
  }
  return std::nullopt;
}

class AppArmor final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&AppArmor::profile_>(
        "profile",
        "Name of a profile that the kernel has, as apparmor_parser(8) has loaded it, or unconfined",
        {.required = true, .minimum = 1, .maximum = kLongest}));
  }

  Status Create(Context&) override {
    if (std::none_of(profile_.begin(), profile_.end(), IsControl) && profile_.front() != ' ' &&
        profile_.back() != ' ') {
      return Ok();
    }
    return Error("not the name of a profile", profile_,
                 "it has no blank at its ends, and no control characters")
        .Option("profile");
  }

  Status Probe(Context& context) override {
    const auto enabled = sys::ReadFile(kEnabled);
    if (!enabled.ok() || !(*enabled).starts_with('Y')) {
      return NotHere(
          Error("AppArmor is not enabled", {}, std::string(kEnabled) + " does not say so"),
          "start a kernel that has it with apparmor in lsm= of its command line");
    }
    if (!IsListed(profile_)) return Ok();
    // Whoever may not read it hears of the kernel, when the command would start.
    const auto profiles = sys::ReadFile(kProfiles);
    if (!profiles.ok()) return Ok();
    const std::optional<std::string> mode = ModeOf(profile_, *profiles);
    if (!mode) {
      return NotHere(Error("the kernel has no profile", profile_).Option("profile"),
                     "load it: apparmor_parser -r FILE");
    }
    if (*mode != "enforce" && *mode != "kill") {
      context.Warn("the profile " + profile_ + " restricts nothing: its mode is " + *mode);
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    return description.Add(SLIPWAY_EFFECT_PROCESS, "AppArmor", "the profile " + profile_);
  }

  Status PreClone(Plan& plan) override {
    const std::string order = "exec " + profile_;  // as the kernel's file wants it
    slipway_process wishes{};
    wishes.fields = SLIPWAY_PROCESS_LABEL;
    wishes.label_file = "apparmor/exec";
    wishes.label = order.c_str();
    return plan.SetProcess(wishes);
  }

 private:
  std::string profile_;
};

}  // namespace

SLIPWAY_STAGE(AppArmor, {.name = "apparmor",
                         .summary = "Runs the command under a profile of AppArmor",
                         .joins = SLIPWAY_JOIN_PRE_CLONE,
                         .conflicts = {"selinux"}});
