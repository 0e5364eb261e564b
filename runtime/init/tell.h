// What slipway-init tells whoever has its orders, by the channel.

#ifndef SLIPWAY_RUNTIME_INIT_TELL_H_
#define SLIPWAY_RUNTIME_INIT_TELL_H_

#include <stdint.h>
#include <sys/syscall.h>

#include "runtime/init/orders.h"
#include "runtime/init/system_call.h"

namespace slipway::init {

inline constexpr int kFailed = 125;

[[noreturn]] inline void Exit(int status) {
  while (true) SystemCall(SYS_exit_group, status);
}

inline void Tell(int channel, Step step, long result, long pid = 0) {
  const Answer answer{step, static_cast<int32_t>(-result), static_cast<int32_t>(pid)};
  while (SystemCall(SYS_sendto, channel, &answer, sizeof(answer), kNoSignal, nullptr, 0) ==
         -kInterrupted) {
  }
}

[[noreturn]] inline void Fail(int channel, Step step, long result) {
  Tell(channel, step, result);
  Exit(kFailed);
}

// The host's end of the channel closes with the host.
inline bool HostIsGone(int channel) {
  char byte = 0;
  return SystemCall(SYS_recvfrom, channel, &byte, sizeof(byte), kPeekWithoutWaiting, nullptr,
                    nullptr) == 0;
}

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_TELL_H_
