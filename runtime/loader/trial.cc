#include "runtime/loader/trial.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <string>

#include "runtime/sys/fd.h"
#include "runtime/sys/process.h"

namespace slipway::loader {
namespace {

constexpr const char* kHook = "load";
constexpr const char* kBug = "a bug of the stage";

// What the child says when it has loaded the plugin, for better or worse. One write to a pipe,
// whole or not at all: it is shorter than PIPE_BUF; pipe(7).
struct Verdict {
  bool loaded = false;
  ErrorRecord error = {};
};
static_assert(sizeof(Verdict) <= PIPE_BUF);

void Silence() {
  const int null = open("/dev/null", O_RDWR);
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (null >= 0) dup2(null, fd);
  }
}

// A handler that this process has would take the child's crash for its own.
void ForgetHandlers() {
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGALRM}) {
    ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void RunChild(Loader& loader, const Request& request, std::chrono::seconds patience,
                           const sys::Fd& pipe) {
  ForgetHandlers();
  Silence();
  alarm(static_cast<unsigned>(patience.count()));
  Verdict verdict;
  const auto stage = loader.Load(request);
  verdict.loaded = stage.ok();
  if (!stage.ok()) verdict.error = *stage.error();
  (void)!write(pipe.get(), &verdict, sizeof(verdict));
  _exit(0);
}

Error EndedBy(int wait_status, std::chrono::seconds patience) {
  if (!WIFSIGNALED(wait_status)) {
    return Error("ended the process while it was loaded", {},
                 kBug + (", exit status " + std::to_string(WEXITSTATUS(wait_status))));
  }
  const int signal = WTERMSIG(wait_status);
  if (signal == SIGALRM || signal == SIGKILL) {
    return Error(
        "hung while it was loaded: no end within " + std::to_string(patience.count()) + " s", {},
        kBug);
  }
  return Error(std::string("crashed while it was loaded: ") + strsignal(signal), {}, kBug);
}

// Until the child has ended, in its own time or, where it has switched its alarm off, in ours.
int Await(pid_t child, std::chrono::seconds patience) {
  constexpr std::chrono::seconds kGrace{1};
  if (patience.count() > 0) {
    const auto pidfd = sys::OpenPidfd(child);
    const auto ended = pidfd.ok() ? sys::AwaitExit(*pidfd, patience + kGrace) : Result(true);
    if (ended.ok() && !*ended) kill(child, SIGKILL);
  }
  int wait_status = 0;
  while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR) {
  }
  return wait_status;
}

Status Try(Loader& loader, const Request& request, std::chrono::seconds patience) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(errno, "make a pipe");
  const sys::Fd read_end(ends[0]);
  sys::Fd write_end(ends[1]);
  const pid_t child = fork();
  if (child < 0) return Error(errno, "start a process that tries the plugin");
  if (child == 0) RunChild(loader, request, patience, write_end);
  write_end.Close();
  const int wait_status = Await(child, patience);
  // What the plugin has left running may hold the pipe open, so nobody waits for its end.
  pollfd said{.fd = read_end.get(), .events = POLLIN, .revents = 0};
  Verdict verdict;
  const bool told = poll(&said, 1, 0) > 0 && (said.revents & POLLIN) &&
                    read(read_end.get(), &verdict, sizeof(verdict)) == sizeof(verdict);
  // The plugin could have written it, and anything into it.
  verdict.error = EndTexts(verdict.error);
  if (!told || wait_status != 0) return EndedBy(wait_status, patience).In(request.name, kHook);
  return verdict.loaded ? Ok() : Status(Error(verdict.error));
}

}  // namespace

Result<const slipway_stage*> LoadAfterTrial(Loader& loader, const Request& request,
                                            std::chrono::seconds patience) {
  if (!loader.HasFileOf(request)) RETURN_IF_ERROR(Try(loader, request, patience));
  return loader.Load(request);
}

}  // namespace slipway::loader
