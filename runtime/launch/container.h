// The container's first process, seen from the host: it is looked at, and it ends in any case when
// the object goes, unless it was let go.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CONTAINER_H_
#define SLIPWAY_RUNTIME_LAUNCH_CONTAINER_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>

#include "runtime/launch/plan.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/clone.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

class Container {
 public:
  // `plan`, by which the child was cloned, outlives the container.
  Container(const Plan& plan, sys::Cloned child)
      : plan_(plan), pid_(child.pid), pidfd_(std::move(child.pidfd)) {}

  Container(Container&&) noexcept = default;
  Container& operator=(Container&&) = delete;
  // Kills and reaps a child that has not been reaped. One that does not end in time is told of, and
  // left.
  ~Container();

  pid_t pid() const { return pid_; }
  const sys::Fd& pidfd() const { return pidfd_; }
  // The plan made the child pid 1 of a new pid namespace.
  bool is_pid_1() const;
  bool has_init() const { return plan_.init; }

  enum class State { kRunning, kStopped, kEnded };

  // Looks, without waiting, for a change of the child's state; reaps it when it has ended.
  Result<State> Poll();

  // What stopped the child, when Poll has last said that it is.
  int stop_signal() const { return stop_signal_; }

  // Has the child ended by itself, reaped or not?
  bool HasEnded() const;

  // Waits for the child's end, and reaps it.
  Status AwaitEnd();

  // The child has ended, and been reaped: another process is the container's first from now on.
  void Follow(sys::Cloned next);

  // It is not this process's to end any more, and may live on.
  void LetGo() { pidfd_.Close(); }

  // What it and those that it has waited for used, once it has ended.
  const struct rusage& usage() const { return usage_; }

  // Of a child that has ended: as waitpid(2) encodes it.
  int wait_status() const { return wait_status_.value_or(0); }

 private:
  const Plan& plan_;
  pid_t pid_ = -1;
  sys::Fd pidfd_;
  std::optional<int> wait_status_;
  int stop_signal_ = 0;
  struct rusage usage_ {};
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CONTAINER_H_
