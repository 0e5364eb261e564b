#include "runtime/stage_test/program.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "runtime/sys/fd.h"
#include "runtime/sys/process.h"

namespace slipway::stage_test {
namespace {

using std::chrono::steady_clock;
using sys::Fd;

constexpr int kEndSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t signal_to_end = 0;
// Of the process as it was started. These signals come only while it waits.
const sigset_t mask_before = [] {
  sigset_t mask;
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}();

void TakeNote(int signal) {
  if (signal_to_end == 0) signal_to_end = signal;
}

// Above the numbers that the program gets, so that dup2(2) finds each still open.
Fd MoveUp(Fd fd) { return Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, kConfigFd + 1)); }

Result<Fd> FileOf(const std::string& text) {
  Fd fd = MoveUp(Fd(memfd_create("stage-test", MFD_CLOEXEC)));
  if (!fd.valid()) return Error(errno, "make a file in memory");
  for (size_t done = 0; done < text.size();) {
    const ssize_t size = write(fd.get(), text.data() + done, text.size() - done);
    if (size < 0) return Error(errno, "write a file in memory");
    done += static_cast<size_t>(size);
  }
  // A description of its own: the program reads it from its begin, and cannot write it.
  Fd reader(open(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), O_RDONLY | O_CLOEXEC));
  if (reader.valid()) return MoveUp(std::move(reader));
  if (lseek(fd.get(), 0, SEEK_SET) != 0) return Error(errno, "rewind a file in memory");
  return fd;
}

struct Pipe {
  Fd reader;
  Fd writer;
};

Result<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return Error(errno, "make a pipe");
  Pipe pipe{.reader = Fd(fds[0]), .writer = MoveUp(Fd(fds[1]))};
  fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

// What could not be done, for Failure.
[[noreturn]] void Fail(const Fd& failures, const char* what) {
  const int cause = errno;
  dprintf(failures.get(), "%d %s", cause, what);
  _exit(EXIT_FAILURE);
}

[[noreturn]] void Exec(const Program& program, const std::array<int, kConfigFd + 1>& fds,
                       const Fd& failures) {
  sigprocmask(SIG_SETMASK, &mask_before, nullptr);
  for (int fd = 0; fd <= kConfigFd; ++fd) dup2(fds[static_cast<size_t>(fd)], fd);
  if (!program.folder.empty() && chdir(program.folder.c_str()) != 0) {
    Fail(failures, "enter the folder of the cases");
  }
  if (!BecomeUserOf(program.user)) Fail(failures, "become the user of the case");
  std::vector<char*> argv;
  for (const std::string& word : program.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  Fail(failures, "execute the runtime");
}

// Waits until the program is executed, or was not: then the pipe says why.
Status Failure(const Program& program, const Fd& failures) {
  std::string text;
  char buffer[256];
  ssize_t size = 0;
  while ((size = read(failures.get(), buffer, sizeof(buffer))) != 0) {
    if (size < 0 && errno != EINTR) break;
    if (size > 0) text.append(buffer, static_cast<size_t>(size));
  }
  const size_t blank = text.find(' ');
  if (blank == std::string::npos) return Ok();
  const int cause = std::atoi(text.c_str());
  return Error(
      cause, text.substr(blank + 1), program.argv[0],
      program.user && cause == EACCES ? "the user of the case must be able to reach it" : "");
}

// Reads what is there. False once there will be no more.
bool ReadSome(const Fd& fd, std::string& text, bool& cut) {
  char buffer[8192];
  while (true) {
    const ssize_t size = read(fd.get(), buffer, sizeof(buffer));
    if (size == 0) return false;
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    const size_t room = kMostOutput - std::min(kMostOutput, text.size());
    text.append(buffer, std::min(room, static_cast<size_t>(size)));
    cut = cut || room < static_cast<size_t>(size);
  }
}

// Until the program has ended, or the time is over.
bool Collect(int pidfd, const Program& program, Pipe& out, Pipe& err, Run& run) {
  const auto deadline = steady_clock::now() + program.timeout;
  while (true) {
    std::array<pollfd, 3> events = {pollfd{pidfd, POLLIN, 0}, pollfd{out.reader.get(), POLLIN, 0},
                                    pollfd{err.reader.get(), POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - steady_clock::now());
    if (left.count() <= 0 || (signal_to_end != 0 && !program.to_its_end)) return false;
    const timespec time{.tv_sec = left.count(), .tv_nsec = 0};
    if (ppoll(events.data(), events.size(), &time, &mask_before) < 0) continue;
    if (out.reader.valid() && !ReadSome(out.reader, run.out, run.cut)) out.reader.Close();
    if (err.reader.valid() && !ReadSome(err.reader, run.err, run.cut)) err.reader.Close();
    if ((events[0].revents & POLLIN) == 0) continue;
    // What it wrote last may have come behind the reading.
    if (out.reader.valid()) ReadSome(out.reader, run.out, run.cut);
    if (err.reader.valid()) ReadSome(err.reader, run.err, run.cut);
    return true;
  }
}

}  // namespace

bool BecomeUserOf(const std::optional<uid_t>& user) {
  if (!user || *user == geteuid()) return true;
  return setgroups(0, nullptr) == 0 && setresgid(*user, *user, *user) == 0 &&
         setresuid(*user, *user, *user) == 0;
}

Result<Run> RunProgram(const Program& program) {
  ASSIGN_OR_RETURN(Pipe out, MakePipe());
  ASSIGN_OR_RETURN(Pipe err, MakePipe());
  ASSIGN_OR_RETURN(Fd input, FileOf(program.input));
  ASSIGN_OR_RETURN(Fd config, FileOf(program.config));
  ASSIGN_OR_RETURN(Pipe failures, MakePipe());
  fcntl(failures.reader.get(), F_SETFL, 0);
  const pid_t pid = fork();
  if (pid < 0) return Error(errno, "start a process");
  if (pid == 0) {
    Exec(program, {input.get(), out.writer.get(), err.writer.get(), config.get()}, failures.writer);
  }
  for (Pipe* pipe : {&out, &err, &failures}) pipe->writer.Close();
  if (Status executed = Failure(program, failures.reader); !executed.ok()) {
    waitpid(pid, nullptr, 0);
    return std::move(executed.error());
  }
  const Result<Fd> pidfd = sys::OpenPidfd(pid);
  Run run;
  run.in_time = pidfd.ok() && Collect(pidfd->get(), program, out, err, run);
  if (!run.in_time) kill(pid, SIGKILL);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return Error(errno, "wait for the runtime");
  run.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return run;
}

void EndOnSignals() {
  struct sigaction action {};
  action.sa_handler = TakeNote;
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : kEndSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;  // as nohup(1) has it
    sigaction(signal, &action, nullptr);
    sigaddset(&blocked, signal);
  }
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
}

int SignalToEnd() { return signal_to_end; }

}  // namespace slipway::stage_test
