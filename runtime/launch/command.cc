#include "runtime/launch/command.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace slipway::launch {
namespace {

constexpr const char* kStep = "exec";
// What is to blame for the command; whoever has read the config knows where that stands.
constexpr const char* kArgs = "process.args";

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view PathOf(const std::vector<std::string>& environment) {
  constexpr std::string_view kName = "PATH=";
  for (std::string_view variable : environment) {
    if (variable.starts_with(kName)) return variable.substr(kName.size());
  }
  return {};
}

// The files that `name` may mean, in order: itself, or one in each folder of `path`.
std::vector<std::string> Candidates(const std::string& name, std::string_view path) {
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> candidates;
  while (!name.empty() && !path.empty()) {
    const size_t colon = path.find(':');
    std::string_view folder = path.substr(0, colon);
    // An empty entry would mean the current folder; nobody writes it on purpose.
    if (!folder.empty()) candidates.push_back(std::string(folder) + "/" + name);
    path.remove_prefix(colon == std::string_view::npos ? path.size() : colon + 1);
  }
  return candidates;
}

Error NotFound(const std::string& name, std::string_view path, const std::string& cwd) {
  if (name.empty()) {
    return Error("the command is an empty text", {}, "give a program's name or path first")
        .In({}, kStep)
        .Option(kArgs)
        .ExitStatus(kNotFound);
  }
  std::string hint = "there is no such file in the container";
  if (name.find('/') == std::string::npos) {
    hint = path.empty() ? "there is no PATH in the environment to look in"
                        : "looked in PATH=" + std::string(path);
  } else if (!name.starts_with('/')) {
    hint += "'s folder " + cwd + ", where the command starts; process.cwd sets another";
  }
  return Error("command not found", name, hint).In({}, kStep).Option(kArgs).ExitStatus(kNotFound);
}

// execve(2)'s errno, told apart by what the file is.
Error NotExecutable(int errno_value, const std::string& file) {
  struct stat info {};
  std::string_view hint;
  if (stat(file.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) {
      hint = "it is a folder";
    } else if (errno_value == ENOENT) {
      hint =
          "the file is there, but the interpreter that it names (the ELF loader, or the "
          "program of its #! line) is not";
    } else if (errno_value == ENOEXEC) {
      hint = "not a program for this machine, or a script without a #! line";
    } else if (errno_value == EACCES && (info.st_mode & 0111) == 0) {
      hint = "it is not executable: chmod +x";
    }
  } else if (errno_value == ENOENT) {
    hint = "it is a symlink that leads to nothing in the container";
  }
  return Error(errno_value, "execute the container's", file, hint)
      .In({}, kStep)
      .Option(kArgs)
      .ExitStatus(kNotExecutable);
}

bool Exists(const std::string& file) {
  struct stat info {};
  return lstat(file.c_str(), &info) == 0;
}

}  // namespace

Execution::Execution(const Command& command)
    : command_(command),
      path_(PathOf(command.environment)),
      candidates_(Candidates(command.args[0], path_)),
      args_(Pointers(command.args)),
      environment_(Pointers(command.environment)) {}

Status Execution::Prepare(const std::vector<int>& kept_fds) const {
  if (chdir(command_.cwd.c_str()) != 0) {
    const bool none = errno == ENOENT || errno == ENOTDIR;
    return Error(errno, "start in the container's folder", command_.cwd,
                 none ? "process.cwd must be a folder of the container" : "")
        .In({}, kStep)
        .Option("process.cwd");
  }
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    return Error(errno, "keep the runtime's descriptors from the command").In({}, kStep);
  }
  for (int fd : kept_fds) {
    if (fcntl(fd, F_SETFD, 0) != 0) {
      return Error(errno, "keep the descriptor", std::to_string(fd),
                   "a stage or the caller wants it open in the command")
          .In({}, kStep);
    }
  }
  return Ok();
}

Error Execution::Run(const sigset_t& mask, std::atomic<bool>& executing) const {
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  // As execvp(3): a candidate that cannot be executed does not end the search, but is what the
  // error tells of when no other can.
  const std::string* denied = nullptr;
  for (const std::string& file : candidates_) {
    executing = true;
    execve(file.c_str(), args_.data(), environment_.data());
    const int cause = errno;
    executing = false;
    const bool absent = (cause == ENOENT || cause == ENOTDIR) && !Exists(file);
    if (absent) continue;
    if (cause != EACCES) return NotExecutable(cause, file);
    if (denied == nullptr) denied = &file;
  }
  if (denied != nullptr) return NotExecutable(EACCES, *denied);
  return NotFound(command_.args[0], path_, command_.cwd);
}

}  // namespace slipway::launch
