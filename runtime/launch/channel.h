// The channel between host and child: a SOCK_SEQPACKET socket pair that carries fixed-size,
// typed messages.
//
//   host                                   child
//                                          parked: waits for Release
//     Release  ------------------------->  InChild of each stage
//              <-------------------------  Log(line), from a hook; any number
//              <-------------------------  Ready(path), when all hooks are done
//              <-------------------------  Asked(stage, bytes, file): of an InChild that wants to
//                                          know something of its stage's Serve
//     Answered or Failed -------------->   the answer, or why there is none
//              <-------------------------  Passed(stage, file): for its Started
//              <-------------------------  Terminal(stage, file): the end of a pty to be relayed
//     end of file  <--------------------   exec succeeded (the socket is close-on-exec)
//              <-------------------------  Answered(step, errno), from slipway-init, which has been
//                                          executed instead, and holds the socket until then
//
// slipway-init answers one message more in a container that has been created: Answered(waiting).
// What follows goes to `runtime start`, by a connection of its own; see created.h.
//
// End of file before Ready means that the child died; what it has failed for, also in its exec, is
// in memory that both have: Progress of start.h. End of file in the child means that the host died.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CHANNEL_H_
#define SLIPWAY_RUNTIME_LAUNCH_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
  kLog = 5,
  kRequest = 6  // see Request
};

// Of or to one stage: bytes, and perhaps a file with them.
struct Request {
  enum class Kind : uint32_t { kAsked = 1, kAnswered = 2, kPassed = 3, kTerminal = 4 };

  Kind kind = Kind::kAsked;
  size_t stage = 0;  // position in the pipeline
  std::string bytes = {};
  sys::Fd file = {};
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
  // exactly one message. request: gets what a kRequest says; without it one is no message. And the
  // file that comes with an answer.
  Result<std::optional<Message>> Receive(Request* request = nullptr) const;
  // The same, once slipway-init has the other end, and may be looked into by whoever is in the
  // container: anything but an answer fails, whoever wrote it.
  Result<std::optional<init::Answer>> ReceiveAnswer() const;

  // At most SLIPWAY_MAX_MESSAGE bytes. file: -1 for none.
  Status SendRequest(Request::Kind kind, size_t stage, std::string_view bytes, int file) const;

  // In the child: asks, and waits for the answer. The error is the one that Serve failed with.
  Result<Request> Ask(size_t stage, std::string_view bytes, int file) const;

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
