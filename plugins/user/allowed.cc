#include "plugins/user/allowed.h"

#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>

#include "runtime/sys/file.h"
#include "runtime/sys/process.h"
#include "runtime/sys/subordinate_ids.h"
#include "runtime/sys/user_namespace.h"

namespace slipway::user {
namespace {

constexpr const char* kLimit = "/proc/sys/user/max_user_namespaces";
constexpr uint32_t kChosenIds = 65536;  // choose_id_map of abi_namespaces.h
constexpr const char* kCannot = "no user namespace can be made";
constexpr const char* kByRoot = "have root change that setting, see sysctl(8)";

// What differs between the two maps.
struct Kind {
  const char* option;
  uint32_t own;
  const char* map;     // of the runtime's own user namespace
  const char* file;    // of subordinate ids
  const char* helper;  // that may map them
};

std::string Line(const std::string& owner, const sys::Ids& ids) {
  return owner + ":" + std::to_string(ids.first) + ":" + std::to_string(ids.count);
}

// As newuidmap(1) looks at it: several lines together may have them.
bool Cover(const std::vector<sys::Ids>& given, sys::Ids wanted) {
  while (wanted.count != 0) {
    const auto with_first = std::find_if(given.begin(), given.end(), [&](const sys::Ids& ids) {
      return sys::IsWithin({wanted.first, 1}, ids);
    });
    if (with_first == given.end()) return false;
    const uint32_t step =
        std::min(wanted.count, with_first->count - (wanted.first - with_first->first));
    wanted = {wanted.first + step, wanted.count - step};
  }
  return true;
}

// A user without rights: the own id, and those of subuid(5) or subgid(5).
Status CheckSubordinate(const Kind& kind, const std::vector<Range>& map) {
  const auto is_own = [&](const Range& range) {
    return range.count == 1 && range.outside == int64_t{kind.own};
  };
  if (map.size() == 1 && is_own(map[0])) return Ok();
  if (sys::FindIdHelper(kind.helper).empty()) {
    return NotHere(
        Error("this user may map the own id alone", {}, std::string("there is no ") + kind.helper)
            .Option(kind.option),
        "install the package uidmap, or run the runtime as root");
  }
  if (sys::AreSubordinateIdsElsewhere()) return Ok();  // the helper asks there
  const std::string name = sys::NameOfUser();
  const auto given = sys::SubordinateIdsOf(kind.file, geteuid(), name);
  for (size_t i = 0; i < map.size(); ++i) {
    const sys::Ids wanted = map[i].ids_outside();
    if (is_own(map[i]) || Cover(given, wanted)) continue;
    return NotHere(
        Error("this user may not map the ids", InWords(wanted),
              std::string("only the own one, and those that ") + kind.file + " gives the user")
            .Option(Element(kind.option, i)),
        "have root add the line \"" +
            Line(name.empty() ? std::to_string(geteuid()) : name, wanted) + "\" to " + kind.file);
  }
  return Ok();
}

// With the rights to map any, there are still those alone that the runtime's own namespace has; the
// kernel looks for each line in one line of that.
Status CheckExisting(const Kind& kind, const std::vector<Range>& map) {
  ASSIGN_OR_RETURN(const auto here, sys::ReadIdMap(kind.map));
  for (size_t i = 0; i < map.size(); ++i) {
    const sys::Ids wanted = map[i].ids_outside();
    if (std::any_of(here.begin(), here.end(), [&](const sys::MapLine& line) {
          return sys::IsWithin(wanted, {line.inside, line.count});
        })) {
      continue;
    }
    return NotHere(
        Error("there are no such ids here", InWords(wanted),
              std::string("the runtime itself is in a user namespace, with those of ") + kind.map)
            .Option(Element(kind.option, i)),
        "take ids of one line of it, or run the runtime outside of it");
  }
  return Ok();
}

Status Check(const Kind& kind, const std::vector<Range>& map) {
  return sys::MayMapAnyIds() ? CheckExisting(kind, map) : CheckSubordinate(kind, map);
}

Status NotPermitted() {
  const std::string setting =
      sys::HasCapability(CAP_SYS_ADMIN) ? std::string() : sys::WhatForbidsUserNamespaces();
  if (!setting.empty()) {
    return NotHere(Error(kCannot, {}, setting),
                   std::string("run the runtime as root, or ") + kByRoot);
  }
  return NotHere(Error(kCannot, {},
                       "Operation not permitted: a seccomp filter, such as docker's, or a security "
                       "module may refuse it; so does the kernel in a chroot"),
                 "run the runtime outside of that");
}

Status UsedUp() {
  const auto limit = sys::ReadFile(kLimit);
  if (limit.ok() && *limit == "0\n") {
    return NotHere(Error(kCannot, {}, std::string(kLimit) + " is 0"), kByRoot);
  }
  return NotHere(
      Error(kCannot, {},
            std::string("as many exist as ") + kLimit + " allows, or they are nested 32 deep"),
      "have others ended, or have root raise that setting, see sysctl(8)");
}

}  // namespace

Status CheckNamespace() {
  if (!sys::HasCapability(CAP_SYS_ADMIN) && sys::GetsNoRightsInUserNamespaces()) {
    return NotHere(
        Error("a user namespace would have no rights here", {}, sys::WhatForbidsUserNamespaces()),
        std::string("give the runtime such a profile with userns, or ") + kByRoot);
  }
  const Status tried = sys::TryUserNamespace();
  const int cause = tried.ok() ? 0 : tried.error()->errno_value;
  if (cause == EPERM) return NotPermitted();
  if (cause == ENOSPC || cause == EUSERS) return UsedUp();
  return Ok();  // whatever else there is, the clone itself says more of it
}

// Not whether they are free: that is seen under a lock, by the host.
Status CheckChosen() {
  if (!sys::MayMapAnyIds()) return Ok();
  for (const char* map : {"/proc/self/uid_map", "/proc/self/gid_map"}) {
    ASSIGN_OR_RETURN(const auto here, sys::ReadIdMap(map));
    if (std::any_of(here.begin(), here.end(),
                    [](const sys::MapLine& line) { return line.count >= kChosenIds; })) {
      continue;
    }
    return NotHere(
        Error("there are no " + std::to_string(kChosenIds) + " ids here for a container", {},
              std::string("the runtime itself is in a user namespace, with those of ") + map),
        "take map: root, or uids and gids, or run the runtime outside of it");
  }
  return Ok();
}

Status CheckUsers(const std::vector<Range>& map) {
  return Check({"uids", geteuid(), "/proc/self/uid_map", sys::kSubordinateUsers, sys::kMapUsers},
               map);
}

Status CheckGroups(const std::vector<Range>& map) {
  return Check({"gids", getegid(), "/proc/self/gid_map", sys::kSubordinateGroups, sys::kMapGroups},
               map);
}

}  // namespace slipway::user
