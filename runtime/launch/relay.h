// A terminal of the container's own, in the host: what the caller types goes there, and what comes
// from it to the caller's output. The caller's terminal itself is never in reach of the container.
//
// The container is not believed: what comes by the master of the pty is bytes to pass on, and
// nothing that it does with its end makes this process wait or spin. Each direction has one buffer;
// what the other side does not take yet is not read either.
//
// Where the caller has no terminal, its input is copied all the same, and its end is typed, as a
// person ends it by Ctrl-D. Where the caller's terminal hangs up, or nobody reads its output any
// more, the container's terminal hangs up too.

#ifndef SLIPWAY_RUNTIME_LAUNCH_RELAY_H_
#define SLIPWAY_RUNTIME_LAUNCH_RELAY_H_

#include <poll.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "runtime/launch/raw_mode.h"
#include "runtime/launch/signals.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

class Relay {
 public:
  static constexpr size_t kFiles = 3;

  // master: of the container's pty. Between it and descriptors 0 and 1 of this process. SIGTTOU,
  // SIGTTIN and SIGPIPE must be blocked. It is large, and most starts have none.
  static Result<std::unique_ptr<Relay>> Begin(sys::Fd master);

  // What to wait for by poll(2), in kFiles entries; and what to do with the answer. False: it is
  // to read a terminal that is another job's at the moment.
  void Await(pollfd* events) const;
  bool Move(const pollfd* events);

  // Nobody will ever bring this process to the foreground.
  void CloseInput() { input_.Close(); }

  // The size of the caller's terminal has changed.
  void Resize() const;

  // Around a stop of this process: the caller's terminal is as it was.
  void Pause() { modes_.Leave(); }
  void Resume();

  // The container has ended, or the process of it that had the terminal: what is left in the pty
  // goes out, unless a signal says that nobody wants it any more. hurry: nobody waits for a reader
  // that does not read.
  void Finish(const SignalSource& signals, bool hurry);

 private:
  // What was read and not written yet.
  struct Buffer {
    std::array<char, 4096> bytes;
    size_t begin = 0;
    size_t end = 0;

    bool empty() const { return begin == end; }
  };

  Relay(sys::Fd master, sys::Fd slave, sys::Fd input, sys::Fd output);

  void HangUp();
  void ReadInput();
  void EndInput();
  bool ReadMaster();
  void WriteMaster();
  void WriteOutput();

  sys::Fd master_;
  // Held, so that the pty does not end when the container closes all of its own.
  sys::Fd slave_;
  sys::Fd input_;
  sys::Fd output_;
  RawMode modes_;
  Buffer typed_;
  Buffer shown_;
  bool line_begun_ = false;  // of what was typed
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_RELAY_H_
