#include "runtime/state/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "runtime/sys/file.h"

namespace slipway::state {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY;
constexpr mode_t kFolderMode = 0700;
constexpr mode_t kAboveMode = 0755;
constexpr const char* kChoose = "choose another folder with --root";

// Another folder is no help against what the process itself lacks.
const char* HintFor(int cause) {
  return cause == EMFILE || cause == ENFILE || cause == ENOMEM || cause == EINTR ? "" : kChoose;
}

Status MakeFolder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return Ok();
  return Error(errno, "make the state folder", path, HintFor(errno));
}

Status MakeFolders(std::string path) {
  const sys::NoUmask no_umask;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  for (size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    RETURN_IF_ERROR(MakeFolder(path.substr(0, end), kAboveMode));
  }
  return MakeFolder(path, kFolderMode);
}

bool IsOwnFolder(const std::string& path, uid_t user) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == user;
}

std::string InTmp(uid_t user) { return "/tmp/slipway-" + std::to_string(user); }

// Of whom a symlink may be: who can exchange it could as well say --root.
bool MayFollow(const std::string& path, const struct stat& link) {
  return path != InTmp(geteuid()) && (link.st_uid == geteuid() || link.st_uid == 0);
}

// tmpfiles.d(5): what has not been used for some days goes, but not a folder that is locked.
bool GetsCleaned(const std::string& path) {
  return path.starts_with("/tmp/") || path.starts_with("/var/tmp/");
}

}  // namespace

std::string DefaultRoot(uid_t user, const char* runtime_dir) {
  if (user == 0) return "/run/slipway";
  for (const std::string& folder : {std::string(runtime_dir != nullptr ? runtime_dir : ""),
                                    "/run/user/" + std::to_string(user)}) {
    if (folder.starts_with('/') && IsOwnFolder(folder, user)) return folder + "/slipway";
  }
  return InTmp(user);
}

std::string DefaultRootOfThisProcess() {
  return DefaultRoot(geteuid(), std::getenv("XDG_RUNTIME_DIR"));
}

Result<Root> Root::Make(const std::string& path) {
  ASSIGN_OR_RETURN(Root root, Open(path));
  if (root.fd_.valid()) return root;
  RETURN_IF_ERROR(MakeFolders(path));
  RETURN_IF_ERROR(root.OpenFolder());
  if (!root.fd_.valid()) return root.NotOpened(ENOENT);
  return root;
}

Result<Root> Root::Open(const std::string& path) {
  Root root(path);
  RETURN_IF_ERROR(root.OpenFolder());
  return root;
}

Status Root::OpenFolder() {
  fd_ = sys::Fd(open(path_.c_str(), kFolder | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!fd_.valid()) {
    const int cause = errno;
    if (cause == ENOENT) return Ok();
    if (lstat(path_.c_str(), &facts) != 0) return NotOpened(cause);
    const bool other = facts.st_uid != geteuid();
    if (!S_ISLNK(facts.st_mode))
      return cause == EACCES && other ? CheckOwnerOf(facts) : NotOpened(cause);
    if (!MayFollow(path_, facts)) {
      return NotSafe("it is a symlink of uid " + std::to_string(facts.st_uid));
    }
    fd_ = sys::Fd(open(path_.c_str(), kFolder | O_CLOEXEC));
    if (!fd_.valid()) return errno == ENOENT ? Ok() : Status(NotOpened(errno));
  }
  if (fstat(fd_.get(), &facts) != 0) return Error(errno, "look at the state folder", path_);
  RETURN_IF_ERROR(CheckOwnerOf(facts));
  // Gone with the descriptor. One that cleans just now has it for a moment; it goes by then.
  if (GetsCleaned(path_)) flock(fd_.get(), LOCK_SH | LOCK_NB);
  return Ok();
}

Error Root::NotOpened(int cause) const {
  return Error(cause, "open the state folder", path_, HintFor(cause));
}

Error Root::NotSafe(const std::string& why) const {
  return Error("not a safe place for state", path_, why + "; " + kChoose);
}

bool Root::OutlastsBoot() const {
  struct statfs filesystem {};
  return fstatfs(fd_.get(), &filesystem) != 0 || filesystem.f_type != TMPFS_MAGIC;
}

Status Root::CheckOwnerOf(const struct stat& facts) const {
  if (facts.st_uid == geteuid() && !(facts.st_mode & (S_IWGRP | S_IWOTH))) return Ok();
  return NotSafe("it must belong to uid " + std::to_string(geteuid()) +
                 " and not be writable by group or others");
}

Result<std::vector<std::string>> Root::Ids() const {
  std::vector<std::string> ids;
  if (!fd_.valid()) return ids;
  sys::Fd again(openat(fd_.get(), ".", kFolder | O_CLOEXEC));
  std::unique_ptr<DIR, int (*)(DIR*)> stream(again.valid() ? fdopendir(again.get()) : nullptr,
                                             closedir);
  if (!stream) return Error(errno, "read the state folder", path_);
  again.Release();  // the stream's
  errno = 0;
  while (const dirent* entry = readdir(stream.get())) {
    if (entry->d_name[0] != '.') ids.emplace_back(entry->d_name);
  }
  if (errno != 0) return Error(errno, "read the state folder", path_);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace slipway::state
