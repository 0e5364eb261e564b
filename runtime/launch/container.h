// The child, seen from the host: cloned and parked, released, started; and ended in any case
// when the object goes.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CONTAINER_H_
#define SLIPWAY_RUNTIME_LAUNCH_CONTAINER_H_

#include <sys/types.h>

#include <memory>
#include <optional>

#include "runtime/launch/channel.h"
#include "runtime/launch/child.h"
#include "runtime/launch/signals.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

class Container {
 public:
  // Clones the child. It waits in its new namespaces for Release. `setup` and what it refers to
  // outlive the container.
  static Result<Container> CloneParked(const Setup& setup);

  Container(Container&&) noexcept = default;
  Container& operator=(Container&&) = delete;
  // Kills and reaps a child that has not been reaped.
  ~Container();

  pid_t pid() const { return pid_; }
  const sys::Fd& pidfd() const { return pidfd_; }
  // The plan made the child pid 1 of a new pid namespace.
  bool is_pid_1() const;
  bool has_init() const { return setup_.plan.init; }

  // A child that has died by now is AwaitExec's to tell.
  Status Release() const;

  // Waits until the command runs. An error of a hook or of exec comes back as it was; a child
  // that died without one is named with its hook. nullopt: the command runs. A number: a signal
  // ended the start, and this is the runtime's exit status.
  Result<std::optional<int>> AwaitExec(const SignalSource& signals);

  enum class State { kRunning, kStopped, kEnded };

  // Looks, without waiting, for a change of the child's state; reaps it when it has ended.
  Result<State> Poll();

  // Once Poll has said kEnded: as waitpid(2) encodes it.
  int wait_status() const { return wait_status_.value_or(0); }

 private:
  struct Unmap {
    void operator()(Progress* progress) const;
  };

  explicit Container(const Setup& setup) : setup_(setup) {}

  Status MapProgress();
  Error DiedEarly() const;
  Error TookTooLong() const;
  Error LostChannel() const;
  // Of the hook that the child is in.
  Error InHook(Error error) const;

  const Setup& setup_;
  pid_t pid_ = -1;
  sys::Fd pidfd_;
  std::optional<Channel> channel_;
  std::unique_ptr<Progress, Unmap> progress_;
  std::optional<int> wait_status_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CONTAINER_H_
