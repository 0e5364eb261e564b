// What kind of system the kernel shows to the command: personality(2). The host sets it in its last
// steps.

#include <sys/personality.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include "runtime/sdk/stage.h"

namespace {

using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

enum class Domain { kLinux, kLinux32 };

}  // namespace

template <>
inline constexpr std::array<const char*, 3> slipway::kNamesOf<Domain>{"linux", "linux32", nullptr};

namespace {

class Personality final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Personality::domain_>(
            "domain", "Which machine uname(2) names: the kernel's own, or its 32-bit one (i686)",
            {.fallback = "linux"}),
        Option<&Personality::aslr_>(
            "aslr", "Whether addresses of stack, heap and libraries differ from run to run",
            {.fallback = "true"}),
        Option<&Personality::addr_compat_layout_>(
            "addr_compat_layout", "Place mappings from low addresses up, as old kernels did",
            {.fallback = "false"}),
        Option<&Personality::uname26_>(
            "uname26", "Have uname(2) name a kernel 2.6.x, for programs that ask for one",
            {.fallback = "false"}));
  }

  // It is set for a moment: the kernel says no otherwise than by trying.
  Status Probe(Context&) override {
    constexpr unsigned long kAsk = 0xffffffff;
    const int own = personality(kAsk);
    if (own < 0 || personality(Value()) >= 0) {
      (void)personality(own < 0 ? kAsk : static_cast<unsigned>(own));
      return Ok();
    }
    return NotHere(Error(errno, "have the domain", slipway::kNamesOf<Domain>[Index()],
                         "this machine runs no 32-bit programs")
                       .Option("domain"));
  }

  Status Describe(Description& description) override {
    std::string flags;
    if (!aslr_) flags += ", no ASLR";
    if (addr_compat_layout_) flags += ", mappings from low addresses up";
    if (uname26_) flags += ", a kernel 2.6.x";
    return description.Add(SLIPWAY_EFFECT_PROCESS, "personality",
                           slipway::kNamesOf<Domain>[Index()] + flags);
  }

  Status PreClone(Plan& plan) override {
    slipway_process wishes{};
    wishes.fields = SLIPWAY_PROCESS_PERSONALITY;
    wishes.personality = Value();
    return plan.SetProcess(wishes);
  }

 private:
  size_t Index() const { return static_cast<size_t>(domain_); }

  uint32_t Value() const {
    uint32_t value = domain_ == Domain::kLinux32 ? PER_LINUX32 : PER_LINUX;
    if (!aslr_) value |= ADDR_NO_RANDOMIZE;
    if (addr_compat_layout_) value |= ADDR_COMPAT_LAYOUT;
    if (uname26_) value |= UNAME26;
    return value;
  }

  Domain domain_ = Domain::kLinux;
  bool aslr_ = true;
  bool addr_compat_layout_ = false;
  bool uname26_ = false;
};

}  // namespace

SLIPWAY_STAGE(Personality, {.name = "personality",
                            .summary = "A 32-bit machine's name, or addresses without chance "
                                       "(execution domain)",
                            .joins = SLIPWAY_JOIN_PRE_CLONE});
