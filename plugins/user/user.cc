// Its own users and groups: a user namespace, user_namespaces(7). The host makes it, and writes the
// maps.

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/user/allowed.h"
#include "plugins/user/maps.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/ids.h"
#include "runtime/sys/process.h"

namespace {

using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;
using slipway::user::Range;

enum class Map { kAuto, kRoot, kSelf, kSandbox };

}  // namespace

template <>
inline constexpr std::array<const char*, 5> slipway::kNamesOf<Map>{"auto", "root", "self",
                                                                   "sandbox", nullptr};

namespace {

class User final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&User::map_>(
            "map",
            "Which ids it has, where uids and gids do not say it. auto, as if absent: as root "
            "65536 "
            "that nobody else has, else the caller's own as root, then the caller's subordinate "
            "ones; root: the caller's own alone, as root; self: the caller's own alone, with the "
            "same number; sandbox: as root what auto is, else what self is"),
        slipway::Option<&User::uids_>(
            "uids", "User ids by hand, each line as \"inside:outside:count\"; with gids",
            {.short_name = "uidmap"}),
        slipway::Option<&User::gids_>(
            "gids", "Group ids by hand, each line as \"inside:outside:count\"; with uids",
            {.short_name = "gidmap"}));
  }

  Status Create(Context&) override {
    RETURN_IF_ERROR(slipway::user::CheckMap("uids", uids_));
    RETURN_IF_ERROR(slipway::user::CheckMap("gids", gids_));
    if (uids_.empty() != gids_.empty()) {
      const bool users = gids_.empty();
      return Error(std::string("a map of ") + (users ? "user" : "group") + " ids alone", {},
                   std::string("the container needs ") + (users ? "gids" : "uids") + " too")
          .Option(users ? "uids" : "gids");
    }
    if (!map_ || uids_.empty()) return Ok();
    return Error("two answers to which ids the container has", {},
                 "take map away, or uids and gids")
        .Option("map");
  }

  Status Probe(Context& context) override {
    RETURN_IF_ERROR(slipway::user::CheckNamespace());
    if (IsChosenByHost()) return slipway::user::CheckChosen();
    const std::vector<Range> users = Users();
    RETURN_IF_ERROR(slipway::user::CheckUsers(users));
    RETURN_IF_ERROR(slipway::user::CheckGroups(Groups()));
    const bool has_root = std::any_of(users.begin(), users.end(),
                                      [](const Range& range) { return range.outside == 0; });
    if (has_root && slipway::sys::IsInFirstUserNamespace()) {
      context.Warn("the machine's root is a user of the container too: to files it has all rights");
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_NAMESPACE, "user", "a new one"));
    if (IsChosenByHost()) {
      return description.Add(
          SLIPWAY_EFFECT_PROCESS, "ids",
          slipway::sys::MayMapAnyIds()
              ? "65536 that nobody else has, until the container's end"
              : "root is this user; from 1 on this user's subordinate ids, where "
                "there are any");
    }
    RETURN_IF_ERROR(Tell(description, "user ids", Users()));
    return Tell(description, "group ids", Groups());
  }

  Status PreClone(Plan& plan) override {
    RETURN_IF_ERROR(plan.AddNamespaces(CLONE_NEWUSER));
    if (IsChosenByHost()) return plan.ChooseIdMap();
    RETURN_IF_ERROR(Add(plan, SLIPWAY_USER_IDS, Users()));
    return Add(plan, SLIPWAY_GROUP_IDS, Groups());
  }

 private:
  bool IsChosenByHost() const {
    if (!uids_.empty()) return false;
    const Map map = map_.value_or(Map::kAuto);
    return map == Map::kAuto || (map == Map::kSandbox && slipway::sys::MayMapAnyIds());
  }

  // Empty where the host chooses.
  std::vector<Range> Users() const { return IdsOf(uids_, geteuid()); }
  std::vector<Range> Groups() const { return IdsOf(gids_, getegid()); }
  std::vector<Range> IdsOf(const std::vector<Range>& given, int64_t own) const {
    if (IsChosenByHost() || !given.empty()) return given;
    return {{.inside = map_ == Map::kRoot ? 0 : own, .outside = own}};
  }

  static Status Tell(Description& description, const char* kind, const std::vector<Range>& map) {
    for (const Range& range : map) {
      const std::string inside = slipway::user::InWords(range.ids_inside());
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_PROCESS, kind,
                                      inside + (range.count == 1 ? " is " : " are ") +
                                          slipway::user::InWords(range.ids_outside()) +
                                          " outside"));
    }
    return Ok();
  }

  static Status Add(Plan& plan, slipway_id_kind kind, const std::vector<Range>& map) {
    for (const Range& range : map) {
      const slipway::sys::Ids inside = range.ids_inside();
      RETURN_IF_ERROR(plan.AddIdMap(kind, inside.first, range.ids_outside().first, inside.count));
    }
    return Ok();
  }

  std::optional<Map> map_;
  std::vector<Range> uids_;
  std::vector<Range> gids_;
};

}  // namespace

SLIPWAY_STAGE(User, {.name = "user",
                     .summary = "Its own user and group IDs; root inside is nobody outside (user "
                                "namespace)",
                     .needs = "a system that lets the caller make user namespaces",
                     .provides = {SLIPWAY_PROVIDES_USER_NAMESPACE}});
