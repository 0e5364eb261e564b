#include "plugins/network/helper.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>

#include "runtime/sys/clone.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/process.h"

namespace slipway::network {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kEndPatience{5};
constexpr size_t kMostWords = 300;
constexpr int kNotExecuted = 127;

struct Pipe {
  sys::Fd read;
  sys::Fd write;
};

// Above the numbers that the program gets.
sys::Fd Above(int fd) { return sys::Fd(fcntl(fd, F_DUPFD_CLOEXEC, 10)); }

Result<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(errno, "make a pipe");
  const sys::Fd read(ends[0]);
  const sys::Fd write(ends[1]);
  Pipe pipe{Above(read.get()), Above(write.get())};
  if (!pipe.read.valid() || !pipe.write.valid()) return Error(errno, "make a pipe");
  return pipe;
}

struct Pipes {
  Pipe told;    // the program's pid, from its parent
  Pipe go;      // to the program: the record is kept
  Pipe ready;   // from the program
  Pipe errors;  // its standard error
};

// In the program's process.
[[noreturn]] void Execute(const Helper& helper, const Pipes& pipes) {
  char go = 0;
  if (read(pipes.go.read.get(), &go, 1) != 1) _exit(kNotExecuted);  // the runtime is gone
  setsid();
  // What it says once nobody listens any more is no reason to end.
  signal(SIGPIPE, helper.ignore_pipe ? SIG_IGN : SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<char*> words;
  for (const std::string& word : helper.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const sys::Fd input = Above(helper.input);
  const sys::Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  const sys::Fd output = Above(nothing.get());
  if (chdir("/") == 0 && dup2(output.get(), STDOUT_FILENO) >= 0 &&
      dup2(input.get(), STDIN_FILENO) >= 0 && dup2(pipes.errors.write.get(), STDERR_FILENO) >= 0 &&
      dup2(pipes.ready.write.get(), helper.ready) >= 0 &&
      syscall(SYS_close_range, std::max(STDERR_FILENO, helper.ready) + 1, ~0U,
              CLOSE_RANGE_CLOEXEC) == 0) {
    char* const environment[] = {nullptr};
    execve(helper.path.c_str(), words.data(), environment);
  }
  _exit(kNotExecuted);
}

// In the process between, whose child keeps its pid for as long as this one lives. It is killed.
[[noreturn]] void Between(const Helper& helper, Pipes pipes) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pipes.go.write.Close();
  const auto cloned = sys::Clone(0, -1);
  if (cloned.ok() && cloned->pid == 0) Execute(helper, pipes);
  const pid_t pid = cloned.ok() ? cloned->pid : -1;
  if (write(pipes.told.write.get(), &pid, sizeof(pid)) != sizeof(pid)) _exit(1);
  while (true) pause();
}

std::string RecordOf(const sys::ProcessIdentity& identity) {
  char numbers[80];
  snprintf(numbers, sizeof(numbers), "%d %lu %lu ", identity.pid, identity.unique,
           identity.start_time);
  return std::string(kHelperRecord) + numbers + sys::BootId();
}

// The pid is its own: its parent has not ended, and waits for nobody.
Status Record(pid_t pid, ParkedChild& child, sys::Fd& pidfd) {
  ASSIGN_OR_RETURN(pidfd, sys::OpenPidfd(pid));
  ASSIGN_OR_RETURN(const sys::ProcessIdentity identity, sys::Identify(pid, pidfd));
  return child.RecordUndo(RecordOf(identity));
}

using Clock = std::chrono::steady_clock;

// What it says, up to its end; nullopt: it is ready. late: it was neither in time.
std::optional<std::string> AwaitReady(const Pipes& pipes, bool& late) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  std::string said;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    late = left.count() <= 0;
    if (late) return said;
    pollfd events[] = {{.fd = pipes.ready.read.get(), .events = POLLIN, .revents = 0},
                       {.fd = pipes.errors.read.get(), .events = POLLIN, .revents = 0}};
    if (poll(events, 2, static_cast<int>(left.count())) <= 0) continue;
    if (events[0].revents & POLLIN) return std::nullopt;
    char part[512];
    const ssize_t size = read(pipes.errors.read.get(), part, sizeof(part));
    if (size <= 0 && (events[0].revents & POLLHUP)) return said;
    if (size > 0 && said.size() < kMostWords) said.append(part, static_cast<size_t>(size));
  }
}

// Its own words in one line, without those about a system log that is not there.
std::string InOneLine(const std::string& said) {
  std::string line;
  for (size_t at = 0; at < said.size();) {
    const size_t end = std::min(said.find('\n', at), said.size());
    const std::string part = said.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part.ends_with(" to syslog")) continue;
    line.append(line.empty() ? "" : "; ").append(part);
  }
  return line.substr(0, kMostWords);
}

}  // namespace

Status StartHelper(const Helper& helper, ParkedChild& child) {
  Pipes pipes;
  for (Pipe* pipe : {&pipes.told, &pipes.go, &pipes.ready, &pipes.errors}) {
    ASSIGN_OR_RETURN(*pipe, MakePipe());
  }
  ASSIGN_OR_RETURN(const sys::Cloned between, sys::Clone(0, -1));
  if (between.pid == 0) Between(helper, std::move(pipes));
  for (Pipe* pipe : {&pipes.told, &pipes.ready, &pipes.errors}) pipe->write.Close();
  pipes.go.read.Close();
  pid_t pid = -1;
  const bool told = read(pipes.told.read.get(), &pid, sizeof(pid)) == sizeof(pid) && pid > 0;
  sys::Fd pidfd;
  Status status = told ? Record(pid, child, pidfd) : Error("cannot run", helper.path);
  kill(between.pid, SIGKILL);
  while (waitpid(between.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  RETURN_IF_ERROR(std::move(status));
  if (write(pipes.go.write.get(), "g", 1) != 1) return Error(errno, "run", helper.path);
  bool late = false;
  const std::optional<std::string> said = AwaitReady(pipes, late);
  if (!said) return Ok();
  RETURN_IF_ERROR(sys::SendSignal(pidfd, SIGKILL));
  if (late) {
    return Error(helper.path + " is not ready within " + std::to_string(kPatience.count()) + " s",
                 {}, "it was killed");
  }
  const std::string line = InOneLine(*said);
  return Error(helper.path + " failed", {}, line.empty() ? "it says nothing" : line);
}

Status EndHelper(std::string_view record) {
  const std::string text(record.substr(kHelperRecord.size()));
  sys::ProcessIdentity identity;
  int end = 0;
  if (sscanf(text.c_str(), "%d %lu %lu %n", &identity.pid, &identity.unique, &identity.start_time,
             &end) != 3) {
    return Error("cannot read the record of a program", text);
  }
  if (text.substr(static_cast<size_t>(end)) != sys::BootId()) return Ok();
  ASSIGN_OR_RETURN(const sys::Fd pidfd, sys::FindProcess(identity));
  if (!pidfd.valid()) return Ok();
  RETURN_IF_ERROR(sys::SendSignal(pidfd, SIGKILL));
  ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(pidfd, kEndPatience));
  if (ended) return Ok();
  return Error("cannot end the process", std::to_string(identity.pid),
               "it has been killed, and has not ended yet");
}

}  // namespace slipway::network
