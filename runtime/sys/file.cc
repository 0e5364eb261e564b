#include "runtime/sys/file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

namespace slipway::sys {
namespace {

constexpr unsigned kFolderMode = 0755;

int OpenAt2(int directory, const std::string& path, int flags) {
  open_how how{};
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
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
  const Fd any(OpenAt2(AT_FDCWD, ".", O_PATH));
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
  Fd fd(OpenAt2(root.get(), path, flags));
  if (fd.valid()) return fd;
  const int cause = errno;
  return Error(cause, "open the container's", path, WhyNoOpenAt2(cause));
}

Result<Fd> MakeFoldersInRoot(const Fd& root, const std::string& path) {
  const NoUmask no_umask;
  size_t end = 0;
  // Each prefix is walked from the root again, so that a symlink on the way counts as it would
  // inside the container.
  while (end < path.size()) {
    end = path.find('/', end + 1);
    if (end == std::string::npos) end = path.size();
    const std::string prefix = path.substr(0, end);
    if (OpenInRoot(root, prefix, O_PATH | O_DIRECTORY).ok()) continue;
    const size_t slash = prefix.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : prefix.substr(0, slash + 1);
    ASSIGN_OR_RETURN(Fd folder, OpenInRoot(root, parent, O_PATH | O_DIRECTORY));
    const std::string name = prefix.substr(slash == std::string::npos ? 0 : slash + 1);
    if (mkdirat(folder.get(), name.c_str(), kFolderMode) != 0)
      return Error(errno, "make the container's folder", prefix);
  }
  return OpenInRoot(root, path, O_PATH | O_DIRECTORY);
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
