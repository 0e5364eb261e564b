#include "runtime/state/living.h"

#include <fcntl.h>

#include <optional>
#include <utility>

#include "runtime/state/lock.h"
#include "runtime/state/open.h"

namespace slipway::state {
namespace {

// Of one that nothing can be done with.
Status CheckRuns(const Seen& seen) {
  const std::string& id = seen.contents.facts.id;
  if (seen.life == Life::kDead) {
    return Error("the container's runtime has died:", id, "runtime gc undoes what is left of it");
  }
  if (seen.phase == Phase::kCreating) {
    return Error("the container does not run yet:", id, "it is being made");
  }
  if (seen.pid == 0) return Error("the container has ended:", id, "it is being undone");
  return Ok();
}

}  // namespace

Error NoSuchContainer(const Root& root, const std::string& id) {
  return Error("no such container", id,
               "runtime list shows those that there are; the state folder is " + root.path());
}

Result<Seen> LookAtLiving(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(std::optional<Seen> seen, Look(root, id));
  if (!seen) return NoSuchContainer(root, id);
  RETURN_IF_ERROR(CheckRuns(*seen));
  return std::move(*seen);
}

Result<LivingContainer> LivingContainer::Take(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(sys::Fd file, OpenJournal(root, id, O_RDWR | O_APPEND));
  if (!file.valid()) return NoSuchContainer(root, id);
  RETURN_IF_ERROR(LockOperation(file));
  ASSIGN_OR_RETURN(std::optional<Seen> seen, LookAt(root, id, file));
  if (!seen) return NoSuchContainer(root, id);
  RETURN_IF_ERROR(CheckRuns(*seen));
  ASSIGN_OR_RETURN(Journal journal, Journal::Continue(root, seen->contents, std::move(file)));
  return LivingContainer(std::move(*seen), std::move(journal));
}

}  // namespace slipway::state
