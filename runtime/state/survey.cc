#include "runtime/state/survey.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "runtime/state/lock.h"
#include "runtime/state/remove.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::state {
namespace {

constexpr std::chrono::seconds kPatience{10};

// Invalid: there is no journal.
Result<sys::Fd> OpenJournal(const Root& root, const std::string& id, int flags) {
  if (!root.fd().valid()) return sys::Fd();
  auto file = sys::OpenAt(root.fd(), id + "/" + kJournalFile, flags | O_NOFOLLOW,
                          root.path() + "/" + id + "/" + kJournalFile);
  if (file.ok() || file.error().errno_value == ENOENT || file.error().errno_value == ENOTDIR) {
    return file.ok() ? std::move(file) : Result<sys::Fd>(sys::Fd());
  }
  return file;
}

Result<Contents> ReadContents(const Root& root, const std::string& id, const sys::Fd& file) {
  const std::string path = root.path() + "/" + id + "/" + kJournalFile;
  ASSIGN_OR_RETURN(const std::string text, sys::ReadFile(file, path));
  ASSIGN_OR_RETURN(Contents contents, ParseContents(text, path));
  if (contents.complete && contents.facts.id != id) {
    return Error("a journal of another container", contents.facts.id, "moved by hand?").At(path);
  }
  contents.facts.id = id;
  return contents;
}

// The container's first process; invalid when it has ended.
Result<sys::Fd> FindChild(const Contents& contents) {
  if (!contents.child || contents.boot != sys::BootId()) return sys::Fd();
  return sys::FindProcess(*contents.child);
}

// Of a container without a host.
Result<Life> LifeOf(const Contents& contents) {
  if (!contents.facts.outlives_host) return Life::kDead;
  ASSIGN_OR_RETURN(const sys::Fd child, FindChild(contents));
  return child.valid() ? Life::kRunning : Life::kDead;
}

}  // namespace

Result<std::optional<Seen>> Look(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::Fd file, OpenJournal(root, id, O_RDONLY));
  if (!file.valid()) return std::optional<Seen>();
  Seen seen;
  ASSIGN_OR_RETURN(const bool locked, IsLocked(file));
  ASSIGN_OR_RETURN(seen.contents, ReadContents(root, id, file));
  if (locked) {
    seen.life = Life::kRunning;
  } else {
    ASSIGN_OR_RETURN(seen.life, LifeOf(seen.contents));
  }
  return std::optional(std::move(seen));
}

Result<std::optional<DeadContainer>> DeadContainer::Take(const Root& root, const std::string& id) {
  using Taken = std::optional<DeadContainer>;
  ASSIGN_OR_RETURN(sys::Fd file, OpenJournal(root, id, O_RDWR));
  if (!file.valid()) {
    // A folder without a journal: its host died in between, or is about to begin one and will make
    // the folder again.
    if (root.fd().valid()) unlinkat(root.fd().get(), id.c_str(), AT_REMOVEDIR);
    return Taken();
  }
  ASSIGN_OR_RETURN(const bool taken, TryLock(file));
  if (!taken) return Taken();
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "stat", root.path() + "/" + id);
  if (facts.st_nlink == 0) return Taken();
  ASSIGN_OR_RETURN(Contents contents, ReadContents(root, id, file));
  ASSIGN_OR_RETURN(const Life life, LifeOf(contents));
  if (life == Life::kRunning) return Taken();
  return Taken(DeadContainer(root, id, std::move(file), std::move(contents)));
}

Status DeadContainer::EndChild() const {
  ASSIGN_OR_RETURN(const sys::Fd child, FindChild(contents_));
  if (!child.valid()) return Ok();
  RETURN_IF_ERROR(sys::SendSignal(child, SIGKILL));
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(child, kPatience));
  if (ended) return Ok();
  return Error("its first process has not ended after SIGKILL",
               std::to_string(contents_.child->pid), "run runtime gc again later");
}

Status DeadContainer::Remove() { return RemoveFolder(*root_, id_); }

}  // namespace slipway::state
