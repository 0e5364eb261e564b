#include "runtime/launch/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "runtime/launch/interpreter.h"
#include "runtime/sys/file.h"
#include "runtime/sys/own_program.h"

namespace slipway::launch {
namespace {

constexpr int kMaxLinks = 40;   // as the kernel has it, path_resolution(7)
constexpr int kMaxScripts = 5;  // that run each other; as fs/exec.c has it

constexpr const char* kMagic =
    "a loop of symlinks, or a link of /proc that would lead out of the container";

FileId IdOf(const struct stat& info) { return {info.st_dev, info.st_ino}; }

Error CannotLook(int cause, const std::string& path) {
  const char* hint = "";
  if (cause == ELOOP) hint = kMagic;
  if (cause == ENOENT) hint = "it is a symlink that leads to nothing in the container";
  return {cause, "execute the container's", path, hint};
}

Error IsOwn(const std::string& path) {
  return Error(EPERM, "execute the container's", path,
               "it leads to the runtime's own file, which an image could overwrite afterwards");
}

// Goes to where the file lies: its last name is no symlink then.
Status Settle(Program& program) {
  std::string path = program.path;
  for (int links = 0; links <= kMaxLinks; ++links) {
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    program.name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    program.folder = sys::Look(folder, O_DIRECTORY);
    if (!program.folder.valid()) return CannotLook(errno, program.path);
    char link[PATH_MAX];
    const ssize_t size = readlinkat(program.folder.get(), program.name.c_str(), link, sizeof(link));
    if (size < 0) return Ok();  // EINVAL: no symlink
    const std::string target(link, static_cast<size_t>(size));
    path = target.starts_with('/') ? target : folder + "/" + target;
  }
  return CannotLook(ELOOP, program.path);
}

constexpr int kReading = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// Of a file that was there a moment ago. Invalid: it may be executed, but not read.
Result<sys::Fd> OpenToRead(int folder, const std::string& name, int flags,
                           const std::string& path) {
  sys::Fd file(openat(folder, name.c_str(), kReading | flags));
  if (file.valid() || errno == EACCES) return file;
  const char* hint = "";
  if (errno == EWOULDBLOCK) hint = "a process has a lease on it; see F_SETLEASE in fcntl(2)";
  return Error(errno, "execute the container's", path, hint);
}

// Looks at one of those, and opens it. Invalid: it cannot be read, or is left to the kernel, which
// takes regular files alone.
Result<sys::Fd> OpenInterpreter(const std::string& path, const FileId& own, Program& program) {
  const sys::Fd looked = sys::Look(path);
  // Not left to execve(2): /proc/self is another one for a process that enters a pid namespace by
  // it.
  struct stat info {};
  if (!looked.valid() || fstat(looked.get(), &info) != 0) {
    return errno == ELOOP ? CannotLook(ELOOP, path) : Error(errno, "execute the container's", path);
  }
  if (IdOf(info) == own) return IsOwn(path);
  if (!S_ISREG(info.st_mode)) return sys::Fd();
  ASSIGN_OR_RETURN(sys::Fd opened, OpenToRead(AT_FDCWD, path, 0, path));
  if (!opened.valid()) program.unread = true;
  return opened;
}

// What is loaded besides the open file: by a script's what it is in turn. Of what loads an ELF file
// the kernel asks no further.
Status CheckInterpreters(const sys::Fd& file, const FileId& own, Program& program) {
  Interpreters found = InterpretersOf(file);
  program.script = found.script;
  for (int scripts = 0; found.script && !found.paths.empty(); ++scripts) {
    const std::string path = found.paths.front();
    if (scripts == kMaxScripts) {
      return Error(ELOOP, "execute the container's", path,
                   "more scripts run each other than the kernel allows");
    }
    ASSIGN_OR_RETURN(const sys::Fd opened, OpenInterpreter(path, own, program));
    found = opened.valid() ? InterpretersOf(opened) : Interpreters{};
  }
  for (const std::string& path : found.paths) {
    RETURN_IF_ERROR(OpenInterpreter(path, own, program).status());
  }
  return Ok();
}

// Of one that was found.
Status CheckFile(Program& program, const FileId& own) {
  ASSIGN_OR_RETURN(const sys::Fd file,
                   OpenToRead(program.folder.get(), program.name, O_NOFOLLOW, program.path));
  program.unread = !file.valid();
  if (program.unread) return Ok();
  struct stat info {};
  if (fstat(file.get(), &info) != 0 || IdOf(info) != program.file) {
    return CannotLook(ESTALE, program.path);
  }
  return CheckInterpreters(file, own, program);
}

}  // namespace

FileId OwnFile() {
  const sys::OwnProgram& program = sys::ThisProgram();
  return {program.device, program.inode};
}

Result<Program> FindProgram(const std::string& path, const FileId& own) {
  Program program{.path = path, .folder = {}, .name = {}, .file = {}};
  struct stat info {};
  {
    const sys::Fd looked = sys::Look(path);
    if (!looked.valid()) return CannotLook(errno, path);
    if (fstat(looked.get(), &info) != 0) return CannotLook(errno, path);
  }
  program.file = IdOf(info);
  if (program.file == own) return IsOwn(path);
  if (!S_ISREG(info.st_mode)) return CannotLook(EACCES, path);
  RETURN_IF_ERROR(Settle(program));
  // Without any x bit, and on a filesystem that is mounted noexec: EACCES; access(2).
  if (faccessat(program.folder.get(), program.name.c_str(), X_OK, AT_EACCESS) != 0) {
    return CannotLook(errno, path);
  }
  RETURN_IF_ERROR(CheckFile(program, own));
  return program;
}

Status CheckUnread(Program& program, const FileId& own) { return CheckFile(program, own); }

int Execute(const Program& program, char* const* arguments, char* const* environment) {
  if (!program.script) {
    syscall(SYS_execveat, program.folder.get(), program.name.c_str(), arguments, environment,
            AT_SYMLINK_NOFOLLOW);
    // Also of what binfmt_misc has an interpreter for.
    if (errno != ENOENT) return errno;
  }
  struct stat info {};
  const sys::Fd looked = sys::Look(program.path);
  if (!looked.valid() || fstat(looked.get(), &info) != 0) return errno;
  if (IdOf(info) != program.file) return ESTALE;
  execve(program.path.c_str(), arguments, environment);
  return errno;
}

}  // namespace slipway::launch
