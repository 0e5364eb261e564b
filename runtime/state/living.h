// A running container in the hands of one operation (exec, pause, update ...), whoever started it.

#ifndef SLIPWAY_RUNTIME_STATE_LIVING_H_
#define SLIPWAY_RUNTIME_STATE_LIVING_H_

#include <sys/types.h>

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"
#include "runtime/state/journal.h"
#include "runtime/state/root.h"
#include "runtime/state/survey.h"
#include "runtime/sys/fd.h"

namespace slipway::state {

// Looks at a container that runs. Fails when there is none of this id, and when it has ended or has
// not begun to run.
Result<Seen> LookAtLiving(const Root& root, const std::string& id);

// Writes down how a container that is kept and has no host has ended, by whoever has seen it;
// seen: as it was when it ran. Once it has been written down, or the container has gone, nothing.
Status RecordEnd(const Root& root, const Seen& seen, int exit_status);

class LivingContainer {
 public:
  // Waits for an operation that is under way; no other begins as long as this lives. `root`
  // outlives the container. Fails as LookAtLiving.
  static Result<LivingContainer> Take(const Root& root, const std::string& id);

  // The same of one that does not stand still: waits until whoever has paused it lets it go on.
  static Result<LivingContainer> TakeAwake(const Root& root, const std::string& id);

  const Contents& contents() const { return seen_.contents; }
  Phase phase() const { return seen_.phase; }

  // Its first process, and that one's pidfd.
  pid_t pid() const { return seen_.pid; }
  const sys::Fd& child() const { return seen_.child; }

  Journal& journal() { return journal_; }

  // Lets other operations begin. Nothing more can be written down.
  void GiveBack() { journal_.Close(); }

 private:
  LivingContainer(Seen seen, Journal journal)
      : seen_(std::move(seen)), journal_(std::move(journal)) {}

  Seen seen_;
  Journal journal_;  // carries the lock
};

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_LIVING_H_
