// A procfs of a pid namespace that slipway-init has joined for its children alone, for a host which
// is not in there: the child that makes it is, for a moment, and passes it on before it is mounted.

#ifndef SLIPWAY_RUNTIME_INIT_PROCFS_H_
#define SLIPWAY_RUNTIME_INIT_PROCFS_H_

#include <linux/prctl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "runtime/init/orders.h"
#include "runtime/init/system_call.h"
#include "runtime/init/tell.h"

namespace slipway::init {

// As cmsg(3) has it, with one descriptor.
struct Control {
  size_t length;
  int level;
  int type;
  int fd;
};

// The answer, with the context of fsopen(2). False: there is nobody to take it.
inline bool SendProcfs(int channel, int context) {
  Answer answer{Step::kProcfs, 0, 0};
  iovec place{&answer, sizeof(answer)};
  Control control{offsetof(Control, fd) + sizeof(int), SOL_SOCKET, SCM_RIGHTS, context};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof(control);
  return SystemCall(SYS_sendmsg, channel, &message, kNoSignal) >= 0;
}

inline void MakeProcfs(void* given) {
  const int channel = *static_cast<const int*>(given);
  SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  const long context = SystemCall(SYS_fsopen, "proc", 0);
  if (context < 0) Fail(channel, Step::kProcfs, context);
  Exit(SendProcfs(channel, static_cast<int>(context)) ? 0 : kFailed);
}

[[noreturn]] inline void MakeProcfsInside(int channel) {
  const long pid = RunInChild(MakeProcfs, &channel, 0);
  if (pid < 0) Fail(channel, Step::kBorn, pid);
  int status = 0;
  SystemCall(SYS_wait4, pid, &status, 0, nullptr);
  Exit(status == 0 ? 0 : kFailed);
}

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_PROCFS_H_
