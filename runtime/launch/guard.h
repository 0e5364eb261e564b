// Watches over the code of stages in this process: a hook that does not come back (it hangs, it
// crashes, it ends the process) is named, and what was done up to there is undone all the same.
//
// A process whose hook has crashed or hangs cannot be trusted to undo anything: memory may be
// broken, a lock may be held. So a signal handler, which does nothing but system calls, prints the
// one error, kills the parked child, gives the journal's lock away, and has a new process, a
// `runtime gc` of this one container, undo it.

#ifndef SLIPWAY_RUNTIME_LAUNCH_GUARD_H_
#define SLIPWAY_RUNTIME_LAUNCH_GUARD_H_

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "runtime/sys/fd.h"

namespace slipway::launch {

// What undoes a container when this process cannot.
struct Rescue {
  // A `runtime gc` of the container: the words behind the program's own name. The guard adds the
  // number of undo records that are still to be undone.
  std::vector<std::string> undo = {};
  // What this process would have gone on with; may be empty.
  std::vector<std::string> then = {};
  int lock_fd = -1;  // of the journal
};

// One in a process at a time, and the last one to the end of it: the handlers stay, but for one
// that was ended. The process must have a single thread.
class Guard {
 public:
  // patience: how long one hook may take, to the second; 0: for ever.
  explicit Guard(std::chrono::seconds patience);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Puts back what the process had of signals before, so that another guard can begin.
  void End();

  // Did the caller of this process block the guard's signal, SIGALRM?
  bool TickWasBlocked() const;

  // The child is to live on when this process crashes while the command runs.
  void LetChildLiveOn();

  // From here on there is something to undo.
  void Protect(Rescue rescue);
  // The child that ends with this process.
  void SetChild(int pidfd);
  // When this process gives up, the child's end is written down too: in the journal that is open
  // there, by the line of `lines` at this process's exit status.
  void SetEndLines(int journal_fd, std::vector<std::string> lines);
  // The child has ended; when a hook does not come back now, that is a warning, and this is the
  // exit status of the process.
  void SetOutcome(int exit_status);
  // Nothing is left to undo.
  void Release();

  // While the command runs no hook does, and all signals are the supervisor's.
  void Pause();
  void Resume();

  // In a child that is a copy of this process: it has no guard; its parent watches it.
  static void LeaveInChild();
  // In such a child, or a sharing one, last before the exec: what the caller of this process
  // ignored is ignored again.
  static void LeaveToCommand();

  // Around the clone of a child that shares this process's memory: while this process waits, the
  // guard is the child's. Afterwards it pauses.
  void LendToSharingChild();
  void TakeBack();

  // In such a child: the guard's timer ticks there while hooks run. A hook that takes too long, or
  // that a signal to either process interrupts, is the end of the child; a crash is it anyway.
  static void BeginHooksOfSharingChild();
  static void EndHooksOfSharingChild();

  // The descriptor of the host's /proc there, by which the timer looks at the host; -1: none.
  static int ProcOfSharingChild();

  // In the parent, when such a child has ended in the middle of its hooks.
  struct Verdict {
    bool too_long = false;
    int interrupted_by = 0;     // a signal
    bool out_of_stack = false;  // it crashed at the end of a stack that is limited too much
    int crashed_by = 0;         // a signal, which need not be the end of a pid 1; pid_namespaces(7)
  };
  static Verdict VerdictOnSharingChild();

  // Ends this process as when a hook of its own had crashed. line: what to say, without the
  // program's name and the newline.
  [[noreturn]] void GiveUp(const std::string& line, int exit_status);

 private:
  std::vector<std::string> words_;  // what the handler's argument vectors point into
  std::vector<char*> undo_;
  std::vector<char*> then_;
  std::vector<std::string> end_lines_;
  sys::Fd proc_;
};

// A hook runs as long as this lives. A copy of the process that comes out of the hook too, because
// the hook forked, ends here.
class HookWatch {
 public:
  HookWatch(const char* stage, const char* hook);
  ~HookWatch();
  HookWatch(const HookWatch&) = delete;
  HookWatch& operator=(const HookWatch&) = delete;

  // How many undo records there are still to be undone; all of them, unless somebody has said so.
  static void SetRecordsLeft(size_t count);
};

// The same for the destructor of a stage. A start has many of them, so it does not ask the kernel
// whether a copy of the process comes out.
class DestructorWatch {
 public:
  explicit DestructorWatch(const char* stage);
  ~DestructorWatch();
  DestructorWatch(const DestructorWatch&) = delete;
  DestructorWatch& operator=(const DestructorWatch&) = delete;
};

// The command runs as long as this lives. A signal of a crash that another process sends to this
// one is no crash then, but the command's.
class CommandWatch {
 public:
  CommandWatch();
  ~CommandWatch();
  CommandWatch(const CommandWatch&) = delete;
  CommandWatch& operator=(const CommandWatch&) = delete;

  // One line to stderr.
  static void Warn(const std::string& line);
  // Ends this process, which waits in vain for the container's end, and leaves it to `runtime gc`.
  [[noreturn]] static void Leave(int exit_status);

  // Such a signal that has come and has not been taken yet; 0: none. A SIGCHLD comes with each.
  static int TakeSent();
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_GUARD_H_
