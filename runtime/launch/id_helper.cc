#include "runtime/launch/id_helper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>

#include "runtime/sys/clone.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/subordinate_ids.h"

namespace slipway::launch {
namespace {

constexpr size_t kMostWords = 300;
constexpr int kNotExecuted = 127;
constexpr std::chrono::seconds kPatience{10};  // it reads and writes small files

std::vector<std::string> WordsFor(const char* name, pid_t child,
                                  const std::vector<IdRange>& ranges) {
  std::vector<std::string> words = {name, std::to_string(child)};
  for (const IdRange& range : ranges) {
    for (const uint32_t number : {range.inside, range.outside, range.count}) {
      words.push_back(std::to_string(number));
    }
  }
  return words;
}

// In the child: every other descriptor is closed on exec.
[[noreturn]] void Execute(const std::string& path, char* const* words, int errors) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
      dup2(errors, STDERR_FILENO) >= 0) {
    char* const environment[] = {nullptr};
    execve(path.c_str(), words, environment);
  }
  _exit(kNotExecuted);
}

using Clock = std::chrono::steady_clock;

// Until there is something to read, or the end of it. False when that takes too long.
bool AwaitWords(const sys::Fd& from, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd event{.fd = from.get(), .events = POLLIN, .revents = 0};
    if (poll(&event, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

// What it says, in one line; nullopt: it has not come to its end in time.
std::optional<std::string> ReadWords(const sys::Fd& from) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  std::string said;
  char part[512];
  while (true) {
    if (!AwaitWords(from, deadline)) return std::nullopt;
    const ssize_t size = read(from.get(), part, sizeof(part));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    if (said.size() < kMostWords) said.append(part, static_cast<size_t>(size));
  }
  while (said.ends_with('\n')) said.pop_back();
  std::replace(said.begin(), said.end(), '\n', ' ');
  return said.substr(0, kMostWords);
}

std::string EndOf(int status) {
  if (WIFSIGNALED(status))
    return "it was ended by a signal: " + std::string(strsignal(WTERMSIG(status)));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Status RunIdHelper(const char* name, pid_t child, const std::vector<IdRange>& ranges) {
  const std::string path = sys::FindIdHelper(name);
  if (path.empty()) {
    return Error(std::string("there is no ") + name, {},
                 "ids other than this user's own need it: install the package uidmap, or run the "
                 "runtime as root");
  }
  std::vector<std::string> words = WordsFor(name, child, ranges);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(errno, "run", path);
  const sys::Fd read_end(ends[0]);
  sys::Fd write_end(ends[1]);
  ASSIGN_OR_RETURN(const sys::Cloned helper, sys::Clone(0, -1));
  if (helper.pid == 0) Execute(path, pointers.data(), write_end.get());
  write_end.Close();
  const std::optional<std::string> said = ReadWords(read_end);
  if (!said) kill(helper.pid, SIGKILL);
  int status = 0;
  while (waitpid(helper.pid, &status, 0) < 0) {
    if (errno != EINTR) return Error(errno, "wait for", path);
  }
  if (!said) {
    return Error(path + " has not ended within " + std::to_string(kPatience.count()) + " s", {},
                 "it was killed");
  }
  if (status == 0) return Ok();
  return Error(path + " failed", {}, !said->empty() ? *said : "it says nothing; " + EndOf(status));
}

}  // namespace slipway::launch
