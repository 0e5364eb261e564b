#include "runtime/state/journal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "runtime/state/lock.h"
#include "runtime/state/open.h"
#include "runtime/state/remove.h"

namespace slipway::state {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr int kNewJournal = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC;
constexpr int kAttempts = 100;  // a `runtime gc` would have to come in between each time

const char* WhyItExists(const Root& root, const std::string& id, const sys::Fd& file) {
  const auto running = file.valid() ? HasHost(file) : Result<bool>(false);
  if (running.ok() && *running) return "it is running; choose another --name";
  const auto contents = file.valid() ? ReadContents(root, id, file) : Result<Contents>(Contents());
  if (contents.ok() && contents->facts.kept && contents->phase != Phase::kCreating) {
    return "it is there until runtime delete; choose another --name";
  }
  return "its runtime has died: see runtime list, runtime gc";
}

Error Exists(const Root& root, const std::string& id) {
  const auto file = OpenJournal(root, id, O_RDONLY);
  if (!file.ok()) return file.error();
  return Error("a container of this name exists", id, WhyItExists(root, id, *file));
}

// The folder with an empty, locked journal that others can see. nullopt: a `runtime gc` took it
// for one that was left behind, and removed it.
Result<std::optional<sys::Fd>> TryMake(const Root& root, const std::string& id) {
  const std::string name = id + "/" + kJournalFile;
  const std::string path = root.path() + "/" + name;
  if (mkdirat(root.fd().get(), id.c_str(), kContainerMode) != 0) {
    if (errno == EEXIST) return Exists(root, id);
    return Error(errno, "make the folder", root.path() + "/" + id,
                 "choose another state folder with --root");
  }
  sys::Fd file(openat(root.fd().get(), name.c_str(), kNewJournal, kFileMode));
  // A umask that takes away the owner's own rights; see also below.
  if (!file.valid() && errno == EACCES &&
      fchmodat(root.fd().get(), id.c_str(), kContainerMode, 0) == 0) {
    file = sys::Fd(openat(root.fd().get(), name.c_str(), kNewJournal, kFileMode));
  }
  if (!file.valid() && errno == ENOENT) return std::optional<sys::Fd>();
  if (!file.valid() && errno == EEXIST) return Exists(root, id);
  Status status = file.valid() ? LockAsHost(file) : Status(Error(errno, "make", path));
  struct stat facts {};
  if (status.ok() && fstat(file.get(), &facts) != 0) status = Error(errno, "look at", path);
  if (status.ok() && (facts.st_mode & 0777) != kFileMode && fchmod(file.get(), kFileMode) != 0) {
    status = Error(errno, "change the mode of", path);
  }
  if (status.ok()) return facts.st_nlink ? std::optional(std::move(file)) : std::nullopt;
  if (file.valid()) unlinkat(root.fd().get(), name.c_str(), 0);
  unlinkat(root.fd().get(), id.c_str(), AT_REMOVEDIR);
  return status;
}

Result<sys::Fd> Make(const Root& root, const std::string& id) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ASSIGN_OR_RETURN(auto file, TryMake(root, id));
    if (file) return std::move(*file);
  }
  return Error(EBUSY, "make the folder", root.path() + "/" + id, "something keeps removing it");
}

Status CheckSize(const char* what, std::string_view record) {
  if (record.size() <= Journal::kMaxRecord) return Ok();
  return Error(std::string(what) + " of " + std::to_string(record.size()) + " bytes is too long",
               {}, "a bug of the stage: at most " + std::to_string(Journal::kMaxRecord) + " bytes");
}

// The kernel has sent SIGXFSZ; setrlimit(2). It is blocked while a container runs, and would end
// this process later, before the error is told.
void DropFileSizeSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGXFSZ);
  const timespec now{};
  sigtimedwait(&signals, nullptr, &now);
}

}  // namespace

Result<Journal> Journal::Begin(const Root& root, const Facts& facts) {
  ASSIGN_OR_RETURN(sys::Fd file, Make(root, facts.id));
  Journal journal(root, facts.id, std::move(file));
  Status status = journal.Remember();
  const std::string boot = root.OutlastsBoot() ? sys::BootId() : std::string();
  if (status.ok()) status = journal.Write(FormatFacts(facts, boot));
  if (status.ok()) return journal;
  // What could not be removed either is a journal without records, which `runtime gc` removes.
  (void)journal.Remove().ok();
  return status;
}

std::string Journal::path() const { return root_->path() + "/" + id_ + "/" + kJournalFile; }

Result<Journal> Journal::Continue(const Root& root, const Contents& contents, sys::Fd file) {
  Journal journal(root, contents.facts.id, std::move(file));
  RETURN_IF_ERROR(journal.Remember());
  journal.entries_ = contents.entries;
  journal.states_ = contents.states;
  return journal;
}

Status Journal::Remember() {
  struct stat about {};
  if (fstat(fd(), &about) != 0) return Error(errno, "look at", path());
  device_ = about.st_dev;
  inode_ = about.st_ino;
  size_ = about.st_size;
  return Ok();
}

Status Journal::SetChild(const sys::ProcessIdentity& child) { return Write(FormatChild(child)); }

Status Journal::SetState(size_t stage, std::string_view state) {
  RETURN_IF_ERROR(CheckSize("a state record", state));
  RETURN_IF_ERROR(Write(FormatState(stage, state)));
  if (states_.size() <= stage) states_.resize(stage + 1);
  states_[stage] = state;
  return Ok();
}

Status Journal::AddIds(const Ids& ids) { return Write(FormatIds(ids)); }

Status Journal::SetPhase(Phase phase) { return Write(FormatPhase(phase)); }

Status Journal::SetEnded(int exit_status, bool timed_out) {
  return Write(FormatEnded(exit_status, timed_out));
}

Status Journal::SetUndone() {
  RETURN_IF_ERROR(Write(FormatUndone()));
  entries_.clear();
  states_.clear();
  return Ok();
}

Status Journal::SetOptions(size_t stage, std::string_view options) {
  return Write(FormatChanged(stage, options));
}

Status Journal::Append(size_t stage, std::string_view record) {
  RETURN_IF_ERROR(CheckSize("an undo record", record));
  RETURN_IF_ERROR(Write(FormatEntry(stage, record)));
  entries_.push_back({stage, std::string(record)});
  return Ok();
}

Status Journal::Write(const std::string& text) {
  ssize_t size = 0;
  do {
    size = write(file_.get(), text.data(), text.size());
  } while (size < 0 && errno == EINTR);
  if (size == static_cast<ssize_t>(text.size())) {
    size_ += size;
    return Ok();
  }
  const Error error(size < 0 ? errno : ENOSPC, "write", path());
  if (error->errno_value == EFBIG) DropFileSizeSignal();
  // Half a line in the middle would make the rest unreadable. A child may have written before it.
  struct stat about {};
  if (size > 0 && fstat(file_.get(), &about) == 0) {
    (void)!ftruncate(file_.get(), about.st_size - size);
  }
  return error;
}

// A stage has closed the descriptor, and perhaps the folder's too: what it left is still to be
// undone.
Status Journal::OpenAgain() {
  ASSIGN_OR_RETURN(const Root again, Root::Open(root_->path()));
  opened_again_ = true;
  // The number may be another file's by now.
  (void)file_.Release();
  ASSIGN_OR_RETURN(file_, OpenJournal(again, id_, O_RDWR | O_APPEND));
  if (file_.valid() && IsIntact()) return Ok();
  return Error(file_.valid() ? ESTALE : ENOENT, "open", path());
}

Status Journal::TakeBack() {
  if (!IsIntact()) RETURN_IF_ERROR(OpenAgain());
  RETURN_IF_ERROR(LockOperation(file_));
  return Refresh();
}

Status Journal::BeginOperation() {
  RETURN_IF_ERROR(LockOperationInTime(file_, id_));
  Status refreshed = Refresh();
  if (!refreshed.ok()) EndOperation();
  return refreshed;
}

void Journal::EndOperation() const { UnlockOperation(file_); }

Status Journal::Refresh() {
  struct stat about {};
  if (fstat(file_.get(), &about) != 0) return Error(errno, "look at", path());
  if (about.st_size == size_) return Ok();
  std::string text(static_cast<size_t>(about.st_size), '\0');
  const ssize_t size = pread(file_.get(), text.data(), text.size(), 0);
  if (size < 0) return Error(errno, "read", path());
  ASSIGN_OR_RETURN(Contents contents,
                   ParseContents({text.data(), static_cast<size_t>(size)}, path()));
  entries_ = std::move(contents.entries);
  states_ = std::move(contents.states);
  size_ = size;
  return Ok();
}

bool Journal::IsIntact() const {
  struct stat about {};
  return fstat(file_.get(), &about) == 0 && about.st_dev == device_ && about.st_ino == inode_;
}

Result<bool> Journal::HasHost() const { return state::HasHost(file_); }

Status Journal::Remove() {
  Status removed = RemoveFolder(*root_, id_);
  if (removed.ok() || (IsIntact() && !opened_again_)) return removed;
  // A stage that closed the journal's descriptor has closed the folder's too.
  ASSIGN_OR_RETURN(const Root again, Root::Open(root_->path()));
  return RemoveFolder(again, id_);
}

}  // namespace slipway::state
