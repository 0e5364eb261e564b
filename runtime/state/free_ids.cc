#include "runtime/state/free_ids.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string_view>

#include "runtime/state/survey.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/subordinate_ids.h"

namespace slipway::state {
namespace {

// Where systemd looks for ids of containers too: beyond those of users, and below 2^31, which some
// filesystems take for negative. https://systemd.io/UIDS-GIDS
constexpr uint32_t kFirst = 0x00080000;
constexpr uint32_t kEnd = 0x6fff0000;
constexpr uint64_t kSlots = (kEnd - kFirst) / kIdsOfAContainer;

// Not a container's: ids begin with another character.
constexpr const char* kLockFile = ".ids";

// The ids that there are in this process's user namespace.
std::vector<Ids> IdsHere(const char* map) {
  std::vector<Ids> here;
  const auto lines = sys::ReadIdMap(map);
  if (!lines.ok()) return here;
  for (const sys::MapLine& line : *lines) here.push_back({line.inside, line.count});
  return here;
}

// Both as a user and as a group.
std::vector<Ids> UsableIds() {
  std::vector<Ids> usable;
  const std::vector<Ids> groups = IdsHere("/proc/self/gid_map");
  for (const Ids& user : IdsHere("/proc/self/uid_map")) {
    for (const Ids& group : groups) {
      const uint64_t first = std::max(user.first, group.first);
      const uint64_t end =
          std::min(uint64_t{user.first} + user.count, uint64_t{group.first} + group.count);
      if (first >= end) continue;
      usable.push_back({static_cast<uint32_t>(first), static_cast<uint32_t>(end - first)});
    }
  }
  return usable;
}

void AddSubordinate(const char* path, std::vector<Ids>& taken) {
  const auto text = sys::ReadSubordinateIds(path);
  if (!text.ok()) return;
  for (const sys::SubordinateIds& line : sys::ParseSubordinateIds(*text)) taken.push_back(line.ids);
}

// Calls `see` for each other container. One whose journal nobody can read any more cannot be asked.
// own: it has none yet, and must not be opened: closing any descriptor of a file takes a process's
// locks on it away; fcntl(2).
Status SeeOthers(const Root& root, const std::string& own,
                 const std::function<void(const Seen& other)>& see) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, root.Ids());
  for (const std::string& name : names) {
    if (name == own) continue;
    const auto seen = Look(root, name);
    if (seen.ok() && *seen) see(**seen);
  }
  return Ok();
}

// The part of `ids` that the other container has too.
std::optional<SharedIds> SharedWith(const Contents& other, const std::vector<Ids>& ids) {
  for (const Ids& one : ids) {
    for (const Ids& theirs : other.ids) {
      if (!Overlap(one, theirs)) continue;
      const uint32_t first = std::max(one.first, theirs.first);
      const uint64_t end =
          std::min(uint64_t{one.first} + one.count, uint64_t{theirs.first} + theirs.count);
      return SharedIds{other.facts.id, {first, static_cast<uint32_t>(end - first)}};
    }
  }
  return std::nullopt;
}

Result<sys::Fd> Lock(const Root& root) {
  sys::Fd file(openat(root.fd().get(), kLockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  const std::string path = root.path() + "/" + kLockFile;
  if (!file.valid()) return Error(errno, "open", path);
  while (flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return Error(errno, "lock", path);
  }
  return file;
}

}  // namespace

std::optional<Ids> FindFreeIds(const std::vector<Ids>& taken, const std::vector<Ids>& usable,
                               uint64_t begin) {
  for (uint64_t i = 0; i < kSlots; ++i) {
    const auto slot = static_cast<uint32_t>((begin % kSlots + i) % kSlots);
    const Ids ids{kFirst + slot * kIdsOfAContainer, kIdsOfAContainer};
    if (std::none_of(usable.begin(), usable.end(),
                     [&](const Ids& one) { return IsWithin(ids, one); })) {
      continue;
    }
    if (std::none_of(taken.begin(), taken.end(),
                     [&](const Ids& one) { return Overlap(ids, one); })) {
      return ids;
    }
  }
  return std::nullopt;
}

Result<Ids> TakeFreeIds(const Root& root, Journal& journal) {
  ASSIGN_OR_RETURN(const sys::Fd lock, Lock(root));
  std::vector<Ids> taken;
  AddSubordinate(sys::kSubordinateUsers, taken);
  AddSubordinate(sys::kSubordinateGroups, taken);
  // Also of dead containers, whose processes or files may still be there until they are undone.
  RETURN_IF_ERROR(SeeOthers(root, journal.id(), [&](const Seen& other) {
    taken.insert(taken.end(), other.contents.ids.begin(), other.contents.ids.end());
  }));
  const auto ids = FindFreeIds(taken, UsableIds(), std::hash<std::string_view>()(root.path()));
  if (!ids) {
    return Error("no " + std::to_string(kIdsOfAContainer) + " ids are free for a container", {},
                 "a map of its own to ids that there are, /proc/self/uid_map, helps");
  }
  RETURN_IF_ERROR(journal.AddIds(*ids));
  return *ids;
}

Result<std::optional<SharedIds>> TakeGivenIds(const Root& root, Journal& journal,
                                              const std::vector<Ids>& ids) {
  std::optional<SharedIds> shared;
  if (ids.empty()) return shared;
  ASSIGN_OR_RETURN(const sys::Fd lock, Lock(root));
  for (const Ids& one : ids) RETURN_IF_ERROR(journal.AddIds(one));
  RETURN_IF_ERROR(SeeOthers(root, journal.id(), [&](const Seen& other) {
    if (!shared && other.life == Life::kRunning) shared = SharedWith(other.contents, ids);
  }));
  return shared;
}

}  // namespace slipway::state
