// The container's init from the host's side: runtime/init, which is executed from a copy that
// nobody can write to, and by descriptor, so that no path leads to it.

#ifndef SLIPWAY_RUNTIME_LAUNCH_INIT_H_
#define SLIPWAY_RUNTIME_LAUNCH_INIT_H_

#include <signal.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/init/orders.h"
#include "runtime/launch/command.h"
#include "runtime/launch/program.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// The program alone, to be executed by descriptor.
Result<sys::Fd> InitImage();

class InitProgram {
 public:
  InitProgram() = default;  // none is asked for

  // What the command is to its container.
  enum class Role {
    kFirst,       // the first process, or its child
    kJoined,      // a further one, which ends with the host
    kJoinedFree,  // a further one
  };

  // In the host, before the clone: files for it, and the orders as far as they are known. mask: the
  // command's signal mask. flags: slipway_init_flags.
  static Result<InitProgram> Make(const sigset_t& mask, uint32_t flags, Role role = Role::kFirst);

  // Before the clone: the init executes the command itself, and has no child.
  void Become() { head_.becomes = 1; }
  // Before the clone, of a container that is only created: it waits for the start at `listener`.
  void AwaitStart(sys::Fd listener);

  // Before the clone, and last, into a pid namespace that the child has joined for its children
  // alone: one of those is the container's first process. tied: it ends with the host.
  void Enter(bool tied) {
    head_.enters = 1;
    head_.tied = tied ? 1 : 0;
    head_.joined = head_.becomes != 0 && head_.waits == 0 ? 1 : 0;
  }

  bool wanted() const { return orders_.valid(); }
  // Does it say that the command runs? Else the end of the channel does.
  bool answers() const {
    return wanted() && (head_.becomes == 0 || head_.waits != 0 || head_.joined != 0);
  }
  int listener() const { return listener_.get(); }  // -1: it waits for nothing
  int orders() const { return orders_.get(); }
  // Of the program; often the same file.
  int image() const { return image_.valid() ? image_.get() : orders_.get(); }

  // In the child: writes the orders down, to start `program`. filters: the init's and the
  // command's.
  Status Write(const Command& command, const Program& program,
               const std::vector<Wish<Filter>>& filters);

  // Does it itself see to what it makes in another pid namespace, until the command runs?
  bool joins() const { return head_.joined != 0; }
  // Does it make the command's process, and see to it?
  bool attends() const { return wanted() && head_.becomes == 0 && head_.joined == 0; }
  // Does it end once it has made the process that the container sees?
  bool forks() const { return head_.joined != 0 || head_.enters != 0; }

  // In the child, before Write: descriptor 0 is a terminal, which becomes that of a session of the
  // command's own, or of the init's. A process that does not fork leads one already.
  void SetTerminal() { head_.terminal = 1; }

  // As they are numbered now.
  struct Files {
    int image;
    int orders;
    int channel;   // where the answer goes; its end says that the command runs
    int folder;    // of the command's file
    int listener;  // where it waits for the start; or -1
  };

  // Becomes the init. Returns only the error.
  Error Run(const Files& files) const;

 private:
  sys::Fd image_;   // only where the orders' file may not be executed
  sys::Fd orders_;  // nobody writes to it once it is executed
  sys::Fd listener_;
  init::Orders head_{};
};

// Of a command that the init could not start. joins: the container was there before.
Error NotStarted(const init::Answer& answer, const std::string& path, bool joins = false);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_INIT_H_
