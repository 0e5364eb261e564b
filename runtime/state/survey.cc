#include "runtime/state/survey.h"

#include <fcntl.h>
#include <signal.h>

#include "runtime/state/lock.h"
#include "runtime/state/open.h"
#include "runtime/state/remove.h"
#include "runtime/sys/lingering.h"
#include "runtime/sys/process.h"

namespace slipway::state {
namespace {

Result<bool> MayTake(const Contents& contents, Claim claim) {
  ASSIGN_OR_RETURN(const sys::Fd child, FindChild(contents));
  switch (LifeOf(contents, /*has_host=*/false, child.valid())) {
    case Life::kDead:
      return true;
    case Life::kStopped:
      return claim != Claim::kDead;
    case Life::kRunning:
      break;
  }
  return claim == Claim::kNotStarted && contents.phase == Phase::kCreated;
}

}  // namespace

Error NoSuchContainer(const Root& root, const std::string& id) {
  return Error("no such container", id,
               "runtime list shows those that there are; the state folder is " + root.path());
}

Life LifeOf(const Contents& contents, bool has_host, bool has_child) {
  if (has_host) return Life::kRunning;
  const Facts& facts = contents.facts;
  if (facts.kept && contents.phase == Phase::kStopped) return Life::kStopped;
  if (!facts.outlives_host) return Life::kDead;
  // Nobody would ever start one whose making was cut short.
  if (facts.kept && contents.phase == Phase::kCreating) return Life::kDead;
  if (has_child) return Life::kRunning;
  return facts.kept ? Life::kStopped : Life::kDead;
}

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
  seen.has_host = has_host;
  seen.life = LifeOf(seen.contents, has_host, seen.pid != 0);
  seen.phase = seen.life == Life::kStopped ? Phase::kStopped : seen.contents.phase;
  // A host that was killed a moment before it could say so.
  if (!has_host && seen.phase == Phase::kCreating) seen.phase = Phase::kRunning;
  return std::optional(std::move(seen));
}

Result<sys::FileWatch> Watch(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::Fd file, OpenJournal(root, id, O_RDONLY));
  if (!file.valid()) return NoSuchContainer(root, id);
  return sys::FileWatch::Of(file);
}

Status AwaitHost(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::Fd file, OpenJournal(root, id, O_RDWR));
  return file.valid() ? AwaitUndone(file, id) : Ok();
}

Result<std::optional<DeadContainer>> DeadContainer::Take(const Root& root, const std::string& id,
                                                         Claim claim) {
  using Taken = std::optional<DeadContainer>;
  ASSIGN_OR_RETURN(sys::Fd file, OpenJournal(root, id, O_RDWR));
  if (!file.valid()) return Taken();
  if (claim == Claim::kNotStarted) RETURN_IF_ERROR(LockOperationInTime(file, id));
  ASSIGN_OR_RETURN(const bool taken, TryLock(file));
  if (!taken) return Taken();
  ASSIGN_OR_RETURN(const bool there, IsThere(root, id, file));
  if (!there) return Taken();
  ASSIGN_OR_RETURN(Contents contents, ReadContents(root, id, file));
  ASSIGN_OR_RETURN(const bool ours, MayTake(contents, claim));
  if (!ours) return Taken();
  return Taken(DeadContainer(root, id, std::move(file), std::move(contents)));
}

Status DeadContainer::EndChild(std::chrono::seconds patience) const {
  ASSIGN_OR_RETURN(const sys::Fd child, FindChild(contents_));
  if (!child.valid()) return Ok();
  RETURN_IF_ERROR(sys::SendSignal(child, SIGKILL));
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(child, patience));
  if (ended) return Ok();
  return Error("its first process still lives after SIGKILL", std::to_string(contents_.child->pid),
               sys::WhyItLives(contents_.child->pid));
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
  if (contents.ok()) {
    ASSIGN_OR_RETURN(const bool ours, MayTake(*contents, Claim::kEnded));
    if (!ours) return Forgotten::kRunning;
  }
  if (dry_run) return Forgotten::kDone;
  RETURN_IF_ERROR(RemoveFolder(root, id));
  return Forgotten::kDone;
}

}  // namespace slipway::state
