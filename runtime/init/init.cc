// slipway-init: the first process of a container, where one is asked for. It starts the command,
// passes signals on to it, reaps what is orphaned, and ends with the command's status.
//
// It also lets a further process into a container: whoever executes it has joined the container's
// pid namespace for its children alone, so that nobody there can see it; its child, which executes
// the command, is the first that they see. That child is the host's, and not its own: clone(2),
// CLONE_PARENT. So the host waits for it, and this one ends at once.
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

#include "runtime/init/orders.h"
#include "runtime/init/system_call.h"

namespace slipway::init {
namespace {

constexpr int kFailed = 125;
constexpr int kSignalBase = 128;
constexpr int kCommandFailed = 127;
constexpr size_t kMaskSize = sizeof(uint64_t);
constexpr uint64_t kAllSignals = ~uint64_t{0};

[[noreturn]] void Exit(int status) {
  while (true) SystemCall(SYS_exit_group, status);
}

void Tell(int channel, Step step, long result, long pid = 0) {
  const Answer answer{step, static_cast<int32_t>(-result), static_cast<int32_t>(pid)};
  while (SystemCall(SYS_sendto, channel, &answer, sizeof(answer), kNoSignal, nullptr, 0) ==
         -kInterrupted) {
  }
}

[[noreturn]] void Fail(int channel, Step step, long result) {
  Tell(channel, step, result);
  Exit(kFailed);
}

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

// The texts that begin at `text`, as execve(2) takes them. Returns what follows them.
char* Point(char* text, uint32_t count, char** pointers) {
  for (uint32_t i = 0; i < count; ++i) {
    pointers[i] = text;
    while (*text != '\0') ++text;
    ++text;
  }
  pointers[count] = nullptr;
  return text;
}

bool Failed(long result) { return result < 0 && result > -4096; }  // mmap(2) gives addresses

template <typename T>
T* Map(int channel, size_t size, int flags, int fd) {
  const long address = SystemCall(SYS_mmap, nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (Failed(address)) Fail(channel, Step::kPrepare, address);
  return reinterpret_cast<T*>(address);  // NOLINT(performance-no-int-to-ptr): mmap(2) gives one
}

Orders* Read(int channel, int fd) {
  const long size = SystemCall(SYS_lseek, fd, 0, 2);  // SEEK_END
  if (size < 0) Fail(channel, Step::kPrepare, size);
  return Map<Orders>(channel, static_cast<size_t>(size), MAP_PRIVATE, fd);
}

// Init and command see it both.
struct Shared {
  volatile int executing;  // 1: the command's process is at its exec, or has made it
  volatile int refused;    // why the exec has failed; -errno
};

struct Command {
  int channel;
  const Orders* orders;
  Shared* shared;
  char** arguments;
  char** environment;
};

Command CommandOf(int channel, Orders* orders) {
  const size_t count = size_t{orders->argument_count} + orders->environment_count + 2;
  auto* shared = Map<Shared>(channel, sizeof(Shared) + 8 + count * sizeof(char*),
                             MAP_SHARED | MAP_ANONYMOUS, -1);
  auto** pointers = reinterpret_cast<char**>(reinterpret_cast<char*>(shared) + 8);
  char** environment = pointers + orders->argument_count + 1;
  char* texts = Point(reinterpret_cast<char*>(orders + 1), orders->argument_count, pointers);
  Point(texts, orders->environment_count, environment);
  return {channel, orders, shared, pointers, environment};
}

// As runtime/launch/program.cc does it: by the folder's descriptor, and a script by its path.
// Returns why it has failed.
long Execute(const Command& command) {
  const Orders& orders = *command.orders;
  SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &orders.mask, nullptr, kMaskSize);
  long result = -kNoEntry;
  command.shared->executing = 1;
  if (orders.by_path == 0) {
    result = SystemCall(SYS_execveat, orders.folder, orders.name, command.arguments,
                        command.environment, AT_SYMLINK_NOFOLLOW);
  }
  if (result == -kNoEntry) {
    result = SystemCall(SYS_execve, orders.path, command.arguments, command.environment);
  }
  command.shared->executing = 0;
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
bool AlreadyThere(const siginfo_t& info, long command) {
  return info.si_code == SI_KERNEL &&
         SystemCall(SYS_getpgid, command) == SystemCall(SYS_getpgid, 0);
}

[[noreturn]] void Attend(long command) {
  while (true) {
    siginfo_t info{};
    const long signal = SystemCall(SYS_rt_sigtimedwait, &kAllSignals, &info, nullptr, kMaskSize);
    if (signal == SIGCHLD) {
      ReapAll(command);
    } else if (signal > 0 && !AlreadyThere(info, command)) {
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

void CloseOnExec(int channel, int fd) {
  const long result = SystemCall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
  if (result < 0) Fail(channel, Step::kPrepare, result);
}

// The host's end of the channel closes with the host.
bool HostIsGone(int channel) {
  char byte = 0;
  return SystemCall(SYS_recvfrom, channel, &byte, sizeof(byte), kPeekWithoutWaiting, nullptr,
                    nullptr) == 0;
}

[[noreturn]] void Join(const Command& command) {
  const int channel = command.channel;
  const long pid = ForkAndAwaitExec(kAsSibling);
  if (pid < 0) Fail(channel, Step::kFork, pid);
  if (pid == 0) {
    if (command.orders->tied != 0) {
      SystemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
      if (HostIsGone(channel)) Exit(kFailed);
    }
    command.shared->refused = static_cast<int>(Execute(command));
    Exit(kCommandFailed);
  }
  if (command.shared->executing != 0) {
    Tell(channel, Step::kRunning, 0, pid);
  } else {
    Tell(channel, Step::kExec, command.shared->refused, pid);
  }
  Exit(0);
}

[[noreturn]] void Run(char** argv) {
  SystemCall(SYS_rt_sigprocmask, SIG_SETMASK, &kAllSignals, nullptr, kMaskSize);
  SystemCall(SYS_prctl, PR_SET_NAME, "init");
  if (argv[0] == nullptr || argv[1] == nullptr || argv[2] == nullptr) Exit(kFailed);
  const int file = Take(argv[1]);
  const int channel = Take(argv[2]);
  const Command command = CommandOf(channel, Read(channel, file));
  CloseOnExec(channel, file);
  CloseOnExec(channel, channel);
  CloseOnExec(channel, command.orders->folder);
  if (command.orders->joined != 0) Join(command);
  const long self = SystemCall(SYS_getpid);
  const bool is_first = self == 1;
  if (!is_first) SystemCall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1);
  // Where it is ignored, the kernel reaps; wait(2). The command gets it as the caller had it.
  const bool ignored = SetChildSignal(kDefault) == kIgnored;
  const long pid = ForkAndAwaitExec();
  if (pid < 0) Fail(channel, Step::kFork, pid);
  if (pid == 0) {
    if (!is_first) TieToInit(self);
    if (ignored) SetChildSignal(kIgnored);
    Tell(channel, Step::kExec, Execute(command));
    Exit(kCommandFailed);
  }
  if (command.shared->executing != 0) Tell(channel, Step::kRunning, 0);
  if (SystemCall(SYS_close_range, 3, ~0U, 0) < 0) SystemCall(SYS_close, channel);
  Attend(pid);
}

}  // namespace
}  // namespace slipway::init

// Where the kernel begins; the stack holds the arguments.
extern "C" [[noreturn]] void Begin(long* stack) {
  slipway::init::Run(reinterpret_cast<char**>(stack + 1));
}
