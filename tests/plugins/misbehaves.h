// A stage that does in the hook that an option names what no hook may do. PreClone leaves the
// record "left" and makes the file `dir`/left, which Teardown removes, so that one sees whether it
// was undone. Two stages are made of it: only one has a PostClone hook, which decides how the child
// starts (runtime/launch/start.h).

#ifndef SLIPWAY_TESTS_PLUGINS_MISBEHAVES_H_
#define SLIPWAY_TESTS_PLUGINS_MISBEHAVES_H_

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace slipway::fixtures {

enum class Hook { kNone, kProbe, kCreate, kPreClone, kPostClone, kInChild, kReport, kTeardown };

enum class How {
  kHang,
  kSpin,
  kCrash,
  kAbort,
  kOverflow,
  kExit,
  kCloseFds,
  kFork,
  kLeave,
  kThread,
  kGarbage,
  kNoMemory
};

}  // namespace slipway::fixtures

template <>
inline constexpr std::array<const char*, 9> slipway::kNamesOf<slipway::fixtures::Hook>{
    "none",     "probe",  "create",   "pre-clone", "post-clone",
    "in-child", "report", "teardown", nullptr};
template <>
inline constexpr std::array<const char*, 13> slipway::kNamesOf<slipway::fixtures::How>{
    "hang", "spin",  "crash",  "abort",   "overflow",  "exit", "close-fds",
    "fork", "leave", "thread", "garbage", "no-memory", nullptr};

namespace slipway::fixtures {

inline constexpr int kFirstFd = 3;
inline constexpr int kFds = 64;  // the channel is among them

// As good as endless: the stack has room for thousands.
inline int Overflow(volatile char* above, int depth) {
  volatile char here[4096];
  here[0] = *above;
  return depth == 0 ? 0 : Overflow(here, depth - 1) + here[0];
}

inline void WriteIntoSockets() {
  for (int fd = kFirstFd; fd < kFds; ++fd) (void)send(fd, "garbage", 7, MSG_NOSIGNAL);
}

// By a pointer that the compiler cannot follow: it leaves calls of malloc(3) out.
inline void* (*volatile take_memory)(size_t) = malloc;

// Of this process, from now on.
inline void UseUpMemory() {
  const rlimit none{0, RLIM_INFINITY};
  (void)setrlimit(RLIMIT_AS, &none);
  // The C library keeps what was freed by its size.
  constexpr size_t kKeptBelow = 2048;
  for (size_t size = size_t{1} << 20; size > 0; size -= size > kKeptBelow ? size / 2 : 1) {
    while (take_memory(size) != nullptr) continue;  // NOLINT(clang-analyzer-unix.Malloc)
  }
}

// In an instrumented build as well: the signal is what it is about.
__attribute__((no_sanitize("undefined"))) inline void Crash() {
  int* volatile nowhere = nullptr;
  *static_cast<volatile int*>(nowhere) = 1;  // NOLINT(clang-analyzer-core.NullDereference)
}

class Misbehaves : public Stage {
 public:
  static constexpr auto Options() {
    return OptionTable(
        Option<&Misbehaves::dir_>("dir", "Folder for the file `left`", {.required = true}),
        Option<&Misbehaves::hook_>("hook", "Where", {.fallback = "none"}),
        Option<&Misbehaves::how_>("how", "What it does", {.fallback = "hang"}));
  }

  Status Probe(Context&) override { return In(Hook::kProbe); }
  Status Create(Context&) override { return In(Hook::kCreate); }

  Status PreClone(Plan& plan) override {
    RETURN_IF_ERROR(plan.RecordUndo("left"));
    RETURN_IF_ERROR(sys::Open(File(), O_WRONLY | O_CREAT, 0644));
    return In(Hook::kPreClone);
  }

  Status InChild(Child&) override { return In(Hook::kInChild); }
  Status Report(std::string_view, Figures&) override { return In(Hook::kReport); }

  Status Teardown(std::string_view, Context&) override {
    RETURN_IF_ERROR(In(Hook::kTeardown));
    if (unlink(File().c_str()) != 0 && errno != ENOENT) {
      return Error(errno, "unlink", File());
    }
    return Ok();
  }

 protected:
  Status In(Hook hook) const {
    if (hook == hook_) Misbehave();
    return Ok();
  }

 private:
  std::string File() const { return dir_.path + "/left"; }

  void Misbehave() const {
    switch (how_) {
      case How::kHang:
        while (true) pause();
      case How::kSpin:
        while (true) sched_yield();
      case How::kCrash:
        return Crash();
      case How::kAbort:
        std::abort();
      case How::kOverflow: {
        volatile char start = 0;
        std::exit(Overflow(&start, 1'000'000'000));
      }
      case How::kExit:
        std::exit(0);
      case How::kCloseFds:
        syscall(SYS_close_range, kFirstFd, ~0U, 0U);
        return;
      case How::kFork:
        fork();
        return;
      case How::kLeave:
        if (fork() == 0) {
          while (true) pause();
        }
        return;
      case How::kThread:
        std::thread([] {
          while (true) pause();
        }).detach();
        return;
      case How::kGarbage:
        return WriteIntoSockets();
      case How::kNoMemory:
        return UseUpMemory();
    }
  }

  HostPath dir_;
  Hook hook_ = Hook::kNone;
  How how_ = How::kHang;
};

}  // namespace slipway::fixtures

#endif  // SLIPWAY_TESTS_PLUGINS_MISBEHAVES_H_
