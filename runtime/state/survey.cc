#include "runtime/state/survey.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/state/lock.h"
#include "runtime/state/remove.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::state {
namespace {

// Invalid: there is no journal.
Result<sys::Fd> OpenJournal(const Root& root, const std::string& id, int flags) {
  if (!root.fd().valid()) return sys::Fd();
  auto file = sys::OpenAt(root.fd(), id + "/" + kJournalFile, flags | O_NOFOLLOW | O_NONBLOCK,
                          root.path() + "/" + id + "/" + kJournalFile);
  if (file.ok() || file.error()->errno_value == ENOENT || file.error()->errno_value == ENOTDIR) {
    return file.ok() ? std::move(file) : Result<sys::Fd>(sys::Fd());
  }
  return file;
}

// The state folder is safe; what stands in it may have been brought there by hand.
Status CheckFile(const struct stat& facts, const std::string& path) {
  if (S_ISREG(facts.st_mode) && facts.st_uid == geteuid() &&
      !(facts.st_mode & (S_IWGRP | S_IWOTH))) {
    return Ok();
  }
  return Error("not a safe file for a container's state", path,
               "it must be a file that belongs to uid " + std::to_string(geteuid()) +
                   " and not be writable by group or others");
}

// False: the container has gone since the file was opened.
Result<bool> IsThere(const Root& root, const std::string& id, const sys::Fd& file) {
  const std::string path = root.path() + "/" + id + "/" + kJournalFile;
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "look at", path);
  if (facts.st_nlink == 0) return false;
  RETURN_IF_ERROR(CheckFile(facts, path));
  return true;
}

Result<Contents> ReadContents(const Root& root, const std::string& id, const sys::Fd& file) {
  const std::string path = root.path() + "/" + id + "/" + kJournalFile;
  ASSIGN_OR_RETURN(const std::string text, sys::ReadFile(file, path));
  ASSIGN_OR_RETURN(Contents contents, ParseContents(text, path));
  if (contents.complete && contents.facts.id != id) {
    return Error("the state of another container", contents.facts.id, "moved by hand?").At(path);
  }
  contents.facts.id = id;
  return contents;
}

// The container's first process; invalid when it has ended.
Result<sys::Fd> FindChild(const Contents& contents) {
  if (!contents.child) return sys::Fd();
  // Where the boot could not be asked for, then or now, the identity alone has to do.
  const std::string boot = sys::BootId();
  if (!boot.empty() && !contents.boot.empty() && boot != contents.boot) return sys::Fd();
  return sys::FindProcess(*contents.child);
}

}  // namespace

Result<std::optional<Seen>> Look(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::Fd file, OpenJournal(root, id, O_RDONLY));
  if (!file.valid()) return std::optional<Seen>();
  ASSIGN_OR_RETURN(const bool has_host, HasHost(file));
  // Asked after the lock: a host removes the journal before it gives the lock back.
  ASSIGN_OR_RETURN(const bool there, IsThere(root, id, file));
  if (!there) return std::optional<Seen>();
  Seen seen;
  ASSIGN_OR_RETURN(seen.contents, ReadContents(root, id, file));
  if (!seen.contents.complete) return std::optional<Seen>();
  ASSIGN_OR_RETURN(const sys::Fd child, FindChild(seen.contents));
  if (child.valid()) seen.pid = seen.contents.child->pid;
  if (has_host || (seen.contents.facts.outlives_host && seen.pid)) seen.life = Life::kRunning;
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
