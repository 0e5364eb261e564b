#include "runtime/sdk/testing/process.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <iterator>

namespace slipway::testing {
namespace {

using std::chrono::steady_clock;

int InputOf(const std::string& text) {
  const int fd = memfd_create("stdin", MFD_CLOEXEC);
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  lseek(fd, 0, SEEK_SET);
  return fd;
}

[[noreturn]] void ExecProgram(const std::vector<std::string>& argv, const RunOptions& options,
                              const std::array<int, 3>& stdio) {
  for (int fd = 0; fd < 3; ++fd) dup2(stdio[static_cast<size_t>(fd)], fd);
  for (int fd : options.inherited_fds) fcntl(fd, F_SETFD, 0);
  for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
  if (options.uid &&
      (setgroups(0, nullptr) != 0 || setresuid(*options.uid, *options.uid, *options.uid) != 0)) {
    _exit(EXIT_FAILURE);
  }
  std::vector<char*> args;
  for (const std::string& arg : argv) args.push_back(const_cast<char*>(arg.c_str()));
  args.push_back(nullptr);
  const std::string program = options.program.empty() ? argv.at(0) : options.program;
  if (options.prepare) options.prepare();
  execv(program.c_str(), args.data());
  dprintf(STDERR_FILENO, "exec %s: %m\n", program.c_str());
  _exit(EXIT_FAILURE);
}

void Append(int& fd, std::string& text) {
  char buffer[4096];
  const ssize_t size = read(fd, buffer, sizeof(buffer));
  if (size > 0) {
    text.append(buffer, static_cast<size_t>(size));
  } else if (size == 0 || errno != EINTR) {
    close(fd);
    fd = -1;
  }
}

}  // namespace

int Slowness() {
  const char* text = std::getenv("SLIPWAY_TEST_SLOWNESS");
  return text ? std::max(1, std::atoi(text)) : 1;
}

Running::Running(const std::vector<std::string>& argv, const RunOptions& options)
    : deadline_(steady_clock::now() + options.timeout * Slowness()) {
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) std::abort();
  const int input = InputOf(options.input);
  pid_ = fork();
  if (pid_ == 0) ExecProgram(argv, options, {input, out[1], err[1]});
  close(input);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
}

Running::~Running() {
  if (pid_ > 0) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

// To no other process, once it has been waited for: -1 would mean all of the machine.
void Running::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

bool Running::ReadSome() {
  std::array<pollfd, 2> events = {pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now());
  if (left.count() <= 0) return false;
  if (poll(events.data(), events.size(), static_cast<int>(left.count())) == 0) return false;
  if (events[0].revents) Append(out_, result_.out);
  if (events[1].revents) Append(err_, result_.err);
  return true;
}

bool Running::AwaitOutput(const std::string& text) {
  while (result_.out.find(text) == std::string::npos) {
    if (out_ < 0 || !ReadSome()) return false;
  }
  return true;
}

bool Running::AwaitError(const std::string& text) {
  while (result_.err.find(text) == std::string::npos) {
    if (err_ < 0 || !ReadSome()) return false;
  }
  return true;
}

RunResult Running::Await() {
  if (pid_ <= 0) return result_;
  while (out_ >= 0 || err_ >= 0) {
    if (ReadSome()) continue;
    ADD_FAILURE() << "the program took too long; stdout: " << result_.out
                  << "\nstderr: " << result_.err;
    Signal(SIGKILL);
    break;
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  result_.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  // Whatever else a test looks at.
  EXPECT_EQ(result_.err.find("Sanitizer"), std::string::npos) << result_.err;
  return result_;
}

std::function<void()> Without(unsigned call, unsigned cause) {
  return [call, cause] {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | cause),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {.len = std::size(filter), .filter = filter};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(126);
  };
}

RunResult RunWithout(unsigned call, unsigned cause, const std::vector<std::string>& argv) {
  return RunProgram(argv, {.prepare = Without(call, cause)});
}

RunResult RunProgram(const std::vector<std::string>& argv, const RunOptions& options) {
  return Running(argv, options).Await();
}

}  // namespace slipway::testing
