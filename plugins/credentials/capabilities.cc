#include "plugins/credentials/capabilities.h"

#include <linux/capability.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "runtime/sdk/nearest.h"
#include "runtime/sys/capability_name.h"

namespace credentials {
namespace {

using slipway::Error;
using slipway::Result;

constexpr uint64_t kAll = ~uint64_t{0};
constexpr uint64_t Bit(int capability) { return uint64_t{1} << capability; }

// Docker's: what a program expects that is root of a container, and nothing by which it would reach
// the machine.
constexpr uint64_t kDefault = Bit(CAP_CHOWN) | Bit(CAP_DAC_OVERRIDE) | Bit(CAP_FOWNER) |
                              Bit(CAP_FSETID) | Bit(CAP_KILL) | Bit(CAP_SETGID) | Bit(CAP_SETUID) |
                              Bit(CAP_SETPCAP) | Bit(CAP_NET_BIND_SERVICE) | Bit(CAP_NET_RAW) |
                              Bit(CAP_SYS_CHROOT) | Bit(CAP_MKNOD) | Bit(CAP_AUDIT_WRITE) |
                              Bit(CAP_SETFCAP);

// "CAP_CHOWN" and "Chown" are "chown".
std::string PlainName(std::string_view text) {
  std::string plain;
  for (const char c : text) plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return plain.starts_with("cap_") ? plain.substr(4) : plain;
}

std::string NameOf(size_t capability) {
  return PlainName(slipway::sys::CapabilityNames(Bit(static_cast<int>(capability))));
}

std::string Nearest(const std::string& plain) {
  constexpr std::string_view kHint = "write names of capabilities(7), such as chown or CAP_CHOWN";
  if (plain == "none") return "an empty list, [], is none";
  if (plain.size() > 32) return std::string(kHint);
  const std::string nearest =
      slipway::NearestName(plain, CAP_LAST_CAP + 1, [](size_t i) { return NameOf(i); });
  return nearest.empty() ? std::string(kHint) : "did you mean \"" + nearest + "\"?";
}

// Of one list.
struct List {
  uint64_t named = 0;
  bool all = false;

  uint64_t set() const { return all ? kAll : named; }
};

Result<List> Read(const Names& names, const std::string& option) {
  List list;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string plain = PlainName(names[i]);
    if (plain == "all") {
      list.all = true;
      continue;
    }
    const auto capability = slipway::sys::CapabilityNamed(names[i]);
    if (!capability) {
      return Error("unknown capability", names[i], Nearest(plain))
          .Option(slipway::Element(option, i));
    }
    list.named |= Bit(*capability);
  }
  return list;
}

Error Contradiction(std::string_view what, uint64_t set, std::string_view hint,
                    std::string_view option) {
  return Error(what, set == kAll ? "all" : slipway::sys::CapabilityNames(set), hint).Option(option);
}

// Those that are named are for any user, those of the default for root.
Result<Given> Changed(const Wanted& wanted) {
  ASSIGN_OR_RETURN(const List add, Read(wanted.cap_add, "cap_add"));
  ASSIGN_OR_RETURN(const List drop, Read(wanted.cap_drop, "cap_drop"));
  if (add.all && drop.all) {
    return Contradiction("added and dropped:", kAll, "take all from one of the lists", "cap_drop");
  }
  if (const uint64_t both = add.named & drop.named; both != 0) {
    return Contradiction("added and dropped:", both, "take it from one of the lists", "cap_drop");
  }
  const uint64_t base = drop.all ? 0 : kDefault;
  const uint64_t set = (base | add.set()) & ~drop.named;
  const uint64_t of_any_user = add.set() & ~drop.named;
  return Given{{set, set, set, of_any_user, of_any_user}, ~add.named};
}

Result<Given> Exactly(const Names& names) {
  ASSIGN_OR_RETURN(const List list, Read(names, "capabilities"));
  const uint64_t set = list.set();
  return Given{{set, set, set, set, set}, list.all ? ~list.named : 0};
}

// What the kernel would refuse; capset(2), PR_CAP_AMBIENT of prctl(2).
slipway::Status CheckSets(const slipway_capabilities& sets) {
  const struct {
    uint64_t extra;
    const char* what;
    const char* hint;
    const char* option;
  } rules[] = {{sets.effective & ~sets.permitted,
                "effective and not permitted:", "add it to permitted", "capability_sets.effective"},
               {sets.inheritable & ~sets.bounding, "inheritable and not in the bounding set:",
                "add it to bounding", "capability_sets.inheritable"},
               {sets.ambient & ~(sets.permitted & sets.inheritable),
                "ambient, and not both permitted and inheritable:",
                "add it to permitted and inheritable", "capability_sets.ambient"}};
  for (const auto& rule : rules) {
    if (rule.extra != 0) return Contradiction(rule.what, rule.extra, rule.hint, rule.option);
  }
  return slipway::Ok();
}

Result<Given> OfSets(const Sets& sets) {
  const std::pair<const Names*, const char*> lists[] = {{&sets.bounding, "bounding"},
                                                        {&sets.permitted, "permitted"},
                                                        {&sets.effective, "effective"},
                                                        {&sets.inheritable, "inheritable"},
                                                        {&sets.ambient, "ambient"}};
  uint64_t all[std::size(lists)] = {};
  uint64_t named = 0;
  for (size_t i = 0; i < std::size(lists); ++i) {
    ASSIGN_OR_RETURN(const List list,
                     Read(*lists[i].first, std::string("capability_sets.") + lists[i].second));
    all[i] = list.set();
    named |= list.named;
  }
  const slipway_capabilities given{all[0], all[1], all[2], all[3], all[4]};
  RETURN_IF_ERROR(CheckSets(given));
  return Given{given, ~named};
}

}  // namespace

Result<Given> SetsOf(const Wanted& wanted) {
  const bool changed = !wanted.cap_add.empty() || !wanted.cap_drop.empty();
  if (wanted.capabilities && changed) {
    return Error("the whole list, and changes to the default", {},
                 "keep capabilities, or cap_add and cap_drop")
        .Option("capabilities");
  }
  if (wanted.capability_sets && (wanted.capabilities || changed)) {
    return Error("the five sets, and a list", {},
                 "keep capability_sets, or capabilities, cap_add and cap_drop")
        .Option("capability_sets");
  }
  if (wanted.capability_sets) return OfSets(*wanted.capability_sets);
  return wanted.capabilities ? Exactly(*wanted.capabilities) : Changed(wanted);
}

std::string Words(uint64_t set) {
  if (set == 0) return "none";
  if (set == kAll) return "all that the runtime has";
  constexpr uint64_t kKnown = Bit(CAP_LAST_CAP) * 2 - 1;
  const uint64_t missing = kKnown & ~set;
  if ((set & ~kKnown) != 0) return "all but " + slipway::sys::CapabilityNames(missing);
  return slipway::sys::CapabilityNames(set);
}

}  // namespace credentials
