#include "plugins/network/cni_run.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <vector>

#include "runtime/sys/clone.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/json.h"
#include "runtime/sys/sealed.h"

namespace slipway::network {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr size_t kMostAnswer = size_t{1} << 20;
constexpr size_t kMostWords = 300;
constexpr int kNotExecuted = 127;

[[noreturn]] void Execute(const CniCall& call, int input, int output) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<std::string> environment = {"CNI_COMMAND=" + call.command,
                                          "CNI_CONTAINERID=" + call.container,
                                          "CNI_NETNS=" + call.netns,
                                          "CNI_IFNAME=eth0",
                                          "CNI_PATH=/opt/cni/bin:/usr/lib/cni",
                                          "PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  std::vector<char*> pointers;
  for (std::string& word : environment) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  char* const words[] = {const_cast<char*>(call.path.c_str()), nullptr};
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (chdir("/") == 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
      dup2(nothing, STDERR_FILENO) >= 0 &&
      syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
    execve(call.path.c_str(), words, pointers.data());
  }
  _exit(kNotExecuted);
}

using Clock = std::chrono::steady_clock;

// False: it takes too long, or says too much.
bool ReadAll(const sys::Fd& from, std::string& answer) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (answer.size() <= kMostAnswer) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd event{.fd = from.get(), .events = POLLIN, .revents = 0};
    if (poll(&event, 1, static_cast<int>(left.count())) <= 0) continue;
    char part[4096];
    const ssize_t size = read(from.get(), part, sizeof(part));
    if (size == 0) return true;
    if (size > 0) answer.append(part, static_cast<size_t>(size));
  }
  return false;
}

std::string TextOf(const sys::Json& object, std::string_view name) {
  const sys::Json* member = object.Find(name);
  return member != nullptr ? member->text() : std::string();
}

// The specification's "Error": an object with msg and details.
std::string WordsOf(const std::string& answer) {
  const auto error = sys::ParseJson(answer, "answer");
  if (!error.ok()) return answer.empty() ? "it says nothing" : answer.substr(0, kMostWords);
  const std::string details = TextOf(*error, "details");
  return TextOf(*error, "msg") + (details.empty() ? "" : ": " + details);
}

}  // namespace

Result<std::string> RunCni(const CniCall& call) {
  ASSIGN_OR_RETURN(const sys::Fd request, sys::SealedCopy("cni-request", call.request));
  int ends[2];
  if (lseek(request.get(), 0, SEEK_SET) != 0 || pipe2(ends, O_CLOEXEC) != 0) {
    return Error(errno, "run", call.path);
  }
  const sys::Fd read_end(ends[0]);
  sys::Fd write_end(ends[1]);
  ASSIGN_OR_RETURN(const sys::Cloned plugin, sys::Clone(0, -1));
  if (plugin.pid == 0) Execute(call, request.get(), write_end.get());
  write_end.Close();
  std::string answer;
  const bool whole = ReadAll(read_end, answer);
  if (!whole) kill(plugin.pid, SIGKILL);
  int status = 0;
  while (waitpid(plugin.pid, &status, 0) < 0) {
    if (errno != EINTR) return Error(errno, "wait for", call.path);
  }
  const std::string what = call.path + ": " + call.command;
  if (!whole) {
    return Error(what + " has not ended within " + std::to_string(kPatience.count()) + " s", {},
                 "it was killed");
  }
  if (status == 0) return answer;
  return Error(what + " failed", {}, WordsOf(answer));
}

}  // namespace slipway::network
