#include "runtime/state/survey.h"

#include <fcntl.h>
#include <signal.h>

#include "runtime/state/lock.h"
#include "runtime/state/open.h"
#include "runtime/state/remove.h"
#include "runtime/sys/process.h"

namespace slipway::state {
Result<std::optional<Seen>> Look(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::Fd file, OpenJournal(root, id, O_RDONLY));
  if (!file.valid()) return std::optional<Seen>();
  return LookAt(root, id, file);
}

Result<std::optional<Seen>> LookAt(const Root& root, const std::string& id, const sys::Fd& file) {
  ASSIGN_OR_RETURN(const bool has_host, HasHost(file));
  // Asked after the lock: a host removes the journal before it gives the lock back.
  ASSIGN_OR_RETURN(const bool there, IsThere(root, id, file));
  if (!there) return std::optional<Seen>();
  Seen seen;
  ASSIGN_OR_RETURN(seen.contents, ReadContents(root, id, file));
  if (!seen.contents.complete) return std::optional<Seen>();
  ASSIGN_OR_RETURN(seen.child, FindChild(seen.contents));
  if (seen.child.valid()) seen.pid = seen.contents.child->pid;
  if (has_host || (seen.contents.facts.outlives_host && seen.pid)) seen.life = Life::kRunning;
  seen.phase = seen.contents.phase;
  // A host that was killed a moment before it could say so.
  if (!has_host && seen.phase == Phase::kCreating) seen.phase = Phase::kRunning;
  return std::optional(std::move(seen));
}

Result<std::optional<DeadContainer>> DeadContainer::Take(const Root& root, const std::string& id) {
  using Taken = std::optional<DeadContainer>;
  ASSIGN_OR_RETURN(sys::Fd file, OpenJournal(root, id, O_RDWR));
  if (!file.valid()) return Taken();
  ASSIGN_OR_RETURN(const bool taken, TryLock(file));
  if (!taken) return Taken();
  ASSIGN_OR_RETURN(const bool there, IsThere(root, id, file));
  if (!there) return Taken();
  ASSIGN_OR_RETURN(Contents contents, ReadContents(root, id, file));
  if (contents.facts.outlives_host) {
    ASSIGN_OR_RETURN(const sys::Fd child, FindChild(contents));
    if (child.valid()) return Taken();
  }
  return Taken(DeadContainer(root, id, std::move(file), std::move(contents)));
}

Status DeadContainer::EndChild(std::chrono::seconds patience) const {
  ASSIGN_OR_RETURN(const sys::Fd child, FindChild(contents_));
  if (!child.valid()) return Ok();
  RETURN_IF_ERROR(sys::SendSignal(child, SIGKILL));
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(child, patience));
  if (ended) return Ok();
  return Error("its first process still lives after SIGKILL", std::to_string(contents_.child->pid),
               "it may be frozen, or wait for a disk or a server");
}

Status DeadContainer::Remove() { return RemoveFolder(*root_, id_); }

Result<Forgotten> Forget(const Root& root, const std::string& id, bool dry_run) {
  ASSIGN_OR_RETURN(const sys::Fd file, OpenJournal(root, id, O_RDWR));
  if (!file.valid()) {
    const bool empty = dry_run ? IsEmptyFolder(root, id) : RemoveEmptyFolder(root, id);
    return empty ? Forgotten::kDone : Forgotten::kNotThere;
  }
  bool taken = false;
  if (!dry_run) {
    ASSIGN_OR_RETURN(taken, TryLock(file));
  }
  if (!taken) {
    ASSIGN_OR_RETURN(const bool has_host, HasHost(file));
    if (has_host) return Forgotten::kRunning;
    if (!dry_run) return Forgotten::kTaken;
  }
  ASSIGN_OR_RETURN(const bool there, IsThere(root, id, file));
  if (!there) return Forgotten::kNotThere;
  const auto contents = ReadContents(root, id, file);
  if (contents.ok() && contents->facts.outlives_host) {
    ASSIGN_OR_RETURN(const sys::Fd child, FindChild(*contents));
    if (child.valid()) return Forgotten::kRunning;
  }
  if (dry_run) return Forgotten::kDone;
  RETURN_IF_ERROR(RemoveFolder(root, id));
  return Forgotten::kDone;
}

}  // namespace slipway::state
