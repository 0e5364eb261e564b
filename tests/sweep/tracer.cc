#include "tests/sweep/tracer.h"

#include <elf.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace slipway::testing {
namespace {

using Clock = std::chrono::steady_clock;

// Twice the ten seconds for which a Teardown waits for processes to end, and some.
constexpr std::chrono::seconds kTimeLimit{40};
constexpr suseconds_t kTick = 200'000;  // us
constexpr int kSyscallStop = SIGTRAP | 0x80;
constexpr size_t kMaxSubject = 200;

struct Range {
  uint64_t begin = 0, end = 0;
  bool Has(uint64_t address) const { return address >= begin && address < end; }
};

// The mapping of /proc/pid/maps (proc(5)) that holds `address`.
Range MappingOf(pid_t pid, uint64_t address) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    char* end = nullptr;
    const Range range{strtoull(line.c_str(), &end, 16), strtoull(end + 1, nullptr, 16)};
    if (range.Has(address)) return range;
  }
  return {};
}

std::string TextAt(pid_t pid, uint64_t address) {
  char text[kMaxSubject + 1] = {};
  // Not past the end of its page: the next one need not be there.
  const size_t size = std::min<size_t>(kMaxSubject, 4096 - address % 4096);
  iovec local{text, size};
  iovec remote{reinterpret_cast<void*>(address), size};
  if (process_vm_readv(pid, &local, 1, &remote, 1, 0) < 0) return {};
  return text;
}

bool IsInit(pid_t pid) {
  char path[64] = {};
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  return readlink(link.c_str(), path, sizeof(path) - 1) > 0 &&
         std::string_view(path).starts_with("/memfd:slipway-init");
}

int MemoryFile() { return memfd_create("output", MFD_CLOEXEC); }

std::string Drain(int fd) {
  std::string text;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = pread(fd, buffer, sizeof(buffer), static_cast<off_t>(text.size()))) > 0) {
    text.append(buffer, static_cast<size_t>(size));
  }
  close(fd);
  return text;
}

// Interrupts waitpid(2) now and then, so that a time limit is seen.
class Ticks {
 public:
  Ticks() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    const itimerval interval{{0, kTick}, {0, kTick}};
    setitimer(ITIMER_REAL, &interval, nullptr);
  }
  ~Ticks() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
  }
  Ticks(const Ticks&) = delete;
  Ticks& operator=(const Ticks&) = delete;
};

class Tracer {
 public:
  Tracer(const Traced& traced, const Strike& strike,
         const std::function<int(long)>& subject_argument)
      : traced_(traced), strike_(strike), subject_argument_(subject_argument) {}

  TraceResult Run() {
    const int out = MemoryFile();
    const int err = MemoryFile();
    if (traced_.waiting != 0) Join(traced_.waiting);
    Start(out, err);
    const Ticks ticks;
    while (!roles_.empty()) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, __WALL);
      if (pid > 0) {
        OnChange(pid, status);
      } else if (errno != EINTR) {
        break;
      } else if (Clock::now() > deadline_ && !result_.timed_out) {
        result_.timed_out = true;
        for (const auto& [traced, role] : roles_) kill(traced, SIGKILL);
      }
    }
    result_.run.out = Drain(out);
    result_.run.err = Drain(err);
    return result_;
  }

 private:
  static bool Seize(pid_t pid) {
    const unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                  PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    return ptrace(PTRACE_SEIZE, pid, nullptr, options) == 0;
  }

  // The call that it waits in begins once more, and is the first of its calls.
  void Join(pid_t pid) {
    if (!Seize(pid) || ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr) != 0) std::abort();
    roles_[pid] = Role::kInit;
    known_.insert(pid);
  }

  // Stopped until it is seized, so that its exec is the first thing that is seen.
  void Start(int out, int err) {
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) != 0) std::abort();
    host_ = fork();
    if (host_ == 0) Exec(traced_, gate, out, err);
    close(gate[0]);
    if (host_ < 0 || !Seize(host_)) std::abort();
    roles_[host_] = Role::kHost;
    known_.insert(host_);
    close(gate[1]);
  }

  [[noreturn]] static void Exec(const Traced& traced, const int (&gate)[2], int out, int err) {
    close(gate[1]);
    char byte = 0;
    (void)!read(gate[0], &byte, 1);
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    const std::optional<uid_t> uid = traced.uid;
    if (uid && (setgroups(0, nullptr) != 0 || setresuid(*uid, *uid, *uid) != 0)) {
      _exit(EXIT_FAILURE);
    }
    std::vector<char*> words;
    for (const std::string& word : traced.argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execv(words[0], words.data());
    _exit(EXIT_FAILURE);
  }

  void OnChange(pid_t pid, int status) {
    if (!WIFSTOPPED(status)) return OnEnd(pid, status);
    Meet(pid);
    const Role role = roles_[pid];
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (signal == kSyscallStop) {
      if (lets_go_) return LetGo(pid, 0);
      if (role == strike_.role) OnSyscall(pid);
      return Go(pid, role, 0);
    }
    if (event == PTRACE_EVENT_EXEC && !lets_go_) return OnExec(pid, role);
    if (event == PTRACE_EVENT_STOP && signal != SIGTRAP && !lets_go_) {
      ptrace(PTRACE_LISTEN, pid, nullptr, nullptr);
      return;
    }
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
      unsigned long born = 0;
      if (ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &born) == 0) Meet(static_cast<pid_t>(born));
    }
    lets_go_ ? LetGo(pid, event ? 0 : signal) : Go(pid, role, event ? 0 : signal);
  }

  // Its own first stop and its parent's event come in any order, and the parent may be killed
  // before the former.
  void Meet(pid_t pid) {
    if (!known_.insert(pid).second) return;
    roles_[pid] = born_ < traced_.births.size() ? traced_.births[born_] : Role::kOther;
    ++born_;
  }

  void OnEnd(pid_t pid, int status) {
    if (roles_.erase(pid) == 0) result_.ends[pid] = status;
    if (pid != host_) return;
    result_.run.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    lets_go_ = traced_.lives_on;
    if (!lets_go_) return;
    for (const auto& [traced, role] : roles_) ptrace(PTRACE_INTERRUPT, traced, nullptr, nullptr);
  }

  void LetGo(pid_t pid, int signal) {
    roles_.erase(pid);
    ptrace(PTRACE_DETACH, pid, nullptr, signal);
  }

  void OnExec(pid_t pid, Role role) {
    if (pid == host_) {
      user_regs_struct registers{};
      ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
      loader_ = MappingOf(pid, registers.rip);
      return Go(pid, role, 0);
    }
    if (IsInit(pid)) {
      roles_[pid] = Role::kInit;
      return Go(pid, Role::kInit, 0);
    }
    if (role != Role::kHelper) executed_ = true;
    LetGo(pid, 0);
  }

  // Only the struck process stops at its calls, and only until it is struck.
  void Go(pid_t pid, Role role, int signal) const {
    const bool counts = role == strike_.role && (!result_.reached || strike_.lasting ||
                                                 moved_break_ || failing_.contains(pid));
    ptrace(counts ? PTRACE_SYSCALL : PTRACE_CONT, pid, nullptr, signal);
  }

  void OnSyscall(pid_t pid) {
    __ptrace_syscall_info info{};
    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && moved_break_) {
      ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, rdi), *moved_break_);
      moved_break_.reset();
    }
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && failing_.contains(pid)) {
      ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, rax),
             static_cast<long>(-failing_[pid]));
      failing_.erase(pid);
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    const long number = static_cast<long>(info.entry.nr);
    if (!begun_ && strike_.role == Role::kHost && loader_.Has(info.instruction_pointer)) return;
    begun_ = true;
    if (result_.reached) {
      // Where the messages go is no full disk.
      const bool speaks = number == SYS_write && info.entry.args[0] <= STDERR_FILENO;
      const int error = strike_.lasting && !speaks ? strike_.choose(number) : 0;
      if (error > 0) Fail(pid, number, error, info.entry.args[0]);
      return;
    }
    result_.calls.push_back(number);
    if (result_.calls.size() == strike_.call) {
      OnStrike(pid, number, info.entry.args);
    } else if (number == SYS_sendto) {
      result_.ready_before = true;
    }
  }

  void OnStrike(pid_t pid, long number, const uint64_t* arguments) {
    result_.reached = true;
    result_.exec_before = executed_;
    result_.error = strike_.choose(number);
    const int argument = subject_argument_(number);
    if (argument >= 0) result_.subject = TextAt(pid, arguments[argument]);
    if (number == SYS_execve || number == SYS_execveat) result_.ready_before = true;
    // The init says that the command runs: it does, and the host does not know yet.
    if (strike_.role == Role::kInit && number == SYS_sendto) result_.exec_before = false;
    // A call that waits for its turn in a syscall-entry stop does not happen after a SIGKILL.
    if (result_.error == kKill) kill(pid, SIGKILL);
    if (result_.error > 0) Fail(pid, number, result_.error, arguments[0]);
  }

  // No call has the number -1. A filter of the process's own may have an answer to that, so ours is
  // given behind it. brk has no errors: it returns the break, which brk(0) does not move. The C
  // library counts on its argument's register.
  void Fail(pid_t pid, long number, int error, uint64_t argument) {
    if (number == SYS_brk) {
      moved_break_ = argument;
      ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, rdi), 0L);
      return;
    }
    ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, orig_rax), -1L);
    failing_[pid] = error;
  }

  const Traced& traced_;
  const Strike& strike_;
  const std::function<int(long)>& subject_argument_;
  const Clock::time_point deadline_ = Clock::now() + kTimeLimit * Slowness();
  pid_t host_ = -1;
  std::map<pid_t, Role> roles_;
  std::set<pid_t> known_;
  std::map<pid_t, int> failing_;  // with which error the call fails that each is in
  size_t born_ = 0;
  bool lets_go_ = false;
  Range loader_;
  bool begun_ = false;
  bool executed_ = false;
  std::optional<uint64_t> moved_break_;  // what a brk that fails was to be moved to
  TraceResult result_;
};

}  // namespace

TraceResult Trace(const Traced& traced, const Strike& strike,
                  const std::function<int(long)>& subject_argument) {
  return Tracer(traced, strike, subject_argument).Run();
}

}  // namespace slipway::testing
