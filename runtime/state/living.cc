#include "runtime/state/living.h"

#include <fcntl.h>

#include <optional>
#include <utility>

#include "runtime/state/lock.h"
#include "runtime/state/open.h"
#include "runtime/sys/file_watch.h"

namespace slipway::state {
namespace {

// Of one that nothing can be done with.
Status CheckRuns(const Seen& seen) {
  const std::string& id = seen.contents.facts.id;
  if (seen.life == Life::kDead) {
    return Error("the container's runtime has died:", id, "runtime gc undoes what is left of it");
  }
  if (seen.life == Life::kStopped) {
    return Error("the container has ended:", id, "runtime delete removes what is left of it");
  }
  if (seen.phase == Phase::kCreating) {
    return Error("the container does not run yet:", id, "it is being made");
  }
  if (seen.pid == 0 || seen.phase == Phase::kStopped)
    return Error("the container has ended:", id, "it is being undone");
  return Ok();
}

}  // namespace

Result<Seen> LookAtLiving(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(std::optional<Seen> seen, Look(root, id));
  if (!seen) return NoSuchContainer(root, id);
  RETURN_IF_ERROR(CheckRuns(*seen));
  return std::move(*seen);
}

Status RecordEnd(const Root& root, const Seen& seen, int exit_status) {
  const std::string& id = seen.contents.facts.id;
  ASSIGN_OR_RETURN(sys::Fd file, OpenJournal(root, id, O_RDWR | O_APPEND));
  if (!file.valid()) return Ok();
  RETURN_IF_ERROR(LockOperation(file));
  ASSIGN_OR_RETURN(const bool there, IsThere(root, id, file));
  if (!there) return Ok();
  ASSIGN_OR_RETURN(const Contents now, ReadContents(root, id, file));
  const bool same = now.complete && now.facts.since == seen.contents.facts.since;
  if (!same || !now.facts.kept || now.phase == Phase::kStopped) return Ok();
  ASSIGN_OR_RETURN(Journal journal, Journal::Continue(root, now, std::move(file)));
  return journal.SetEnded(exit_status);
}

Result<LivingContainer> LivingContainer::Take(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(sys::Fd file, OpenJournal(root, id, O_RDWR | O_APPEND));
  if (!file.valid()) return NoSuchContainer(root, id);
  RETURN_IF_ERROR(LockOperationInTime(file, id));
  ASSIGN_OR_RETURN(std::optional<Seen> seen, LookAt(root, id, file));
  if (!seen) return NoSuchContainer(root, id);
  RETURN_IF_ERROR(CheckRuns(*seen));
  ASSIGN_OR_RETURN(Journal journal, Journal::Continue(root, seen->contents, std::move(file)));
  return LivingContainer(std::move(*seen), std::move(journal));
}

// It looks before it takes: to take and give back is a change of the journal, too.
Result<LivingContainer> LivingContainer::TakeAwake(const Root& root, const std::string& id) {
  while (true) {
    ASSIGN_OR_RETURN(const sys::FileWatch watch, Watch(root, id));
    ASSIGN_OR_RETURN(const Seen seen, LookAtLiving(root, id));
    if (seen.phase == Phase::kPaused) {
      RETURN_IF_ERROR(watch.Await(seen.child));
      continue;
    }
    ASSIGN_OR_RETURN(LivingContainer taken, Take(root, id));
    if (taken.phase() != Phase::kPaused) return taken;
  }
}

}  // namespace slipway::state
