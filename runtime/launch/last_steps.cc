#include "runtime/launch/last_steps.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "exec";

// Where keyrings are not there, or are refused to everybody, the container cannot read one either.
Status LeaveKeyring() {
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr, 0, 0, 0) >= 0) return Ok();
  if (errno == ENOSYS || errno == EPERM) return Ok();
  return Error(errno, "keep the caller's session keyring from the container", {},
               errno == EDQUOT ? "this user has too many keys: see /proc/key-users" : "")
      .In({}, kStep);
}

Status TakeStreams(const Command& command) {
  const std::pair<int, int> streams[] = {{command.input, STDIN_FILENO},
                                         {command.output, STDOUT_FILENO},
                                         {command.output, STDERR_FILENO}};
  for (const auto& [from, to] : streams) {
    if (from < 0 || dup2(from, to) == to) continue;
    return Error(errno, "give the command its standard descriptors").In({}, kStep);
  }
  return Ok();
}

Status Close(unsigned first, unsigned last) {
  if (first > last || syscall(SYS_close_range, first, last, 0U) == 0) return Ok();
  return Error(errno, "keep the runtime's descriptors from the command").In({}, kStep);
}

Status CloseAllBut(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned first = STDERR_FILENO + 1;
  for (int fd : kept) {
    if (fd < static_cast<int>(first)) continue;
    RETURN_IF_ERROR(Close(first, static_cast<unsigned>(fd) - 1));
    first = static_cast<unsigned>(fd) + 1;
  }
  return Close(first, ~0U);
}

Error CannotWorkIn(int cause, const std::string& cwd) {
  const char* hint = "";
  if (cause == ENOENT || cause == ENOTDIR) hint = "process.cwd must be a folder of the container";
  if (cause == ELOOP) {
    hint = "a loop of symlinks, or a link of /proc that would lead out of the container";
  }
  return Error(cause, "start in the container's folder", cwd, hint)
      .In({}, kStep)
      .Option("process.cwd");
}

Status GoTo(const std::string& cwd) {
  const sys::Fd folder = sys::Look(cwd, O_DIRECTORY);
  if (!folder.valid() || fchdir(folder.get()) != 0) return CannotWorkIn(errno, cwd);
  // By the system call: the C library's looks for the folder by other means where this fails. A
  // folder outside of the root begins with "(unreachable)"; getcwd(2).
  char path[PATH_MAX];
  if (syscall(SYS_getcwd, path, sizeof(path)) > 0 && *path != '/') return CannotWorkIn(EXDEV, cwd);
  return Ok();
}

}  // namespace

Status LastSteps::Prepare(bool hostile, const std::vector<int>& inherited,
                          std::vector<int> spared) {
  RETURN_IF_ERROR(LeaveKeyring());
  RETURN_IF_ERROR(TakeStreams(execution_.command()));
  for (int fd : inherited) {
    if (fcntl(fd, F_SETFD, 0) != 0) {
      return Error(errno, "keep the descriptor", std::to_string(fd),
                   "a stage or the caller wants it open in the command")
          .In({}, kStep);
    }
  }
  spared.insert(spared.end(), inherited.begin(), inherited.end());
  RETURN_IF_ERROR(CloseAllBut(std::move(spared)));
  RETURN_IF_ERROR(GoTo(execution_.command().cwd));
  ASSIGN_OR_RETURN(program_, execution_.Find(hostile));
  return Ok();
}

Error LastSteps::Run(const sigset_t& mask, std::atomic<bool>& executing) const {
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  return execution_.Run(program_, executing);
}

Error LastSteps::RunInit(InitProgram& init, int channel, std::atomic<bool>& executing) const {
  executing = true;
  Error error = init.Run(program_, channel);
  executing = false;
  return error;
}

}  // namespace slipway::launch
