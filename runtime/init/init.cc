// slipway-init: the first process of a container, where one is asked for. It starts the command,
// passes signals on to it, reaps what is orphaned, and ends with the command's status.
//
// It also lets a further process into a container: whoever executes it has joined the container's
// pid namespace for its children alone, so that nobody there can see it; its child, which executes
// the command, is the first that they see, and has a memory of its own: whoever traces it must not
// write into this one's. That child is the host's, and not its own: clone(2), CLONE_PARENT. So the
// host waits for it, and this one ends at once.
//
// So is the first process of a container that has a pid namespace to join, once the host has
// written down which one it is: that executes the command, or this program goes on in it.
//
// For the same container it makes a procfs, which shows the processes of that namespace only where
// it is made by one of them: fsopen(2). It is executed at an empty root then, in namespaces of its
// own.
//
// And it is what a container that has been created waits in for its start, in a session of its own:
// at a socket, of which nothing can be seen inside. Whoever connects there starts the container,
// and is told what becomes of the command. Then it goes on as an init, or executes the command
// itself.
//
// The container can look into it: it is executed from a copy of its own, with an empty environment,
// and holds nothing of the host's. It needs no C library, so that it is a few KiB.

#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "runtime/init/orders.h"
#include "runtime/init/procfs.h"
#include "runtime/init/system_call.h"
#include "runtime/init/tell.h"

namespace slipway::init {
namespace {

constexpr int kSignalBase = 128;
constexpr int kCommandFailed = 127;
constexpr long kSetFilter = 1;  // SECCOMP_SET_MODE_FILTER of <linux/seccomp.h>
constexpr int kArguments = 5;
constexpr long kTakeTerminal = 0x540e;  // TIOCSCTTY of <asm/termbits.h>
constexpr size_t kMaskSize = sizeof(uint64_t);
constexpr long kTryAgain = 50'000'000;  // ns
constexpr uint64_t kAllSignals = ~uint64_t{0};

// The number that an argument holds, which is wiped: ps shows arguments, and it is nobody's
// business.
int Take(char* text) {
  int number = 0;
  for (; *text != '\0'; ++text) {
    number = number * 10 + (*text - '0');
    *text = '\0';
  }
  return number;
}

bool Failed(long result) { return result < 0 && result > -4096; }  // mmap(2) gives addresses

// The file is closed: what is mapped stays.
const Orders* Read(int channel, int file) {
  const long size = SystemCall(SYS_lseek, file, 0, 2);  // SEEK_END
  if (size < 0) Fail(channel, Step::kPrepare, size);
  const long address =
      SystemCall(SYS_mmap, kMappedAt, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0);
  if (Failed(address)) Fail(channel, Step::kPrepare, address);
  SystemCall(SYS_close, file);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): mmap(2) gives one
  return reinterpret_cast<const Orders*>(address + static_cast<long>(kOrdersAt));
}

// What the command's process writes down for the one that has made it. Of a joined one they are no
// more than numbers that somebody else may have written.
struct Progress {
  volatile bool executing;  // it is at its exec, or has made it
  volatile long refused;    // why a joined command's step has failed; -errno
  volatile Step step;       // which one
  volatile int pid;         // of the command's process, as the host sees it
};

struct Command {
  int channel;
  const Orders* orders;
  int folder;          // the command's file lies in it
  long init;           // its pid
  bool ignores_child;  // SIGCHLD, as the caller had it
  Progress* progress;  // in memory of both
};

// As runtime/launch/program.cc does it: by the folder's descriptor, and a script by its path.
// Returns why it has failed.
long Execute(Command& command) {
  const Orders& orders = *command.orders;
  SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &orders.mask, nullptr, kMaskSize);
  long result = -kNoEntry;
  command.progress->executing = true;
  if (orders.by_path == 0) {
    result = SystemCall(SYS_execveat, command.folder, orders.name, orders.arguments,
                        orders.environment, AT_SYMLINK_NOFOLLOW);
  }
  if (result == -kNoEntry) {
    result = SystemCall(SYS_execve, orders.path, orders.arguments, orders.environment);
  }
  command.progress->executing = false;
  return result;
}

// Outside of a pid namespace of its own nobody ends the command with its init.
void TieToInit(long init) {
  SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  if (SystemCall(SYS_getppid) != init) Exit(kFailed);
}

[[noreturn]] void End(int status) {
  const int signal = status & 0x7f;  // as wait(2) encodes it
  Exit(signal != 0 ? kSignalBase + signal : (status >> 8) & 0xff);
}

void ReapAll(long command) {
  while (true) {
    int status = 0;
    const long pid = SystemCall(SYS_wait4, -1, &status, 1, nullptr);  // WNOHANG
    if (pid == -kInterrupted) continue;
    if (pid <= 0) return;
    if (pid == command) End(status);
  }
}

// What the terminal sends reaches its whole foreground process group, and so the command too.
// But its end is told to the leader of its session alone.
bool AlreadyThere(const siginfo_t& info, long command, bool leads) {
  if (leads && (info.si_signo == SIGHUP || info.si_signo == SIGCONT)) return false;
  return info.si_code == SI_KERNEL &&
         SystemCall(SYS_getpgid, command) == SystemCall(SYS_getpgid, 0);
}

// Job control is the command's own: a shell stops and continues its jobs itself.
bool IsForAll(const siginfo_t& info) {
  const int signal = info.si_signo;
  return info.si_code != SI_KERNEL && signal != SIGTSTP && signal != SIGTTIN && signal != SIGTTOU &&
         signal != SIGCONT;
}

[[noreturn]] void Attend(long command, bool signal_all, bool leads) {
  while (true) {
    siginfo_t info{};
    const long signal = SystemCall(SYS_rt_sigtimedwait, &kAllSignals, &info, nullptr, kMaskSize);
    if (signal == SIGCHLD) {
      ReapAll(command);
    } else if (signal > 0 && signal_all && IsForAll(info)) {
      SystemCall(SYS_kill, -1, signal);  // but to itself; kill(2)
    } else if (signal > 0 && !AlreadyThere(info, command, leads)) {
      SystemCall(SYS_kill, command, signal);
    }
  }
}

// As rt_sigaction(2) has it.
struct Disposition {
  uintptr_t handler;
  unsigned long flags;
  uintptr_t restorer;
  uint64_t mask;
};

constexpr uintptr_t kDefault = 0;
constexpr uintptr_t kIgnored = 1;

// Returns what it was before.
uintptr_t SetChildSignal(uintptr_t handler) {
  const Disposition now{.handler = handler, .flags = 0, .restorer = 0, .mask = 0};
  Disposition before{};
  SystemCall(SYS_rt_sigaction, SIGCHLD, &now, &before, kMaskSize);
  return before.handler;
}

// Before anything of the command's runs, and for the init too: the command could use it else.
void TakeFilters(int channel, const Orders& orders) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): as mmap(2) gave it
  const auto* const filters = reinterpret_cast<const FilterOrder*>(orders.filters);
  for (uint64_t i = 0; i < orders.filter_count; ++i) {
    const long result = SystemCall(SYS_seccomp, kSetFilter, filters[i].flags, &filters[i].length);
    if (result < 0) Fail(channel, Step::kFilter, result);
  }
}

void CloseOnExec(int channel, int fd) {
  const long result = SystemCall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
  if (result < 0) Fail(channel, Step::kPrepare, result);
}

// Of a session that this process leads from now on. Returns why it has failed.
long TakeTerminal() {
  SystemCall(SYS_setsid);
  return SystemCall(SYS_ioctl, 0, kTakeTerminal, 0);
}

// The command's process, of a container that it joins.
void RunJoined(void* given) {
  auto& command = *static_cast<Command*>(given);
  Progress& progress = *command.progress;
  if (command.orders->tied != 0) {
    SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (HostIsGone(command.channel)) Exit(kFailed);
  }
  if (command.orders->enters != 0 &&
      (!Tell(command.channel, Step::kBorn, 0, progress.pid) || !HearWord(command.channel))) {
    Exit(kFailed);
  }
  SystemCall(SYS_close, command.channel);
  if (command.orders->terminal != 0) {
    progress.step = Step::kTerminal;
    progress.refused = TakeTerminal();
    if (progress.refused < 0) Exit(kFailed);
  }
  progress.step = Step::kExec;
  progress.refused = Execute(command);
  Exit(kCommandFailed);
}

[[noreturn]] void Join(int channel, const Orders* orders, int folder) {
  const long address = SystemCall(SYS_mmap, nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (Failed(address)) Fail(channel, Step::kPrepare, address);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): mmap(2) gives one
  auto* const progress = reinterpret_cast<Progress*>(address);
  progress->step = Step::kExec;
  Command command{channel, orders, folder, 0, false, progress};
  const long pid = RunInChild(RunJoined, &command, kAsSibling | kTellPid, &progress->pid);
  if (pid < 0) Fail(channel, orders->enters != 0 ? Step::kBorn : Step::kFork, pid);
  const long refused = progress->refused;
  if (progress->executing) {
    Tell(channel, Step::kRunning, 0, pid);
  } else {
    Tell(channel, refused == 0 ? Step::kEnded : progress->step, refused, pid);
  }
  Exit(0);
}

// Returns in a child, which is the host's, and the first that is seen in the pid namespace: with a
// memory of its own, as that of RunJoined.
void GoOnInside(int channel, const Orders& orders) {
  const long pid = SystemCall(SYS_clone, kAsSibling | SIGCHLD, nullptr, nullptr, nullptr, 0);
  if (pid < 0) Fail(channel, Step::kBorn, pid);
  if (pid > 0) {
    Tell(channel, Step::kBorn, 0, pid);
    Exit(0);
  }
  if (orders.tied != 0) SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  if (!HearWord(channel)) Exit(kFailed);
  if (orders.terminal == 0) return;
  if (const long result = TakeTerminal(); result < 0) Fail(channel, Step::kTerminal, result);
}

// Does the default action of signal(7) end a process?
bool Ends(long signal) {
  return signal != SIGCHLD && signal != SIGCONT && signal != SIGURG && signal != SIGWINCH &&
         signal != SIGTSTP && signal != SIGTTIN && signal != SIGTTOU && signal != SIGIO;
}

// Will there be a descriptor for the connection, once the channel's is closed? fcntl(2): a number
// that may not be is EINVAL, and none that is free EMFILE.
void CheckRoom(int channel, int listener) {
  const long spare = SystemCall(SYS_fcntl, listener, F_DUPFD_CLOEXEC, 0);
  if (spare >= 0) {
    SystemCall(SYS_close, spare);
  } else if (SystemCall(SYS_fcntl, listener, F_DUPFD_CLOEXEC, channel) == -kInvalid) {
    Fail(channel, Step::kPrepare, -kTooManyFiles);
  }
}

// Returns the connection to whoever starts the container. All signals are blocked, so that the
// kernel keeps for a pid 1 what it would drop. That somebody connects is told by SIGIO; fcntl(2),
// F_SETOWN.
int AwaitStart(int channel, int listener) {
  CloseOnExec(channel, listener);
  CheckRoom(channel, listener);
  SystemCall(SYS_setsid);
  // Until here it ended with the host, which may have died a moment ago.
  SystemCall(SYS_prctl, PR_SET_PDEATHSIG, 0);
  if (HostIsGone(channel)) Exit(kFailed);
  long result = SystemCall(SYS_fcntl, listener, F_SETOWN, SystemCall(SYS_getpid));
  if (result == 0) result = SystemCall(SYS_fcntl, listener, F_SETFL, FASYNC | O_NONBLOCK);
  if (result < 0) Fail(channel, Step::kPrepare, result);
  Tell(channel, Step::kWaiting, 0);
  SystemCall(SYS_close, channel);
  while (true) {
    const long connection = SystemCall(SYS_accept4, listener, nullptr, nullptr, kCloseOnExec);
    if (connection >= 0 && HostIsGone(static_cast<int>(connection))) {
      SystemCall(SYS_close, connection);  // of a start that was given up
      continue;
    }
    if (connection >= 0) {
      SystemCall(SYS_close, listener);
      // Of somebody who has come before it was waited for; the command would get it.
      constexpr uint64_t kConnected = uint64_t{1} << (SIGIO - 1);
      constexpr timespec kNow{};
      SystemCall(SYS_rt_sigtimedwait, &kConnected, nullptr, &kNow, kMaskSize);
      return static_cast<int>(connection);
    }
    // Somebody may be there whom the kernel could not let in; nothing tells of that one again.
    const timespec soon{.tv_sec = 0, .tv_nsec = kTryAgain};
    const timespec* const patience = connection == -kTryLater ? nullptr : &soon;
    siginfo_t info{};
    const long signal = SystemCall(SYS_rt_sigtimedwait, &kAllSignals, &info, patience, kMaskSize);
    if (signal > 0 && Ends(signal)) Exit(kSignalBase + static_cast<int>(signal));
  }
}

[[noreturn]] void Become(int channel, const Orders* orders, int folder) {
  Progress progress{};
  Command command{channel, orders, folder, 0, false, &progress};
  if (orders->waits != 0) Tell(channel, Step::kBecoming, 0);
  Tell(channel, Step::kExec, Execute(command));
  Exit(kCommandFailed);
}

void RunCommand(void* given) {
  auto& command = *static_cast<Command*>(given);
  if (command.init != 1) TieToInit(command.init);
  if (command.ignores_child) SetChildSignal(kIgnored);
  Tell(command.channel, Step::kExec, Execute(command));
  Exit(kCommandFailed);
}

[[noreturn]] void Run(char** argv) {
  SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &kAllSignals, nullptr, kMaskSize);
  SystemCall(SYS_prctl, PR_SET_NAME, "init");
  if (argv[0] != nullptr && argv[1] != nullptr && argv[2] == nullptr) {
    MakeProcfsInside(Take(argv[1]));
  }
  for (int i = 0; i < kArguments; ++i) {
    if (argv[i] == nullptr) Exit(kFailed);
  }
  const int file = Take(argv[1]);
  int channel = Take(argv[2]);
  const int folder = Take(argv[3]);
  const int listener = Take(argv[4]);
  const Orders* const orders = Read(channel, file);
  CloseOnExec(channel, channel);
  CloseOnExec(channel, folder);
  TakeFilters(channel, *orders);
  if (orders->joined != 0) Join(channel, orders, folder);
  if (orders->enters != 0) GoOnInside(channel, *orders);
  if (orders->waits != 0) channel = AwaitStart(channel, listener);
  if (orders->becomes != 0) Become(channel, orders, folder);
  const long self = SystemCall(SYS_getpid);
  if (self != 1) SystemCall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1);
  // Where it is ignored, the kernel reaps; wait(2). The command gets it as the caller had it.
  const bool ignored = SetChildSignal(kDefault) == kIgnored;
  Progress progress{};
  Command command{channel, orders, folder, self, ignored, &progress};
  const long pid = RunInChild(RunCommand, &command, kShareMemory);
  if (pid < 0) Fail(channel, Step::kFork, pid);
  if (progress.executing) Tell(channel, Step::kRunning, 0);
  if (SystemCall(SYS_close_range, 3, ~0U, 0) < 0) SystemCall(SYS_close, channel);
  // Outside of a pid namespace of its own, all would be those of the machine.
  Attend(pid, self == 1 && orders->signal_all != 0, orders->terminal != 0);
}

}  // namespace
}  // namespace slipway::init

// What the compiler calls to clear memory, on some processors. It must not make this one of it.
extern "C" void* memset(void* memory, int value, size_t size) {
  auto* const bytes = static_cast<volatile unsigned char*>(memory);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(value);
  return memory;
}

// Where the kernel begins; the stack holds the arguments.
extern "C" [[noreturn]] void Begin(long* stack) {
  slipway::init::Run(reinterpret_cast<char**>(stack + 1));
}
