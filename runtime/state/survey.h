// Containers as others see them: which there are, and which are dead and wait to be undone.

#ifndef SLIPWAY_RUNTIME_STATE_SURVEY_H_
#define SLIPWAY_RUNTIME_STATE_SURVEY_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"
#include "runtime/state/root.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file_watch.h"

namespace slipway::state {

enum class Life {
  kRunning,  // its host lives, or it was told to outlive it and has not ended
  kStopped,  // it has ended, and is kept until somebody deletes it
  kDead,     // its host has died without undoing it
};

// Of an id that no container has.
Error NoSuchContainer(const Root& root, const std::string& id);

// has_host: does its host live? has_child: does its first process?
Life LifeOf(const Contents& contents, bool has_host, bool has_child);

struct Seen {
  Contents contents;
  Life life = Life::kDead;
  bool has_host = false;
  Phase phase = Phase::kCreating;  // of one that is not dead
  pid_t pid = 0;                   // of its first process; 0: there is none yet, or it has ended
  sys::Fd child;                   // its pidfd; invalid then
};

// Looks at the container `id` without getting in anybody's way. nullopt: nothing has been done for
// it yet, or it has gone.
Result<std::optional<Seen>> Look(const Root& root, const std::string& id);

// The same, of the journal `file`, open for reading.
Result<std::optional<Seen>> LookAt(const Root& root, const std::string& id, const sys::Fd& file);

// Tells of what is written into the container's journal, and of its end. Fails when there is no
// such container.
Result<sys::FileWatch> Watch(const Root& root, const std::string& id);

// Waits until the host of the container has ended, or has undone it.
Status AwaitHost(const Root& root, const std::string& id);

// Which containers may be undone by another than their host.
enum class Claim {
  kDead,
  kEnded,       // besides, those that are kept after their end
  kNotStarted,  // besides, those that wait for their start; operations under way are waited for
};

// A dead container in our hands: no other process takes it as long as this lives.
class DeadContainer {
 public:
  // nullopt: it is none of these, in another's hands, or has gone. `root` outlives the container.
  static Result<std::optional<DeadContainer>> Take(const Root& root, const std::string& id,
                                                   Claim claim = Claim::kDead);

  const Contents& contents() const { return contents_; }

  // The journal's descriptor, which carries the lock.
  int fd() const { return file_.get(); }

  // Kills its first process, should that still live, and waits for its end; fails when that takes
  // longer than `patience`.
  Status EndChild(std::chrono::seconds patience) const;

  // Removes the journal and the folder: everything has been undone.
  Status Remove();

 private:
  DeadContainer(const Root& root, std::string id, sys::Fd file, Contents contents)
      : root_(&root), id_(std::move(id)), file_(std::move(file)), contents_(std::move(contents)) {}

  const Root* root_;
  std::string id_;
  sys::Fd file_;  // carries the lock
  Contents contents_;
};

// What became of a container that was to be forgotten.
enum class Forgotten {
  kDone,      // its state is gone; what its stages did stays
  kRunning,   // it is left alone
  kTaken,     // a `runtime gc` has it in hand
  kNotThere,  // nothing is known of it
};

// Removes the state of a container that is dead or has ended, and undoes nothing: for one that
// cannot be undone, also because its journal cannot be read any more. dry_run: only says what would
// become of it, and locks nothing, so that nobody is kept from it.
Result<Forgotten> Forget(const Root& root, const std::string& id, bool dry_run = false);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_SURVEY_H_
