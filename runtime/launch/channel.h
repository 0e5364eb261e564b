// The channel between host and child: a SOCK_SEQPACKET socket pair that carries fixed-size,
// typed messages.
//
//   host                                   child
//                                          parked: waits for Release
//     Release  ------------------------->  InChild of each stage
//              <-------------------------  Log(line), from a hook; any number
//              <-------------------------  Ready(path), when all hooks are done
//              <-------------------------  Failed(error), from a hook or from exec
//     end of file  <--------------------   exec succeeded (the socket is close-on-exec)
//              <-------------------------  Answered(step, errno), from slipway-init, which has been
//                                          executed instead, and holds the socket until then
//
// slipway-init answers one message more in a container that has been created: Answered(waiting).
// What follows goes to `runtime start`, by a connection of its own; see created.h.
//
// End of file before Ready means that the child died. End of file in the child means that the
// host died.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CHANNEL_H_
#define SLIPWAY_RUNTIME_LAUNCH_CHANNEL_H_

#include <optional>
#include <utility>

#include "runtime/init/orders.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

enum class MessageType : uint32_t {
  kRelease = 1,
  kReady = 2,
  kFailed = 3,
  kAnswered = 4,
  kLog = 5
};

struct Message {
  MessageType type = MessageType::kRelease;
  ErrorRecord error = {};         // kFailed, kLog; kReady: its subject is the command's file
  init::Answer answer = {};       // kAnswered; alone in its packet
  uint32_t level = SLIPWAY_INFO;  // kLog
};

class Channel {
 public:
  // One end, whose other end another process has: a connection to slipway-init.
  explicit Channel(sys::Fd fd) : fd_(std::move(fd)) {}

  // Both ends; each is close-on-exec.
  static Result<std::pair<Channel, Channel>> Make();

  // EPIPE when the other end is closed; raises no SIGPIPE.
  Status Send(MessageType type, const ErrorRecord& error = {}, uint32_t level = SLIPWAY_INFO) const;

  // Waits for the next message; nullopt at the end of file. Fails on anything that is not
  // exactly one message.
  Result<std::optional<Message>> Receive() const;

  // Is the descriptor still this socket, or has a stage closed it?
  bool IsIntact() const;

  // Has the other end been closed, or its process died?
  bool PeerIsGone() const;

  int fd() const { return fd_.get(); }
  void Close() { fd_.Close(); }

 private:
  sys::Fd fd_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CHANNEL_H_
