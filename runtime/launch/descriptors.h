// The descriptors that survive the last steps: what the command inherits, and what an InChild hook
// puts aside.

#ifndef SLIPWAY_RUNTIME_LAUNCH_DESCRIPTORS_H_
#define SLIPWAY_RUNTIME_LAUNCH_DESCRIPTORS_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// Why a terminal cannot become a session's controlling one.
const char* TerminalHint(int cause);

// What the command inherits, each under a number.
class Inherited {
 public:
  // number: -1 for the one that it has. Fails where two want the same. who: a stage, or empty: the
  // caller.
  Status Keep(int fd, int number, const std::string& who);

  // All of them, as they are now.
  std::vector<int> Files() const;

  // In the child. Those that have their number already are no longer closed on exec.
  Status Inherit() const;

  // Fails where one of them would take a standard descriptor's place.
  Status LeavesStreams() const;

  // In the child, last: gives the others their numbers. needed: descriptors that are used until the
  // exec, which are moved out of the way; -1 among them is none.
  Status Place(const std::vector<int*>& needed);

 private:
  struct Kept {
    int fd;
    int number;
    std::string who;
  };

  const Kept* Find(int number) const;  // or null
  // Returns a copy under a number that nobody wants; -1: errno says why there is none.
  int CopyElsewhere(int fd) const;

  std::vector<Kept> kept_;
};

// In the child: what hooks hand over.
class Descriptors {
 public:
  explicit Descriptors(const Inherited& inherited) : inherited_(inherited) {}

  // Each takes a copy of fd.
  Status KeepForFinish(size_t stage, int fd);
  Status KeepForCommand(int fd, int number, const std::string& who);
  Status SetTerminal(int fd, const std::string& who);

  // Of that stage, the first with index 0; -1 behind the last.
  int ForFinish(size_t stage, size_t index) const;

  // What must not be closed, now and with the command's.
  std::vector<int> Spared() const;

  // The terminal becomes descriptors 0, 1 and 2, and the user's. leads: this process leads a new
  // session then, whose controlling terminal it is.
  Status TakeTerminal(uid_t user, bool leads);
  bool has_terminal() const { return terminal_.valid(); }

  Inherited& inherited() { return inherited_; }

  // In the host, of those that a child with the same memory has left: they are the child's.
  void Abandon();

 private:
  struct Aside {
    size_t stage;
    sys::Fd fd;
  };

  Inherited inherited_;
  std::vector<Aside> for_finish_;
  std::vector<sys::Fd> for_command_;
  sys::Fd terminal_;
  std::string terminal_of_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_DESCRIPTORS_H_
