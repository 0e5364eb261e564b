#include "runtime/sys/file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

namespace slipway::sys {
namespace {

constexpr unsigned kFolderMode = 0755;
constexpr unsigned kFileMode = 0644;
constexpr uint64_t kInRoot = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
constexpr int kMaxLinks = 40;  // as the kernel has it, path_resolution(7)

int OpenAt2(int directory, const std::string& path, int flags, uint64_t resolve) {
  open_how how{};
  how.resolve = resolve;
  if (flags & O_NOFOLLOW) how.resolve |= RESOLVE_NO_SYMLINKS;
  // With O_PATH, O_NOFOLLOW itself would open a symlink instead of refusing it.
  how.flags = static_cast<unsigned>((flags & ~O_NOFOLLOW) | O_CLOEXEC);
  long fd = 0;
  // EAGAIN: a rename elsewhere raced with the walk; openat2(2) says to try again.
  do {
    fd = syscall(SYS_openat2, directory, path.c_str(), &how, sizeof(how));
  } while (fd < 0 && (errno == EAGAIN || errno == EINTR));
  return static_cast<int>(fd);
}

// What to do about a current folder that getcwd(3) cannot name.
constexpr const char* kGone =
    "it is relative, and the current folder has been deleted: cd to another, or write an absolute "
    "path";
constexpr const char* kUnreachable =
    "it is relative, and the current folder is not below /: cd to another, or write an absolute "
    "path";

// EPERM and ENOSYS may be about the call and not about the path; then it works on no path.
const char* WhyNoOpenAt2(int cause) {
  if (cause != EPERM && cause != ENOSYS) return "";
  const Fd any(OpenAt2(AT_FDCWD, ".", O_PATH, kInRoot));
  if (any.valid() || (errno != EPERM && errno != ENOSYS)) return "";
  return "openat2(2) is refused here, whatever the path: it needs Linux 5.6, and a seccomp filter "
         "that allows it";
}

}  // namespace

NoUmask::NoUmask() : before_(umask(0)) {}
NoUmask::~NoUmask() { umask(before_); }

Result<Fd> Open(const std::string& path, int flags, unsigned mode) {
  Fd fd(open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd.valid()) return Error(errno, "open", path);
  return fd;
}

Result<Fd> OpenAt(const Fd& directory, const std::string& name, int flags,
                  const std::string& path) {
  Fd fd(openat(directory.get(), name.c_str(), flags | O_CLOEXEC));
  if (!fd.valid()) return Error(errno, "open", path);
  return fd;
}

Result<Fd> OpenInRoot(const Fd& root, const std::string& path, int flags) {
  Fd fd(OpenAt2(root.get(), path, flags, kInRoot));
  if (fd.valid()) return fd;
  const int cause = errno;
  return Error(cause, "open the container's", path, WhyNoOpenAt2(cause));
}

Fd Look(const std::string& path, int flags) {
  return Fd(OpenAt2(AT_FDCWD, path, O_PATH | flags, RESOLVE_NO_MAGICLINKS));
}

namespace {

// A path on its walk from the root: what lies behind it, and where the next name begins and ends.
struct Walk {
  std::string path;
  size_t begin = 0;
  size_t end = 0;

  // False: nothing but slashes is left.
  bool Next() {
    begin = path.find_first_not_of('/', end);
    if (begin == std::string::npos) return false;
    end = std::min(path.find('/', begin), path.size());
    return true;
  }
  // False: the same.
  bool ToLast() {
    while (Next() && !IsLast()) {
    }
    return begin != std::string::npos;
  }
  bool IsLast() const { return path.find_first_not_of('/', end) == std::string::npos; }
  std::string Behind() const { return path.substr(0, end); }
  std::string Folder() const { return "/" + path.substr(0, begin); }
  std::string Name() const { return path.substr(begin, end - begin); }

  // In the place of the name: what a symlink says.
  void Follow(std::string_view link) {
    const std::string rest = path.substr(end);
    path = (link.starts_with('/') ? "" : path.substr(0, begin)).append(link).append(rest);
    begin = end = 0;
  }
};

}  // namespace

std::string ReadLinkAt(const Fd& folder, const std::string& name) {
  char text[PATH_MAX];
  const ssize_t size = readlinkat(folder.get(), name.c_str(), text, sizeof(text));
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
}

namespace {

bool IsLink(const Fd& file) {
  struct stat info {};
  return fstat(file.get(), &info) == 0 && S_ISLNK(info.st_mode);
}

Status MakeAt(int folder, const std::string& name, Kind kind, const std::string& path) {
  const NoUmask no_umask;
  if (kind == Kind::kFolder) {
    if (mkdirat(folder, name.c_str(), kFolderMode) == 0) return Ok();
    return Error(errno, "make the container's folder", path);
  }
  if (mknodat(folder, name.c_str(), S_IFREG | kFileMode, 0) == 0) return Ok();
  return Error(errno, "make the container's file", path);
}

using MayMake = std::function<Status(const Fd& folder)>;

// The folder that the walk's name lies in; invalid: it is the root itself. flags: besides O_PATH
// and O_DIRECTORY.
Result<Fd> OpenAbove(const Fd& root, const Walk& walk, int flags) {
  const std::string above = walk.Folder();
  if (above.find_first_not_of('/') == std::string::npos) return Fd();
  return OpenInRoot(root, above, O_PATH | O_DIRECTORY | flags);
}

// As MakeInRoot, name by name.
Result<Fd> MakeWalking(const Fd& root, const std::string& path, Kind kind,
                       const MayMake& may_make) {
  Walk walk{path};
  int links = 0;
  while (walk.Next()) {
    auto found = OpenInRoot(root, walk.Behind(), O_PATH);
    if (found.ok()) continue;
    if (found.error()->errno_value != ENOENT) return found;
    ASSIGN_OR_RETURN(const Fd folder, OpenInRoot(root, walk.Folder(), O_PATH | O_DIRECTORY));
    const std::string link = ReadLinkAt(folder, walk.Name());
    if (!link.empty()) {
      if (++links > kMaxLinks) return Error(ELOOP, "open the container's", path);
      walk.Follow(link);
      continue;
    }
    RETURN_IF_ERROR(may_make(folder));
    RETURN_IF_ERROR(MakeAt(folder.get(), walk.Name(), walk.IsLast() ? kind : Kind::kFolder, path));
  }
  return OpenInRoot(root, walk.path, O_PATH);
}

}  // namespace

Result<Fd> MakeInRoot(const Fd& root, const std::string& path, Kind kind, const MayMake& may_make) {
  constexpr int kPlain = O_PATH | O_NOFOLLOW;
  Walk walk{path};
  if (!walk.ToLast()) return OpenInRoot(root, path, O_PATH);
  const std::string name = walk.Name();
  const bool ends_in_slash = path.back() == '/' && kind == Kind::kFile;
  if (name == "." || name == ".." || ends_in_slash) return MakeWalking(root, path, kind, may_make);
  // Most often the last name alone is missing, and leads nowhere.
  const auto opened = OpenAbove(root, walk, /*flags=*/0);
  if (!opened.ok()) return MakeWalking(root, path, kind, may_make);
  const Fd& folder = opened->valid() ? *opened : root;
  auto found = OpenAt(folder, name, kPlain, path);
  if (found.ok() ? IsLink(*found) : found.error()->errno_value != ENOENT)
    return MakeWalking(root, path, kind, may_make);
  if (found.ok()) return found;
  RETURN_IF_ERROR(may_make(folder));
  RETURN_IF_ERROR(MakeAt(folder.get(), name, kind, path));
  return OpenAt(folder, name, kPlain, path);
}

Fd MakeLastInRoot(const Fd& root, const std::string& path, Kind kind, const MayMake& may_make) {
  Walk walk{path};
  if (!walk.ToLast()) return {};
  const std::string name = walk.Name();
  if (name == "." || name == ".." || path.back() == '/') return {};
  const auto opened = OpenAbove(root, walk, O_NOFOLLOW);
  if (!opened.ok()) return {};
  const Fd& folder = opened->valid() ? *opened : root;
  if (!may_make(folder).ok() || !MakeAt(folder.get(), name, kind, path).ok()) return {};
  return Fd(openat(folder.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

Result<uint64_t> MountOf(int file) {
  struct statx facts {};
  if (statx(file, "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) != 0) {
    return Error(errno, "ask which mount a file lies on");
  }
  if ((facts.stx_mask & STATX_MNT_ID) == 0) {
    return Error("the kernel does not tell which mount a file lies on", {}, "Linux 5.8 does");
  }
  return facts.stx_mnt_id;
}

Result<std::string> CurrentFolder(const std::string& path) {
  // With a null buffer glibc allocates as much as the name takes.
  const std::unique_ptr<char, decltype(&free)> name(getcwd(nullptr, 0), free);
  if (name == nullptr) {
    return Error(errno, "cannot resolve", path, errno == ENOENT ? kGone : "");
  }
  // getcwd(3): a folder outside of this root comes back as "(unreachable)...".
  if (*name != '/') return Error(ENOENT, "cannot resolve", path, kUnreachable);
  return std::string(name.get());
}

Result<std::string> Absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  ASSIGN_OR_RETURN(const std::string folder, CurrentFolder(path));
  return (folder == "/" ? "" : folder) + "/" + path;
}

Result<std::string> ReadLink(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path.c_str(), target, sizeof(target));
  if (size < 0) return Error(errno, "read the symlink", path);
  if (static_cast<size_t>(size) == sizeof(target))
    return Error(ENAMETOOLONG, "read the symlink", path);
  return std::string(target, static_cast<size_t>(size));
}

Result<std::string> ReadFile(const std::string& path) {
  ASSIGN_OR_RETURN(Fd fd, Open(path, O_RDONLY));
  return ReadFile(fd, path);
}

Result<std::string> ReadFile(const Fd& file, const std::string& path) {
  std::string text;
  char buffer[4096];
  while (true) {
    ssize_t size = read(file.get(), buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Error(errno, "read", path);
    if (size == 0) return text;
    text.append(buffer, static_cast<size_t>(size));
  }
}

Status WriteFile(const std::string& path, std::string_view text) {
  ASSIGN_OR_RETURN(Fd fd, Open(path, O_WRONLY));
  return WriteFile(fd, path, text);
}

Status WriteFile(const Fd& file, const std::string& path, std::string_view text) {
  ssize_t size = 0;
  do {
    size = write(file.get(), text.data(), text.size());
  } while (size < 0 && errno == EINTR);
  if (size < 0) return Error(errno, "write", path);
  return Ok();
}

}  // namespace slipway::sys
