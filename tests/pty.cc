#include "tests/pty.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace slipway::testing {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kTypeAgain{200};
constexpr useconds_t kLookAgain = 1000;

}  // namespace

Pty::Pty(const std::vector<std::string>& argv) {
  winsize size{24, 80, 0, 0};
  pid_ = forkpty(&master_, nullptr, nullptr, &size);
  if (pid_ < 0) std::abort();
  if (pid_ > 0) return;
  // As a login has them; what runs in the background of a script ignores them.
  for (const int number : {SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU}) {
    signal(number, SIG_DFL);
  }
  setenv("TERM", "dumb", 1);
  std::vector<char*> args;
  for (const std::string& arg : argv) args.push_back(const_cast<char*>(arg.c_str()));
  args.push_back(nullptr);
  execv(args[0], args.data());
  _exit(EXIT_FAILURE);
}

Pty::Pty() {
  winsize size{24, 80, 0, 0};
  char path[64];
  if (openpty(&master_, &other_, path, nullptr, &size) != 0) std::abort();
  fcntl(master_, F_SETFD, FD_CLOEXEC);
  fcntl(other_, F_SETFD, FD_CLOEXEC);
  path_ = path;
}

void Pty::HangUp() {
  for (int* end : {&master_, &other_}) {
    if (*end >= 0) close(*end);
    *end = -1;
  }
}

Pty::~Pty() {
  HangUp();
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Pty::Type(const std::string& keys) const {
  if (write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) std::abort();
}

bool Pty::ReadSome(int timeout_ms) {
  pollfd event{master_, POLLIN, 0};
  if (poll(&event, 1, timeout_ms) <= 0) return false;
  char buffer[4096];
  const ssize_t size = read(master_, buffer, sizeof(buffer));
  if (size <= 0) return false;
  screen_.append(buffer, static_cast<size_t>(size));
  return true;
}

std::optional<std::string> Pty::Expect(const std::string& text) {
  return ExpectWithin(text, kPatience);
}

bool Pty::TypeUntil(const std::string& keys, const std::string& text) {
  const auto deadline = steady_clock::now() + kPatience;
  while (steady_clock::now() < deadline) {
    Type(keys);
    if (ExpectWithin(text, kTypeAgain)) return true;
  }
  return false;
}

std::optional<std::string> Pty::ExpectWithin(const std::string& text,
                                             std::chrono::milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (true) {
    if (const size_t at = screen_.find(text); at != std::string::npos) {
      std::string before = screen_.substr(0, at);
      screen_.erase(0, at + text.size());
      return before;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0 || !ReadSome(static_cast<int>(left.count()))) return std::nullopt;
  }
}

bool Pty::AwaitRaw(bool raw) const {
  const auto deadline = steady_clock::now() + kPatience;
  termios modes{};
  while (tcgetattr(master_, &modes) == 0 && steady_clock::now() < deadline) {
    const bool is_raw = (modes.c_lflag & (ICANON | ECHO)) == 0;
    if (is_raw == raw) return true;
    usleep(kLookAgain);
  }
  return false;
}

void Pty::Resize(unsigned short rows, unsigned short columns) const {
  winsize size{rows, columns, 0, 0};
  ioctl(master_, TIOCSWINSZ, &size);
}

int Pty::Await() {
  // The terminal must be read, or its writers would wait; it ends with its last user.
  const auto deadline = steady_clock::now() + kPatience;
  while (steady_clock::now() < deadline && ReadSome(1000)) {
  }
  int status = 0;
  for (; steady_clock::now() < deadline; ReadSome(20)) {
    if (waitpid(pid_, &status, WNOHANG) != pid_) continue;
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return -1;
}

}  // namespace slipway::testing
