#include "runtime/launch/cloning.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include "runtime/launch/clone_error.h"
#include "runtime/launch/own_namespaces.h"
#include "runtime/launch/treatment.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/process.h"

namespace slipway::launch {
namespace {

// What the intermediate leaves, in memory that both have.
struct Left {
  pid_t pid = 0;              // of the child
  int cause = 0;              // errno of what failed
  ptrdiff_t not_joined = -1;  // which of the plan's namespaces it was; -1: the clone
};

struct Unmap {
  void operator()(Left* left) const { munmap(left, sizeof(*left)); }
};
using SharedLeft = std::unique_ptr<Left, Unmap>;

Result<SharedLeft> MapLeft() {
  void* page =
      mmap(nullptr, sizeof(Left), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return Error(errno, "get memory for the container's start").In({}, "clone");
  return SharedLeft(new (page) Left);
}

// In the intermediate, or in the child: those that the joined user namespace owns come behind it,
// all others before; it has rights to them only then, setns(2). Returns errno, and which it was.
int Join(const Plan& plan, ptrdiff_t& which) {
  const JoinedNamespace* user = plan.Joined(CLONE_NEWUSER);
  const auto belongs = [user](const JoinedNamespace& one) {
    return user != nullptr && &one != user && sys::IsOwnedBy(one.file, user->id);
  };
  const auto join = [&](const JoinedNamespace& one) {
    which = &one - plan.joined.data();
    return setns(one.file, static_cast<int>(one.flag)) == 0 ? 0 : errno;
  };
  for (const bool behind : {false, true}) {
    if (behind && user != nullptr) {
      if (const int cause = join(*user); cause != 0) return cause;
    }
    for (const JoinedNamespace& one : plan.joined) {
      if (&one == user || !IsEnteredBefore(plan, one) || belongs(one) != behind) continue;
      if (const int cause = join(one); cause != 0) return cause;
    }
  }
  which = -1;
  return 0;
}

// Who has rights in such a user namespace must not look into a copy of the host, or reach its
// program by /proc/PID/exe; as ptrace(2) says, that takes rights outside of it then.
void Hide(const Plan& plan) {
  if (plan.Joined(CLONE_NEWUSER)) prctl(PR_SET_DUMPABLE, 0);
}

// Returns in the child alone.
void RunIntermediate(const Plan& plan, Left& left) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (plan.Joined(CLONE_NEWUSER)) SetOomScoreOfChild(plan.process);
  Hide(plan);
  left.cause = Join(plan, left.not_joined);
  if (left.cause != 0) _exit(1);
  const auto cloned = sys::CloneSibling(plan.clone_flags(), plan.cgroup_fd, &left.pid);
  if (cloned.ok() && *cloned == 0) return;
  if (!cloned.ok()) left.cause = cloned.error()->errno_value;
  _exit(cloned.ok() ? 0 : 1);
}

Error KilledWhileJoining() {
  return Error("the process that joins namespaces for the container was killed").In({}, "clone");
}

int AwaitEnd(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

Result<sys::Cloned> CloneByIntermediate(const Setup& setup) {
  const Plan& plan = setup.plan;
  ASSIGN_OR_RETURN(const SharedLeft left, MapLeft());
  auto intermediate = sys::Clone(0, -1);
  if (!intermediate.ok()) return CloneError(Plan(), intermediate.error());
  if (intermediate->pid == 0) {
    RunIntermediate(plan, *left);
    return sys::Cloned{};
  }
  const int status = AwaitEnd(intermediate->pid);
  if (left->not_joined >= 0) {
    return CannotJoin(setup, plan.joined[static_cast<size_t>(left->not_joined)], left->cause);
  }
  if (left->cause != 0) return CloneError(plan, Error(left->cause, "clone3"));
  if (status != 0 || left->pid <= 0) return KilledWhileJoining();
  // This process's child, and nobody else waits for it: the number is its own.
  auto pidfd = sys::OpenPidfd(left->pid);
  if (!pidfd.ok()) {
    kill(left->pid, SIGKILL);
    AwaitEnd(left->pid);
    return pidfd.error().In({}, "clone");
  }
  return sys::Cloned{left->pid, std::move(*pidfd)};
}

// In the child. All that it makes belongs to its user namespace.
void EnterByItself(const Plan& plan, Left& left) {
  left.cause = Join(plan, left.not_joined);
  if (left.cause == 0 && unshare(static_cast<int>(plan.clone_flags())) != 0) left.cause = errno;
  if (left.cause != 0) _exit(1);
}

// Waits for the end of the pipe, whose other end the child has.
void AwaitEntered(const sys::Fd& entered) {
  char none = 0;
  (void)!TEMP_FAILURE_RETRY(read(entered.get(), &none, sizeof(none)));
}

Result<sys::Cloned> CloneThatEnters(const Setup& setup) {
  const Plan& plan = setup.plan;
  ASSIGN_OR_RETURN(const SharedLeft left, MapLeft());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Error(errno, "make a pipe for the container's start").In({}, "clone");
  }
  const sys::Fd entered(ends[0]);
  sys::Fd entering(ends[1]);
  auto child = sys::Clone(0, plan.cgroup_fd);
  if (!child.ok()) return CloneError(plan, child.error());
  if (child->pid == 0) {
    EnterByItself(plan, *left);
    left->pid = getpid();
    return child;
  }
  entering.Close();
  AwaitEntered(entered);
  if (left->pid != 0) return child;
  AwaitEnd(child->pid);
  if (left->not_joined >= 0) {
    return CannotJoin(setup, plan.joined[static_cast<size_t>(left->not_joined)], left->cause);
  }
  if (left->cause != 0) return CloneError(plan, Error(left->cause, "clone3"));
  return KilledWhileJoining();
}

}  // namespace

Result<sys::Cloned> CloneChild(const Setup& setup) {
  const Plan& plan = setup.plan;
  if (plan.has_own_user() && plan.Joined(CLONE_NEWPID) != nullptr) return CloneThatEnters(setup);
  if (std::any_of(plan.joined.begin(), plan.joined.end(),
                  [&](const JoinedNamespace& joined) { return IsEnteredBefore(plan, joined); })) {
    return CloneByIntermediate(setup);
  }
  auto cloned = sys::Clone(plan.clone_flags(), plan.cgroup_fd);
  if (!cloned.ok()) return CloneError(plan, cloned.error());
  return cloned;
}

}  // namespace slipway::launch
