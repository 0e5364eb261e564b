#include "runtime/launch/procfs.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/launch/beside.h"
#include "runtime/launch/caught.h"
#include "runtime/launch/channel.h"
#include "runtime/launch/first_ids.h"
#include "runtime/launch/init.h"
#include "runtime/launch/patience.h"
#include "runtime/sys/clone.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

constexpr const char* kStep = "procfs";
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kNone{0};

// Of the helper's own: whoever takes it over is in none of the host's but that of time.
constexpr int kOwn =
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

Error CannotMake(int cause, std::string_view hint = {}) {
  return Error(cause, "make a procfs of the pid namespace that is joined", {}, hint).In({}, kStep);
}

// The helper's side.

// A pid namespace for its children alone.
Status JoinNamespaces(const Plan& plan) {
  const JoinedNamespace* const user = plan.Joined(CLONE_NEWUSER);
  const JoinedNamespace& pids = *plan.Joined(CLONE_NEWPID);
  const bool owned = user != nullptr && sys::IsOwnedBy(pids.file, user->id);
  if (owned && setns(user->file, CLONE_NEWUSER) != 0) return CannotMake(errno);
  if (setns(pids.file, CLONE_NEWPID) != 0) return CannotMake(errno);
  if (!owned) return Ok();
  // Somebody whom it does not know can make none within; user_namespaces(7).
  ASSIGN_OR_RETURN(const FirstIds first, FirstIdsOf("/proc/self"));
  return sys::Become(first.user, first.group);
}

// No file, no rights and no namespace of the host's is in reach from here on.
Status LeaveHost() {
  if (unshare(kOwn) != 0) {
    return CannotMake(errno, errno == ENOSPC || errno == EPERM
                                 ? "before Linux 6.17 it takes user namespaces, and there may be "
                                   "none: see /proc/sys/user/max_user_namespaces"
                                 : "");
  }
  RETURN_IF_ERROR(sys::MakeAllMountsPrivate());
  ASSIGN_OR_RETURN(const sys::Fd root,
                   sys::NewMount("tmpfs", {{"mode", "555"}}, MOUNT_ATTR_RDONLY));
  ASSIGN_OR_RETURN(const sys::Fd top, sys::Open("/", O_PATH | O_DIRECTORY));
  RETURN_IF_ERROR(sys::Attach(root.get(), top, "/"));
  RETURN_IF_ERROR(sys::PivotRoot(root));
  // Where there are no keyrings, it has none.
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr, 0, 0, 0);
  return Ok();
}

// All that fsopen(2) takes, in the user namespace that it has made; exec(2) keeps nothing else of
// somebody who is not root there.
Status KeepOneRight() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct rights[2]{};
  rights[0].effective = rights[0].permitted = rights[0].inheritable = 1U << CAP_SYS_ADMIN;
  if (syscall(SYS_capset, &header, rights) != 0 ||
      prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0) != 0) {
    return CannotMake(errno);
  }
  return Ok();
}

// Returns only the error.
Error Execute(const sys::Fd& image, const Channel& channel) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (dup3(image.get(), STDOUT_FILENO, O_CLOEXEC) < 0 || dup2(channel.fd(), STDIN_FILENO) < 0 ||
      syscall(SYS_close_range, STDOUT_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    return CannotMake(errno);
  }
  char name[] = "init";
  char number[] = "0";
  char* const arguments[] = {name, number, nullptr};
  char* const environment[] = {nullptr};
  syscall(SYS_execveat, STDOUT_FILENO, "", arguments, environment, AT_EMPTY_PATH);
  return CannotMake(errno);
}

[[noreturn]] void RunHelper(const Plan& plan, const sys::Fd& image, const Channel& channel) {
  prctl(PR_SET_DUMPABLE, 0);
  ErrorRecord error{};
  CaughtInto(error, "launch", [&]() -> Status {
    RETURN_IF_ERROR(JoinNamespaces(plan));
    RETURN_IF_ERROR(LeaveHost());
    RETURN_IF_ERROR(KeepOneRight());
    return Execute(image, channel);
  });
  (void)channel.Send(MessageType::kFailed, error).ok();
  _exit(1);
}

// The host's side.

Status AwaitWord(const Channel& channel) {
  const auto since = std::chrono::steady_clock::now();
  while (true) {
    pollfd word{.fd = channel.fd(), .events = POLLIN, .revents = 0};
    const int count = poll(&word, 1, LeftOf(kPatience, since));
    if (count > 0) return Ok();
    if (count == 0) return CannotMake(ETIME, "something in there may have stopped its helper");
    if (errno != EINTR) return CannotMake(errno);
  }
}

// What comes may be somebody else's doing, who has taken the helper over. Only a procfs knows the
// option, and one that shows the runtime cannot be made in there.
Result<sys::Fd> ReceiveContext(const Channel& channel) {
  RETURN_IF_ERROR(AwaitWord(channel));
  Request with;
  ASSIGN_OR_RETURN(const std::optional<Message> message, channel.Receive(&with));
  if (!message) return Error("the helper that makes a procfs was killed").In({}, kStep);
  if (message->type == MessageType::kFailed) return Error(message->error);
  if (message->answer.step == init::Step::kBorn) return CannotBeBorn(message->answer.errno_value);
  if (message->answer.errno_value > 0) return CannotMake(message->answer.errno_value);
  if (!with.file.valid() ||
      syscall(SYS_fsconfig, with.file.get(), FSCONFIG_SET_STRING, "hidepid", "off", 0) != 0) {
    return CannotMake(EBADMSG, "something in there has taken its helper over");
  }
  return std::move(with.file);
}

}  // namespace

Result<sys::Fd> ProcfsByOption(const Plan& plan) {
  ASSIGN_OR_RETURN(sys::Fd context, sys::PrepareProcfs());
  if (syscall(SYS_fsconfig, context.get(), FSCONFIG_SET_FD, "pidns", nullptr,
              plan.Joined(CLONE_NEWPID)->file) != 0) {
    return CannotMake(errno);
  }
  return context;
}

Result<sys::Fd> ProcfsByHelper(const Plan& plan) {
  ASSIGN_OR_RETURN(const sys::Fd image, InitImage());
  ASSIGN_OR_RETURN(auto ends, Channel::Make());
  auto& [host_end, helpers_end] = ends;
  auto helper = sys::Clone(0, -1);
  if (!helper.ok()) return CannotMake(helper.error()->errno_value);
  if (helper->pid == 0) RunHelper(plan, image, helpers_end);
  helpers_end.Close();
  auto context = ReceiveContext(host_end);
  // It waits for the one that was in there, who would be left to others.
  const auto ended = sys::AwaitExit(helper->pidfd, context.ok() ? kPatience : kNone);
  if (!ended.ok() || !*ended) kill(helper->pid, SIGKILL);
  while (waitpid(helper->pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return context;
}

Result<sys::Fd> PrepareProcfs(const Plan& plan) {
  if (plan.Joined(CLONE_NEWPID) == nullptr) return sys::Fd();
  auto context = ProcfsByOption(plan);
  return context.ok() ? std::move(context) : ProcfsByHelper(plan);
}

}  // namespace slipway::launch
