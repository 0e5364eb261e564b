#include "runtime/sys/run_program.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "runtime/sys/clone.h"

namespace slipway::sys {
namespace {

constexpr int kNotExecuted = 127;

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Of the pipe's end and /dev/null, those that are heard and that are not.
[[noreturn]] void Execute(const Program& program, int output) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<char*> words = Pointers(program.words);
  words.insert(words.begin(), const_cast<char*>(program.path.c_str()));
  const std::vector<char*> environment = Pointers(program.environment);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int unheard = program.heard == STDERR_FILENO ? STDOUT_FILENO : STDERR_FILENO;
  if (chdir("/") == 0 && dup2(program.input < 0 ? nothing : program.input, STDIN_FILENO) >= 0 &&
      dup2(output, program.heard) >= 0 && dup2(nothing, unheard) >= 0 &&
      syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
    execve(program.path.c_str(), words.data(), environment.data());
  }
  _exit(kNotExecuted);
}

using Clock = std::chrono::steady_clock;

// False: it takes too long, or says too much.
bool ReadAll(const Fd& from, const Program& program, Clock::time_point deadline,
             std::string& said) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd event{.fd = from.get(), .events = POLLIN, .revents = 0};
    if (poll(&event, 1, static_cast<int>(left.count())) <= 0) continue;
    char part[4096];
    const ssize_t size = read(from.get(), part, sizeof(part));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return true;
    const size_t room = program.most - said.size();
    if (program.too_much_ends && static_cast<size_t>(size) > room) return false;
    said.append(part, std::min(static_cast<size_t>(size), room));
  }
}

}  // namespace

RunningProgram::RunningProgram(const Program& program, pid_t pid, Fd output)
    : program_(&program), pid_(pid), output_(std::move(output)) {}

RunningProgram::RunningProgram(RunningProgram&& other) noexcept
    : program_(other.program_),
      pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)) {}

RunningProgram::~RunningProgram() {
  if (pid_ >= 0) (void)Await(std::chrono::seconds(0)).ok();
}

Result<RunningProgram> RunningProgram::Start(const Program& program) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(errno, "run", program.path);
  Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  ASSIGN_OR_RETURN(const Cloned child, Clone(0, -1));
  if (child.pid == 0) Execute(program, write_end.get());
  return RunningProgram(program, child.pid, std::move(read_end));
}

Result<ProgramEnd> RunningProgram::Await(std::chrono::seconds patience) {
  ProgramEnd end;
  const pid_t pid = std::exchange(pid_, -1);
  end.in_time = ReadAll(output_, *program_, Clock::now() + patience, end.said);
  if (!end.in_time) kill(pid, SIGKILL);
  while (waitpid(pid, &end.status, 0) < 0) {
    if (errno != EINTR) return Error(errno, "wait for", program_->path);
  }
  return end;
}

Result<ProgramEnd> RunProgram(const Program& program, std::chrono::seconds patience) {
  ASSIGN_OR_RETURN(RunningProgram running, RunningProgram::Start(program));
  return running.Await(patience);
}

}  // namespace slipway::sys
