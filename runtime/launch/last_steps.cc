#include "runtime/launch/last_steps.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>
#include <utility>
#include <vector>

#include "runtime/launch/credentials.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

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

// Only where the plan has one of them.
const Wisher& WhoWantsTheUser(const ProcessPlan& plan) {
  return plan.user ? plan.user->wisher : plan.groups->wisher;
}

Status OfCredentials(Status status, const ProcessPlan& plan) {
  if (status.ok()) return status;
  return Wished(status.error(),
                plan.capabilities ? plan.capabilities->wisher : WhoWantsTheUser(plan));
}

// So that /dev/stdout can be opened by the command's user, where it is a pipe: whoever made it
// still has it, and nobody else could ever open it. A file or a terminal of the caller's stays as
// it is.
void OwnPipes(uid_t uid) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    struct stat info {};
    struct statfs filesystem {};
    if (fstat(fd, &info) != 0 || !S_ISFIFO(info.st_mode) || fstatfs(fd, &filesystem) != 0) continue;
    if (filesystem.f_type == PIPEFS_MAGIC) (void)!fchown(fd, uid, static_cast<gid_t>(-1));
  }
}

}  // namespace

Status LastSteps::Begin() {
  ASSIGN_OR_RETURN(own_files_, OpenOwnFiles(plan_));
  return Ok();
}

Status LastSteps::FindUser() {
  if (!plan_.user && !plan_.groups) return Ok();
  const std::string own = std::to_string(geteuid()) + ":" + std::to_string(getegid());
  auto identity = FindIdentity(plan_.user ? plan_.user->value : own,
                               plan_.groups ? &plan_.groups->value : nullptr);
  if (!identity.ok()) return Wished(identity.error(), WhoWantsTheUser(plan_));
  identity_ = std::move(*identity);
  execution_ = &own_.emplace(Merged(command_, plan_, &*identity_));
  OwnPipes(identity_->uid);
  return Ok();
}

Status LastSteps::CloseForeign(const Descriptors& descriptors, std::vector<int> spared) const {
  const std::vector<int> kept = descriptors.Spared();
  spared.insert(spared.end(), kept.begin(), kept.end());
  spared.push_back(own_files_.label.get());
  const Status closed = sys::CloseAllBut(std::move(spared), STDERR_FILENO + 1);
  if (closed.ok()) return Ok();
  return Error(closed.error()->errno_value, "keep the runtime's descriptors from the command")
      .In({}, kStep);
}

Status LastSteps::Prepare(bool hostile, Descriptors& descriptors, std::vector<int> spared) {
  RETURN_IF_ERROR(LeaveKeyring());
  RETURN_IF_ERROR(TakeStreams(command_));
  RETURN_IF_ERROR(FindUser());
  RETURN_IF_ERROR(descriptors.TakeTerminal(identity_ ? identity_->uid : geteuid(),
                                           /*leads=*/!init_.forks()));
  if (descriptors.has_terminal()) init_.SetTerminal();
  RETURN_IF_ERROR(SetTreatment(plan_, own_files_));
  own_files_.oom_score_adj.Close();
  RETURN_IF_ERROR(descriptors.inherited().Inherit());
  RETURN_IF_ERROR(CloseForeign(descriptors, std::move(spared)));
  const Credentials credentials(identity_ ? &*identity_ : nullptr,
                                plan_.capabilities ? &plan_.capabilities->value : nullptr,
                                plan_.WantsNoNewPrivileges());
  RETURN_IF_ERROR(OfCredentials(credentials.TakeFileRights(), plan_));
  RETURN_IF_ERROR(GoTo(execution_->command().cwd));
  ASSIGN_OR_RETURN(program_, execution_->Find(hostile));
  if (program_.unread) {
    RETURN_IF_ERROR(OfCredentials(credentials.ReturnFileRights(), plan_));
    RETURN_IF_ERROR(execution_->FindOut(program_, hostile));
  }
  if (init_.wanted()) {
    const bool later = plan_.WantsNoNewPrivileges();
    RETURN_IF_ERROR(init_.Write(execution_->command(), program_,
                                later ? plan_.filters : std::vector<Wish<Filter>>()));
  }
  RETURN_IF_ERROR(SetLimits(plan_));
  if (!plan_.WantsNoNewPrivileges()) RETURN_IF_ERROR(SetFilters(plan_));
  RETURN_IF_ERROR(OfCredentials(credentials.TakeOn(), plan_));
  return SetNoNewPrivileges(plan_);
}

Status LastSteps::Place(Inherited& inherited, const std::vector<int*>& needed) {
  int folder = program_.folder.get();
  int label = own_files_.label.get();
  std::vector<int*> all = {&folder, &label};
  all.insert(all.end(), needed.begin(), needed.end());
  RETURN_IF_ERROR(inherited.Place(all));
  for (const auto& [fd, number] :
       {std::pair{&program_.folder, folder}, std::pair{&own_files_.label, label}}) {
    if (fd->get() == number) continue;
    (void)fd->Release();
    *fd = sys::Fd(number);
  }
  return Ok();
}

Error LastSteps::Run(Descriptors& descriptors, const sigset_t& mask, std::atomic<bool>& executing,
                     int* channel) {
  int none = -1;
  Status status = Place(descriptors.inherited(), {channel != nullptr ? channel : &none});
  if (status.ok()) status = SetLabel(plan_, own_files_);
  if (status.ok() && plan_.WantsNoNewPrivileges()) status = SetFilters(plan_);
  if (!status.ok()) return status.error();
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  return execution_->Run(program_, executing);
}

Error LastSteps::RunInit(Descriptors& descriptors, int& channel, std::atomic<bool>& executing) {
  int image = init_.image();
  int orders = init_.orders();
  int listener = init_.listener();
  Status status = Place(descriptors.inherited(), {&channel, &orders, &image, &listener});
  if (status.ok()) status = SetLabel(plan_, own_files_);
  if (!status.ok()) return status.error();
  executing = true;
  Error error = init_.Run({.image = image,
                           .orders = orders,
                           .channel = channel,
                           .folder = program_.folder.get(),
                           .listener = listener});
  executing = false;
  return error;
}

}  // namespace slipway::launch
