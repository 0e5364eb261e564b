#include "runtime/state/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/auxv.h>
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

}  // namespace

std::string DefaultRoot(uid_t user, const char* runtime_dir) {
  if (user == 0) return "/run/slipway";
  if (runtime_dir != nullptr && *runtime_dir == '/') return std::string(runtime_dir) + "/slipway";
  return "/tmp/slipway-" + std::to_string(user);
}

std::string DefaultRootOfThisProcess() {
  return DefaultRoot(geteuid(), getauxval(AT_SECURE) ? nullptr : std::getenv("XDG_RUNTIME_DIR"));
}

Result<Root> Root::Make(const std::string& path) {
  ASSIGN_OR_RETURN(Root root, Open(path));
  if (root.fd_.valid()) return root;
  RETURN_IF_ERROR(MakeFolders(path));
  ASSIGN_OR_RETURN(root.fd_, sys::Open(path, kFolder));
  RETURN_IF_ERROR(root.CheckOwner());
  return root;
}

Result<Root> Root::Open(const std::string& path) {
  Root root(path);
  auto folder = sys::Open(path, kFolder);
  if (folder.ok()) {
    root.fd_ = std::move(folder).value();
    RETURN_IF_ERROR(root.CheckOwner());
  } else if (folder.error()->errno_value != ENOENT) {
    const int cause = folder.error()->errno_value;
    return Error(cause, "open the state folder", path, HintFor(cause));
  }
  return root;
}

bool Root::OutlastsBoot() const {
  struct statfs filesystem {};
  return fstatfs(fd_.get(), &filesystem) != 0 || filesystem.f_type != TMPFS_MAGIC;
}

Status Root::CheckOwner() const {
  struct stat facts {};
  if (fstat(fd_.get(), &facts) != 0) return Error(errno, "look at the state folder", path_);
  if (facts.st_uid == geteuid() && !(facts.st_mode & (S_IWGRP | S_IWOTH))) return Ok();
  return Error("not a safe place for state", path_,
               "it must belong to uid " + std::to_string(geteuid()) +
                   " and not be writable by group or others; " + kChoose);
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
