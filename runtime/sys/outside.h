// A process that stays in this process's namespaces, with its rights, for a child that enters
// others and there may not do all that it needs. It does what it is asked, one thing after the
// other, and ends when nobody can ask any more.

#ifndef SLIPWAY_RUNTIME_SYS_OUTSIDE_H_
#define SLIPWAY_RUNTIME_SYS_OUTSIDE_H_

#include <sys/types.h>

#include <cstdint>
#include <utility>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

class Outside {
 public:
  // What it is asked to do: a number and two descriptors, of which the second may be -1. Returns 0,
  // or an errno. It runs in a copy of this process that has no other descriptors.
  using Act = int (*)(uint64_t number, int file, int other);

  // Before the child is made, which inherits the way to it.
  static Result<Outside> Start(Act act);

  Outside() = default;
  Outside(Outside&& other) noexcept { *this = std::move(other); }
  Outside& operator=(Outside&& other) noexcept;
  ~Outside();  // ends the process, and waits for that

  bool started() const { return pid_ > 0; }

  // In the child. 0, or the errno: of what was to be done; EPIPE: the process is no more.
  int Ask(uint64_t number, int file, int other = -1) const;

  // In the child: nobody will ask any more.
  void Dismiss() const;

 private:
  Outside(Fd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  Fd socket_;
  pid_t pid_ = 0;
};

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_OUTSIDE_H_
