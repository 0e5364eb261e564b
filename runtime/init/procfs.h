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

// The answer, with the context of fsopen(2).
inline void SendProcfs(int channel, int context) {
  Answer answer{Step::kProcfs, 0, 0};
  iovec place{&answer, sizeof(answer)};
  Control control{offsetof(Control, fd) + sizeof(int), SOL_SOCKET, SCM_RIGHTS, context};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof(control);
  SystemCall(SYS_sendmsg, channel, &message, kNoSignal);
}

inline void MakeProcfs(void* given) {
  const int channel = *static_cast<const int*>(given);
  SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  const long context = SystemCall(SYS_fsopen, "proc", 0);
  if (context < 0) Fail(channel, Step::kProcfs, context);
  SendProcfs(channel, static_cast<int>(context));
  Exit(0);
}

[[noreturn]] inline void MakeProcfsInside(int channel) {
  const long pid = RunInChild(MakeProcfs, &channel, 0);
  if (pid < 0) Fail(channel, Step::kBorn, pid);
  SystemCall(SYS_wait4, pid, nullptr, 0, nullptr);
  Exit(0);
}

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_PROCFS_H_
