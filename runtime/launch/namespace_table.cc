#include "runtime/launch/namespace_table.h"

#include <cerrno>
#include <string>
#include <utility>

#include "runtime/sys/ids.h"

namespace slipway::launch {
namespace {

constexpr uint64_t kAllKinds = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
                               CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWCGROUP | CLONE_NEWTIME;
constexpr const char* kPrivileges = "a bug of the stage: its privileges are SLIPWAY_ROOT_OR_USERNS";

std::string KindOf(uint64_t flag) { return std::string(sys::NamespaceName(flag)) + " namespace"; }

// Who asked for an own namespace of this kind; "": nobody.
std::string WhoMakes(const Plan& plan, uint64_t flag) {
  for (const NamespaceWish& wish : plan.namespace_wishes) {
    if (wish.flags & flag) return wish.stage;
  }
  return {};
}

Error OwnAndJoined(uint64_t flag, const std::string& maker, const std::string& joiner) {
  return Error("an own " + KindOf(flag) + " and one that is joined", {},
               "the stage " + maker + " asks for an own one, and " + joiner +
                   " joins one: keep one of them");
}

sys::Ids Inside(const IdRange& range) { return {range.inside, range.count}; }
sys::Ids Outside(const IdRange& range) { return {range.outside, range.count}; }

// Two ranges that share ids; the kernel's EINVAL would not say which.
bool Overlap(const IdRange& one, const IdRange& other) {
  return sys::Overlap(Inside(one), Inside(other)) || sys::Overlap(Outside(one), Outside(other));
}

std::string Words(const IdRange& range) {
  return std::to_string(range.inside) + " " + std::to_string(range.outside) + " " +
         std::to_string(range.count);
}

// One stage says all about the maps.
Status CheckWisherOfMaps(const Plan& plan, const Asking& asking, bool chosen) {
  const IdMaps& ids = plan.ids;
  if (!ids.asked()) return Ok();
  if (ids.wisher.stage == asking.stage && ids.chosen == chosen) return Ok();
  if (ids.wisher.stage == asking.stage) {
    return Error("asked for maps of ids of its own, and for ones that the host chooses", {},
                 "a bug of the stage: one of them");
  }
  return Error("a second map of ids", {}, "the stage " + ids.wisher.name + " has set one already");
}

}  // namespace

Status WishNamespaces(Plan& plan, const Asking& asking, uint64_t flags) {
  if (flags & ~kAllKinds) {
    return Error("asked for flags that are no namespaces", {},
                 "a bug of the stage: add_namespaces takes CLONE_NEW* of clone(2)");
  }
  if ((flags & ~uint64_t{CLONE_NEWUSER}) && !asking.descriptor.privileges) {
    return Error("asked for a namespace, but says that it needs no privileges", {}, kPrivileges);
  }
  for (const JoinedNamespace& joined : plan.joined) {
    if (!(flags & joined.flag)) continue;
    return OwnAndJoined(joined.flag, asking.descriptor.name, joined.wisher.name);
  }
  plan.namespaces |= flags;
  plan.namespace_wishes.push_back({asking.descriptor.name, flags});
  return Ok();
}

Status WishIdMap(Plan& plan, const Asking& asking, uint32_t kind, const IdRange& range) {
  RETURN_IF_ERROR(CheckWisherOfMaps(plan, asking, /*chosen=*/false));
  if (kind != SLIPWAY_USER_IDS && kind != SLIPWAY_GROUP_IDS) {
    return Error("asked for a map of an unknown kind", std::to_string(kind), "a bug of the stage");
  }
  if (!sys::AreIds(Inside(range)) || !sys::AreIds(Outside(range))) {
    return Error("not a range of ids", Words(range),
                 "at least one id, and none above " + std::to_string(sys::kLastId));
  }
  auto& ranges = kind == SLIPWAY_USER_IDS ? plan.ids.users : plan.ids.groups;
  for (const IdRange& other : ranges) {
    if (!Overlap(range, other)) continue;
    return Error("a range of ids that overlaps another", Words(range),
                 "\"" + Words(other) + "\" has some of them already");
  }
  if (ranges.size() == sys::kMostMapLines) {
    return Error("too many ranges of ids", {},
                 "the kernel takes " + std::to_string(sys::kMostMapLines) + " of each kind");
  }
  ranges.push_back(range);
  plan.ids.wisher = asking.wisher();
  return Ok();
}

Status WishChosenIdMap(Plan& plan, const Asking& asking) {
  RETURN_IF_ERROR(CheckWisherOfMaps(plan, asking, /*chosen=*/true));
  plan.ids.chosen = true;
  plan.ids.wisher = asking.wisher();
  return Ok();
}

Status WishToJoin(Plan& plan, const Asking& asking, int file, uint64_t flag) {
  const std::string name = sys::NamespaceName(flag);
  if (name.empty()) {
    return Error("asked to join what is no namespace", {},
                 "a bug of the stage: join_namespace takes one CLONE_NEW* of clone(2)");
  }
  if (flag != CLONE_NEWUSER && !asking.descriptor.privileges) {
    return Error("asked for a namespace, but says that it needs no privileges", {}, kPrivileges);
  }
  const auto kind = sys::NamespaceKind(file);
  if (!kind.ok() && kind.error()->errno_value != ENOTTY) {
    return Error(kind.error()->errno_value, "join a " + KindOf(flag), {}, "a bug of the stage");
  }
  if (!kind.ok() || *kind != flag) {
    return Error(
        "not a namespace of the kind", name,
        (kind.ok() ? "it is a " + KindOf(*kind) : std::string("it is no namespace at all")) +
            "; take a file such as /proc/PID/ns/" + name);
  }
  if (const std::string maker = WhoMakes(plan, flag); !maker.empty()) {
    return OwnAndJoined(flag, maker, asking.descriptor.name);
  }
  ASSIGN_OR_RETURN(const sys::NamespaceId id, sys::IdentifyNamespace(file));
  for (const JoinedNamespace& other : plan.joined) {
    if (other.flag != flag) continue;
    if (other.id == id) return Ok();
    return Error("two " + name + " namespaces to join", {},
                 "the stage " + other.wisher.name + " joins another one than " +
                     asking.descriptor.name + ": keep one of them");
  }
  const auto own = sys::OwnNamespace(flag);
  plan.joined.push_back({flag, file, id, own.ok() && *own == id, asking.wisher()});
  return Ok();
}

Status WishTimeOffsets(Plan& plan, const Asking& asking, int64_t monotonic_ns,
                       int64_t boottime_ns) {
  if (!plan.time.wisher.name.empty()) {
    return Error("a second time for the container's clocks", {},
                 "the stage " + plan.time.wisher.name + " has set one already");
  }
  RETURN_IF_ERROR(WishNamespaces(plan, asking, CLONE_NEWTIME));
  plan.time = {monotonic_ns, boottime_ns, asking.wisher()};
  return Ok();
}

std::optional<Clash> FindClash(const Plan& plan) {
  const IdMaps& ids = plan.ids;
  if (ids.asked() && !plan.has_own_user()) {
    const JoinedNamespace* joined = plan.Joined(CLONE_NEWUSER);
    return Clash{ids.wisher.stage,
                 Error("a map of ids, but no own user namespace", {},
                       joined != nullptr ? "the one that the stage " + joined->wisher.name +
                                               " joins has its maps already"
                                         : "a bug of the stage: add_namespaces(CLONE_NEWUSER)")};
  }
  if (ids.users.empty() != ids.groups.empty()) {
    const bool users = ids.groups.empty();
    return Clash{ids.wisher.stage,
                 Error(std::string("a map of ") + (users ? "user" : "group") + " ids alone", {},
                       std::string("the container also needs a map of ") +
                           (users ? "group" : "user") + " ids")};
  }
  const JoinedNamespace* mounts = plan.Joined(CLONE_NEWNS);
  if (mounts == nullptr) return std::nullopt;
  // It is entered last, because the hooks of the child still need the host's files; by then the
  // process has no rights outside of its user namespace; setns(2).
  const JoinedNamespace* user = plan.Joined(CLONE_NEWUSER);
  if (!plan.has_own_user() && (user == nullptr || sys::IsOwnedBy(mounts->file, user->id))) {
    return std::nullopt;
  }
  return Clash{
      mounts->wisher.stage,
      Error("cannot join a mnt namespace from inside of a user namespace that does not own "
            "it",
            {},
            "the stage " + (user != nullptr ? user->wisher.name : WhoMakes(plan, CLONE_NEWUSER)) +
                " asks for the user namespace: join the one that owns the mounts, or "
                "none")};
}

}  // namespace slipway::launch
