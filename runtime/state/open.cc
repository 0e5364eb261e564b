#include "runtime/state/open.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/state/lock.h"
#include "runtime/sys/file.h"

namespace slipway::state {
namespace {

// A stage leaves some records, of 64 KiB at most.
constexpr off_t kLargest = off_t{64} << 20;

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

}  // namespace

Result<sys::Fd> OpenJournal(const Root& root, const std::string& id, int flags) {
  if (!root.fd().valid()) return sys::Fd();
  auto file = sys::OpenAt(root.fd(), id + "/" + kJournalFile, flags | O_NOFOLLOW | O_NONBLOCK,
                          root.path() + "/" + id + "/" + kJournalFile);
  if (file.ok() || file.error()->errno_value == ENOENT || file.error()->errno_value == ENOTDIR) {
    return file.ok() ? std::move(file) : Result<sys::Fd>(sys::Fd());
  }
  return file;
}

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
  struct stat facts {};
  if (fstat(file.get(), &facts) == 0 && facts.st_size > kLargest) {
    return Error("not a container's state", path,
                 "it is larger than " + std::to_string(kLargest >> 20) +
                     " MiB; remove its folder, if you know what has written it");
  }
  ASSIGN_OR_RETURN(const std::string text, sys::ReadFile(file, path));
  ASSIGN_OR_RETURN(Contents contents, ParseContents(text, path));
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
