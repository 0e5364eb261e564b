#include "runtime/state/open.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>

#include "runtime/state/lock.h"
#include "runtime/sys/file.h"

namespace slipway::state {
namespace {

// A stage leaves some records, of 64 KiB at most.
constexpr off_t kLargest = off_t{64} << 20;

// A journal is begun and its facts are written at once; nothing else is between the two.
constexpr int64_t kSecondsForFacts = 10;

std::string FolderOf(const Root& root, const std::string& id) { return root.path() + "/" + id; }
std::string PathOf(const Root& root, const std::string& id) {
  return FolderOf(root, id) + "/" + kJournalFile;
}

// Nobody can tell whether what stands in it is true.
Error NotSafe(const std::string& path, const std::string& why) {
  return Error("not a safe file for a container's state", path,
               why + ": it must be a file of uid " + std::to_string(geteuid()) +
                   " that neither group nor others can write to; chown and chmod make it that, if "
                   "you know that nobody has changed it");
}

// The state folder is safe; what stands in it may have been brought there by hand.
Status CheckFile(const struct stat& facts, const std::string& path) {
  if (!S_ISREG(facts.st_mode)) return NotSafe(path, "it is something else than a file");
  if (facts.st_uid != geteuid()) {
    return NotSafe(path, "it belongs to uid " + std::to_string(facts.st_uid));
  }
  if (facts.st_mode & (S_IWGRP | S_IWOTH)) {
    char mode[8];
    std::snprintf(mode, sizeof(mode), "%04o", static_cast<unsigned>(facts.st_mode & ALLPERMS));
    return NotSafe(path, std::string("its mode is ") + mode);
  }
  return Ok();
}

// On the way to the journal there is a symlink.
Error Leads(const Root& root, const std::string& id) {
  struct stat facts {};
  if (fstatat(root.fd().get(), id.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISLNK(facts.st_mode)) {
    return Error("not a container's folder", FolderOf(root, id),
                 "it is a symlink, which is not followed: remove it; where the folder itself was "
                 "moved away, move it back");
  }
  return NotSafe(PathOf(root, id), "it is a symlink");
}

// When the container's folder was made, or, where nobody knows, when the last file was made in it.
int64_t MadeAt(const Root& root, const std::string& id) {
  struct statx facts {};
  if (statx(root.fd().get(), id.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME | STATX_MTIME, &facts) !=
      0) {
    return 0;
  }
  return facts.stx_mask & STATX_BTIME ? facts.stx_btime.tv_sec : facts.stx_mtime.tv_sec;
}

// A host that was killed before it had written the facts has not begun to build anything. When they
// are missing later, somebody has cut them away, perhaps those of a container that runs.
Status CheckNotCut(const Root& root, const std::string& id, const struct stat& file) {
  if (file.st_mtime - MadeAt(root, id) <= kSecondsForFacts) return Ok();
  return Error("a container's state that has been cut short", PathOf(root, id),
               "whether it runs nobody can tell: end its processes, if there are any; runtime gc "
               "--forget " +
                   id + " drops it");
}

}  // namespace

Result<sys::Fd> OpenJournal(const Root& root, const std::string& id, int flags) {
  if (!root.fd().valid()) return sys::Fd();
  auto file = sys::OpenInRoot(root.fd(), id + "/" + kJournalFile, flags | O_NOFOLLOW | O_NONBLOCK);
  if (file.ok()) return file;
  const int cause = file.error()->errno_value;
  if (cause == ENOENT || cause == ENOTDIR) return sys::Fd();
  if (cause == ELOOP) return Leads(root, id);
  return Error(cause, "open", PathOf(root, id), file.error()->hint);
}

Result<bool> IsThere(const Root& root, const std::string& id, const sys::Fd& file) {
  const std::string path = PathOf(root, id);
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "look at", path);
  if (facts.st_nlink == 0) return false;
  RETURN_IF_ERROR(CheckFile(facts, path));
  return true;
}

Result<Contents> ReadContents(const Root& root, const std::string& id, const sys::Fd& file) {
  const std::string path = PathOf(root, id);
  struct stat facts {};
  const bool known = fstat(file.get(), &facts) == 0;
  if (known && facts.st_size > kLargest) {
    return Error("not a container's state", path,
                 "it is larger than " + std::to_string(kLargest >> 20) +
                     " MiB; remove its folder, if you know what has written it");
  }
  ASSIGN_OR_RETURN(const std::string text, sys::ReadFile(file, path));
  ASSIGN_OR_RETURN(Contents contents, ParseContents(text, path));
  if (!contents.complete && known) RETURN_IF_ERROR(CheckNotCut(root, id, facts));
  if (contents.complete && contents.facts.id != id) {
    return Error("the state of another container", contents.facts.id, "moved by hand?").At(path);
  }
  contents.facts.id = id;
  return contents;
}

Result<sys::Fd> FindChild(const Contents& contents) {
  if (!contents.child) return sys::Fd();
  // Where the boot could not be asked for, then or now, the identity alone has to do.
  const std::string boot = sys::BootId();
  if (!boot.empty() && !contents.boot.empty() && boot != contents.boot) return sys::Fd();
  return sys::FindProcess(*contents.child);
}

}  // namespace slipway::state
