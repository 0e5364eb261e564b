// How long a command may run, and what is due once its time is up: the stop signal, a grace, KILL.

#ifndef SLIPWAY_RUNTIME_LAUNCH_TIME_LIMIT_H_
#define SLIPWAY_RUNTIME_LAUNCH_TIME_LIMIT_H_

#include <signal.h>

#include <chrono>
#include <functional>

namespace slipway::launch {

struct TimeLimit {
  std::chrono::nanoseconds time{0};   // 0: as long as it likes
  std::chrono::nanoseconds grace{0};  // from the signal to KILL
  int signal = SIGTERM;
  // Lets the command go on where it stands still, so that it takes the signals. May be empty.
  std::function<void()> let_go_on = {};
};

// The clock is CLOCK_MONOTONIC: while the machine sleeps, the command's time does not pass.
class Countdown {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Due { kNothing, kStop, kKill, kKillAgain };

  // limit: outlives it. A start without one asks no clock, and needs no page of code for this.
  explicit Countdown(const TimeLimit& limit) : limit_(limit) {
    if (limit.time.count() > 0) Start(Clock::now());
  }

  void Start(Clock::time_point now) {
    next_ = Due::kStop;
    at_ = now + limit_.time;
  }

  bool runs() const { return next_ != Due::kNothing; }

  // What is to be done at `now`: each once, in this order.
  Due Take(Clock::time_point now);

  // Until the next is due, but no longer than `longest`.
  std::chrono::nanoseconds Left(Clock::time_point now, std::chrono::nanoseconds longest) const;

  // The command has ended by itself: nothing is due any more.
  void Stop() { next_ = Due::kNothing; }

 private:
  const TimeLimit& limit_;
  Due next_ = Due::kNothing;
  Clock::time_point at_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_TIME_LIMIT_H_
