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

// Has it been heard?
inline bool Tell(int channel, Step step, long result, long pid = 0) {
  const Answer answer{step, static_cast<int32_t>(-result), static_cast<int32_t>(pid)};
  long sent = 0;
  do {
    sent = SystemCall(SYS_sendto, channel, &answer, sizeof(answer), kNoSignal, nullptr, 0);
  } while (sent == -kInterrupted);
  return sent > 0;
}

// Waits for the host's word. False: there is no host any more.
inline bool HearWord(int channel) {
  char word = 0;
  return SystemCall(SYS_recvfrom, channel, &word, sizeof(word), 0, nullptr, nullptr) > 0;
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
