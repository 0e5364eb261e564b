#include "runtime/commands/detach.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/commands/launching.h"
#include "runtime/commands/options.h"
#include "runtime/commands/tell.h"
#include "runtime/config/find.h"
#include "runtime/launch/exit_status.h"
#include "runtime/launch/signals.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"

namespace slipway::commands {
namespace {

constexpr const char* kWait = "wait for the runtime in the background";

struct Pipe {
  sys::Fd read_end;
  sys::Fd write_end;
};

Result<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return Error(errno, "make a pipe");
  return Pipe{sys::Fd(fds[0]), sys::Fd(fds[1])};
}

// The caller's side.

// The monitor has said on stderr what there was to say.
Result<cli::Report> EndWith(pid_t monitor) {
  int status = 0;
  while (waitpid(monitor, &status, 0) < 0) {
    if (errno != EINTR) return Error(errno, kWait);
  }
  if (!WIFSIGNALED(status)) return cli::Report{.exit_status = WEXITSTATUS(status)};
  return Error(
      "the runtime in the background was killed before it could say that the command runs:",
      strsignal(WTERMSIG(status)), "runtime gc undoes what it has left");
}

// Does the command run? Then there is a byte; else the monitor ends without one. It has a session
// of its own, so that what the terminal sends does not reach it.
Result<bool> AwaitWord(pid_t monitor, const sys::Fd& word) {
  const launch::BlockedSignals blocked;
  ASSIGN_OR_RETURN(const launch::SignalSource signals, launch::SignalSource::Make(blocked));
  while (true) {
    pollfd events[] = {{.fd = word.get(), .events = POLLIN, .revents = 0},
                       {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    if (poll(events, std::size(events), -1) < 0) {
      if (errno == EINTR) continue;
      return Error(errno, kWait);
    }
    if (events[0].revents) return (events[0].revents & POLLIN) != 0;
    ASSIGN_OR_RETURN(const launch::SignalEvent event, signals.Next());
    if (launch::EndsByDefault(event.signal)) kill(monitor, event.signal);
  }
}

// The monitor's side.

// What this process has opened closes on exec; what does not is the caller's, and who reads from
// the other end of it would wait for the container's end.
void CloseInherited(const std::vector<int>& kept) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  if (!folder) return;
  std::vector<int> foreign;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd <= STDERR_FILENO || std::find(kept.begin(), kept.end(), fd) != kept.end()) continue;
    const int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) foreign.push_back(fd);
  }
  for (const int fd : foreign) close(fd);
}

// Of a config that is read from a descriptor.
void AddConfig(const std::string& config, std::vector<int>& fds) {
  if (config.starts_with(config::kDescriptorPrefix)) {
    fds.push_back(atoi(config.c_str() + config::kDescriptorPrefix.size()));
  }
}

// A caller that has ended takes the container along; SIGPIPE is blocked.
Status TellCaller(const sys::Fd& word) {
  const char byte = 0;
  while (write(word.get(), &byte, 1) != 1) {
    if (errno == EPIPE) return Error("the caller has ended");
    if (errno != EINTR) return Error(errno, "tell the caller that the command runs");
  }
  return Ok();
}

// From here on nothing of the caller's is held: not its terminal, not its folder. What there is to
// say at the end goes to the log.
Status LeaveCaller(const sys::Fd& null, RunOptions& options, sys::Fd& word) {
  options.info.reset();
  options.pid_file.reset();
  // The command has them.
  for (const int fd : options.kept_fds) close(fd);
  if (chdir("/") != 0) return Error(errno, "leave the caller's folder");
  const sys::Fd errors(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  for (const auto& [from, to] :
       {std::pair{null.get(), STDIN_FILENO}, std::pair{null.get(), STDOUT_FILENO},
        std::pair{options.log->file.get(), STDERR_FILENO}}) {
    if (dup2(from, to) < 0) return Error(errno, "leave the caller's terminal");
  }
  Status told = TellCaller(word);
  // One that is still there waits for what there is to say.
  const bool listens = !told.ok() && told.error()->errno_value != 0;
  if (listens && errors.valid()) dup2(errors.get(), STDERR_FILENO);
  word.Close();
  return told;
}

bool HasNoReader(const sys::Fd& pipe) {
  pollfd state{.fd = pipe.get(), .events = 0, .revents = 0};
  return poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0;
}

Result<cli::Report> Monitor(Given& given, RunOptions& options, sys::Fd word) {
  setsid();
  std::vector<int> kept = options.kept_fds;
  AddConfig(given.words.Text(kConfig.name), kept);
  CloseInherited(kept);
  ASSIGN_OR_RETURN(const sys::Fd null, sys::Open("/dev/null", O_RDWR));
  Told told(options);
  cli::Report report =
      LaunchContainer(given, options,
                      {.kept = true,
                       .log = options.log->path,
                       .input = null.get(),
                       .output = options.log->file.get(),
                       .started = [&] { return LeaveCaller(null, options, word); }},
                      told);
  Status ended = told.End(report.exit_status);
  if (!ended.ok()) report.warnings.push_back(ended.error());
  // Such a caller has told its user why.
  if (!report.exit_status.ok() && word.valid() && HasNoReader(word)) {
    const int status = report.exit_status.error()->exit_status;
    report.exit_status = status != 0 ? status : cli::kRuntimeFailed;
  }
  return report;
}

}  // namespace

Result<cli::Report> RunDetached(Given& given, RunOptions& options) {
  // What a runtime born elsewhere records of its container's processes, nobody here would find.
  if (!sys::HasChildrenInItsPidNamespace()) {
    return Error(
        "cannot start a runtime in the background: this process's children are to be in another "
        "pid namespace than it is",
        {}, "unshare --pid without --fork leaves it so; add --fork");
  }
  ASSIGN_OR_RETURN(Pipe pipe, MakePipe());
  // A caller that ignores it would keep the monitor's status from this process; waitpid(2).
  struct sigaction reap {};
  struct sigaction before {};
  reap.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &reap, &before);
  const pid_t monitor = fork();
  if (monitor < 0) return Error(errno, "start a runtime in the background");
  if (monitor == 0) {
    sigaction(SIGCHLD, &before, nullptr);
    pipe.read_end.Close();
    return Monitor(given, options, std::move(pipe.write_end));
  }
  pipe.write_end.Close();
  const Result<bool> runs = AwaitWord(monitor, pipe.read_end);
  if (runs.ok() && *runs) return cli::Report{.text = options.id + "\n"};
  // Who cannot wait for it takes it along, and it undoes what it has done so far.
  pipe.read_end.Close();
  if (!runs.ok()) kill(monitor, SIGTERM);
  auto ended = EndWith(monitor);
  return runs.ok() ? std::move(ended) : runs.error();
}

}  // namespace slipway::commands
