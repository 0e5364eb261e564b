#include "runtime/launch/id_maps.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "runtime/launch/id_helper.h"
#include "runtime/state/free_ids.h"
#include "runtime/sys/file.h"
#include "runtime/sys/ids.h"
#include "runtime/sys/subordinate_ids.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "id maps";

// Who has said something about the maps, or else has asked for the namespace.
std::string WhoAsked(const Plan& plan) {
  if (plan.ids.asked()) return plan.ids.wisher.name;
  for (const NamespaceWish& wish : plan.namespace_wishes) {
    if (wish.flags & CLONE_NEWUSER) return wish.stage;
  }
  return {};
}

Error Of(const Plan& plan, Error error) { return error.In(WhoAsked(plan), kStep); }

// Own id as 0, then what is subordinate.
std::vector<IdRange> WithSubordinate(uint32_t own, const std::vector<sys::Ids>& subordinate) {
  std::vector<IdRange> ranges = {{0, own, 1}};
  uint64_t next = 1;
  for (const sys::Ids& ids : subordinate) {
    const bool holds_own = own >= ids.first && own - ids.first < ids.count;
    if (holds_own || next + ids.count > UINT32_MAX) continue;
    ranges.push_back({static_cast<uint32_t>(next), ids.first, ids.count});
    next += ids.count;
  }
  return ranges;
}

// Why a plain user's container has one id only; "": it has more.
std::string WhatIsMissing(const std::vector<sys::Ids>& users, const std::vector<sys::Ids>& groups) {
  if (users.empty()) return std::string("this user has none in ") + sys::kSubordinateUsers;
  if (groups.empty()) return std::string("this user has none in ") + sys::kSubordinateGroups;
  for (const char* helper : {sys::kMapUsers, sys::kMapGroups}) {
    if (sys::FindIdHelper(helper).empty())
      return std::string("there is no ") + helper + " (the package uidmap)";
  }
  return {};
}

void ChooseForPlainUser(IdMaps& ids, const std::string& stage, const Log& log) {
  const std::string name = sys::NameOfUser();
  auto users = sys::SubordinateIdsOf(sys::kSubordinateUsers, geteuid(), name);
  auto groups = sys::SubordinateIdsOf(sys::kSubordinateGroups, geteuid(), name);
  if (const std::string missing = WhatIsMissing(users, groups); !missing.empty()) {
    users.clear();
    groups.clear();
    if (log) {
      log(SLIPWAY_INFO,
          Error("the container has root as its only user: no subordinate ids", {}, missing)
              .In(stage, {}));
    }
  }
  ids.users = WithSubordinate(geteuid(), users);
  ids.groups = WithSubordinate(getegid(), groups);
}

std::string LinesOf(const std::vector<IdRange>& ranges) {
  std::string text;
  for (const IdRange& range : ranges) {
    text += std::to_string(range.inside) + " " + std::to_string(range.outside) + " " +
            std::to_string(range.count) + "\n";
  }
  return text;
}

// With one write(2); a second one would be refused.
Status Write(pid_t child, const char* file, const std::string& text) {
  Status written = sys::WriteFile("/proc/" + std::to_string(child) + "/" + file, text);
  if (written.ok()) return written;
  if (written.error()->errno_value == EPERM) {
    written.error().Hint(
        "only ids that there are in the runtime's own user namespace can be mapped, by somebody "
        "with CAP_SETUID and CAP_SETGID; else this user's own one");
  }
  return written;
}

bool IsOwnIdAlone(const std::vector<IdRange>& ranges, uint32_t own) {
  return ranges.size() == 1 && ranges.front().count == 1 && ranges.front().outside == own;
}

// A plain user's: his own id he may map himself, and others with the helper's rights.
Status WriteAsPlainUser(const IdMaps& ids, pid_t child) {
  std::vector<IdHelp> helped;
  if (IsOwnIdAlone(ids.groups, getegid())) {
    // Else he could leave a group that is to keep him out; user_namespaces(7).
    RETURN_IF_ERROR(Write(child, "setgroups", "deny"));
    RETURN_IF_ERROR(Write(child, "gid_map", LinesOf(ids.groups)));
  } else {
    helped.push_back({sys::kMapGroups, ids.groups});
  }
  if (IsOwnIdAlone(ids.users, geteuid())) {
    RETURN_IF_ERROR(Write(child, "uid_map", LinesOf(ids.users)));
  } else {
    helped.push_back({sys::kMapUsers, ids.users});
  }
  return RunIdHelpers(child, helped);
}

Status WriteBoth(const IdMaps& ids, pid_t child) {
  if (!sys::MayMapAnyIds()) return WriteAsPlainUser(ids, child);
  RETURN_IF_ERROR(Write(child, "gid_map", LinesOf(ids.groups)));
  return Write(child, "uid_map", LinesOf(ids.users));
}

// What no other container must get. Not where ids have the same number inside: those are the
// machine's. A plain user's are his anyway.
bool IsOfContainer(const IdRange& range) {
  return sys::MayMapAnyIds() && range.inside != range.outside;
}

// One may want it, for files that two containers share, so it is only told.
void TellShared(const state::SharedIds& shared, const std::string& stage, const Log& log) {
  if (!log) return;
  const uint64_t last = uint64_t{shared.ids.first} + shared.ids.count - 1;
  log(SLIPWAY_WARNING,
      Error("its user namespace has ids that a running container has too", shared.container,
            "from " + std::to_string(shared.ids.first) + " to " + std::to_string(last) +
                "; outside, both are the same users: a map to other ids keeps them apart")
          .In(stage, {}));
}

Status WriteDownGiven(const Plan& plan, const state::Root& root, state::Journal& journal,
                      const Log& log) {
  std::vector<sys::Ids> given;
  for (const auto* ranges : {&plan.ids.users, &plan.ids.groups}) {
    for (const IdRange& range : *ranges) {
      if (IsOfContainer(range)) given.push_back({range.outside, range.count});
    }
  }
  ASSIGN_OR_RETURN(const auto shared, state::TakeGivenIds(root, journal, given));
  if (shared) TellShared(*shared, WhoAsked(plan), log);
  return Ok();
}

// Of a namespace that may live longer here than with whom it was made for.
Status WriteDownJoined(pid_t child, state::Journal& journal) {
  for (const char* map : {"uid_map", "gid_map"}) {
    ASSIGN_OR_RETURN(const auto lines,
                     sys::ReadIdMap("/proc/" + std::to_string(child) + "/" + map));
    for (const sys::MapLine& line : lines) {
      if (!IsOfContainer({line.inside, line.outside, line.count})) continue;
      RETURN_IF_ERROR(journal.AddIds({line.outside, line.count}));
    }
  }
  return Ok();
}

}  // namespace

Status ChooseIdMaps(Plan& plan, const state::Root& root, state::Journal& journal, const Log& log) {
  if (!plan.has_own_user()) return Ok();
  if (!plan.ids.empty()) {
    Status written = WriteDownGiven(plan, root, journal, log);
    return written.ok() ? std::move(written) : Of(plan, std::move(written.error()));
  }
  if (!sys::MayMapAnyIds()) {
    ChooseForPlainUser(plan.ids, WhoAsked(plan), log);
    return Ok();
  }
  const auto ids = state::TakeFreeIds(root, journal);
  if (!ids.ok()) return Of(plan, ids.error());
  plan.ids.users = plan.ids.groups = {{0, ids->first, ids->count}};
  return Ok();
}

Status WriteIdMaps(const Plan& plan, pid_t child, state::Journal& journal) {
  if (!plan.has_own_user()) {
    return plan.Joined(CLONE_NEWUSER) != nullptr ? WriteDownJoined(child, journal) : Ok();
  }
  Status written = WriteBoth(plan.ids, child);
  if (written.ok()) return written;
  return Of(plan, std::move(written.error().Prefix("cannot map the container's ids")));
}

}  // namespace slipway::launch
