// The journal of a container that is being run, in <state folder>/<id>/journal: what undoes it,
// written before it is done. Teardown works from it alone, in this process or, after this one was
// killed, in a `runtime gc`.
//
// It is written without fsync(2): it has to outlive this process, not the kernel, which takes the
// container along. As long as the Journal lives, a lock on the file says so to others; the kernel
// takes the lock away when the process dies.

#ifndef SLIPWAY_RUNTIME_STATE_JOURNAL_H_
#define SLIPWAY_RUNTIME_STATE_JOURNAL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"
#include "runtime/state/root.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/process.h"

namespace slipway::state {

class Journal {
 public:
  static constexpr size_t kMaxRecord = SLIPWAY_MAX_RECORD;  // bytes

  // Makes the container's folder below `root`, which outlives the journal, and begins the journal.
  // Fails when there is a container of this id, running or dead. A journal that could not be begun
  // leaves nothing.
  static Result<Journal> Begin(const Root& root, const Facts& facts);

  // The journal of a running container, for an operation of another process than its host: no
  // other begins as long as it lives. file: open for reading, writing and appending, and locked for
  // the operation. root outlives the journal.
  static Result<Journal> Continue(const Root& root, const Contents& contents, sys::Fd file);

  const std::string& id() const { return id_; }

  // Writes down who the container's first process is. Called before it is released.
  Status SetChild(const sys::ProcessIdentity& child);

  // Writes down a record of the stage at position `stage`. Fails on a record that is too long.
  Status Append(size_t stage, std::string_view record);

  // Keeps what the stage has to know later, in the place of what was kept before.
  Status SetState(size_t stage, std::string_view state);
  // By stage; "", or missing at the end: nothing is kept.
  const std::vector<std::string>& states() const { return states_; }

  // Ids that no other container may have until this one's end.
  Status AddIds(const Ids& ids);

  // Not kCreating, and not kStopped: that is SetEnded.
  Status SetPhase(Phase phase);
  // Of a container that is kept: how its command has ended, as the runtime's exit status has it.
  Status SetEnded(int exit_status, bool timed_out = false);
  // Of such a one: all records have been undone.
  Status SetUndone();
  // As FormatValues words them.
  Status SetOptions(size_t stage, std::string_view options);

  // By the host, before it undoes: waits for an operation that is under way, after which no other
  // begins; what a child or another process has written is here then. May be called again when it
  // fails.
  Status TakeBack();

  // By the host, for an operation of its own while the command runs: not for one that is under way
  // longer than any should be. Others wait until EndOperation.
  Status BeginOperation();
  void EndOperation() const;

  // Reads what another process, such as the host's child, has written meanwhile.
  Status Refresh();

  // The oldest first.
  const std::vector<Entry>& entries() const { return entries_; }

  // Is the descriptor still this file, or has a stage closed it, and the lock with it?
  bool IsIntact() const;

  // Asked by another process than the one that began it: does that one live?
  Result<bool> HasHost() const;

  // Gives the lock back. Nothing more can be written.
  void Close() { file_.Close(); }

  // The file's descriptor, close-on-exec, which carries the lock.
  int fd() const { return file_.get(); }

  // Removes the journal and the container's folder: everything has been undone.
  Status Remove();

 private:
  Journal(const Root& root, std::string id, sys::Fd file)
      : root_(&root), id_(std::move(id)), file_(std::move(file)) {}

  std::string path() const;
  Status Remember();  // which file it is
  Status OpenAgain();
  Status Write(const std::string& text);

  const Root* root_;
  std::string id_;
  sys::Fd file_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  bool opened_again_ = false;
  off_t size_ = 0;  // of what this process has written
  std::vector<Entry> entries_;
  std::vector<std::string> states_;  // by stage
};

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_JOURNAL_H_
