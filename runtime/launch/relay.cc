#include "runtime/launch/relay.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <string>

#include "runtime/launch/terminal.h"

namespace slipway::launch {
namespace {

constexpr std::chrono::milliseconds kHurried{1000};
// More than a pty holds: what comes behind it was written by a process that goes on.
constexpr size_t kMostLeft = size_t{256} << 10;

// O_NONBLOCK is of the open file, which the caller and others have too. So it is opened once more
// where that can be done; else a poll(2) before each call has to do.
sys::Fd Own(int fd, int flags) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (isatty(fd)) {
    sys::Fd again(open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (again.valid()) return again;
  }
  return sys::Fd(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

bool TryAgain() { return errno == EAGAIN || errno == EINTR; }

Error CannotRelay(int cause) {
  return Error(cause, "relay the command's terminal").In({}, "launch");
}

}  // namespace

Result<std::unique_ptr<Relay>> Relay::Begin(sys::Fd master) {
  const int flags = fcntl(master.get(), F_GETFL);
  if (flags < 0 || fcntl(master.get(), F_SETFL, flags | O_NONBLOCK) != 0) return CannotRelay(errno);
  sys::Fd slave(ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave.valid()) return CannotRelay(errno);
  // Of a caller that has closed it: nobody waits for what is shown then.
  sys::Fd output = Own(STDOUT_FILENO, O_WRONLY);
  if (!output.valid()) output = sys::Fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!output.valid()) return CannotRelay(errno);
  std::unique_ptr<Relay> relay(new Relay(std::move(master), std::move(slave),
                                         Own(STDIN_FILENO, O_RDONLY), std::move(output)));
  relay->Resume();
  return relay;
}

Relay::Relay(sys::Fd master, sys::Fd slave, sys::Fd input, sys::Fd output)
    : master_(std::move(master)),
      slave_(std::move(slave)),
      input_(std::move(input)),
      output_(std::move(output)),
      modes_(STDIN_FILENO) {}

void Relay::Resume() {
  if (!master_.valid()) return;
  modes_.Enter();
  Resize();
}

void Relay::Resize() const {
  if (master_.valid()) CopySize(master_.get());
}

void Relay::Await(pollfd* events) const {
  const short from_master = shown_.empty() ? POLLIN : 0;
  const short to_master = typed_.empty() ? 0 : POLLOUT;
  const bool moves = (from_master | to_master) != 0;
  events[0] = {.fd = typed_.empty() ? input_.get() : -1, .events = POLLIN, .revents = 0};
  events[1] = {.fd = moves ? master_.get() : -1,
               .events = static_cast<short>(from_master | to_master),
               .revents = 0};
  events[2] = {.fd = output_.get(),
               .events = static_cast<short>(shown_.empty() ? 0 : POLLOUT),
               .revents = 0};
}

bool Relay::Move(const pollfd* events) {
  if (!master_.valid()) return true;
  if (events[2].revents & (POLLERR | POLLHUP | POLLNVAL)) {
    HangUp();
    return true;
  }
  if (events[2].revents) WriteOutput();
  if (events[1].revents & POLLOUT) WriteMaster();
  if (events[1].revents & ~POLLOUT) (void)ReadMaster();
  if (!events[0].revents) return true;
  if (modes_.InBackground()) return false;
  modes_.Enter();
  ReadInput();
  return true;
}

void Relay::ReadInput() {
  const ssize_t size = read(input_.get(), typed_.bytes.data(), typed_.bytes.size());
  if (size < 0 && TryAgain()) return;
  if (size > 0) {
    typed_.begin = 0;
    typed_.end = static_cast<size_t>(size);
    line_begun_ = typed_.bytes[typed_.end - 1] != '\n';
    return WriteMaster();
  }
  // Of a raw terminal that is its end; another one is read no more.
  if (modes_.is_terminal()) {
    if (!modes_.InBackground()) HangUp();
    return;
  }
  EndInput();
}

// Ctrl-D hands on what stands in a line that has begun; only in front of a line is it the end.
void Relay::EndInput() {
  input_.Close();
  termios modes{};
  if (tcgetattr(master_.get(), &modes) != 0 || (modes.c_lflag & ICANON) == 0) return;
  typed_.begin = 0;
  typed_.end = line_begun_ ? 2 : 1;
  typed_.bytes[0] = typed_.bytes[1] = static_cast<char>(modes.c_cc[VEOF]);
  WriteMaster();
}

void Relay::WriteMaster() {
  const ssize_t size =
      write(master_.get(), typed_.bytes.data() + typed_.begin, typed_.end - typed_.begin);
  if (size > 0) typed_.begin += static_cast<size_t>(size);
  if (size < 0 && !TryAgain()) HangUp();
}

// False: there is nothing at the moment, or never again.
bool Relay::ReadMaster() {
  const ssize_t size = read(master_.get(), shown_.bytes.data(), shown_.bytes.size());
  if (size < 0 && TryAgain()) return false;
  if (size <= 0) {
    HangUp();
    return false;
  }
  shown_.begin = 0;
  shown_.end = static_cast<size_t>(size);
  return true;
}

void Relay::WriteOutput() {
  const ssize_t size =
      write(output_.get(), shown_.bytes.data() + shown_.begin, shown_.end - shown_.begin);
  if (size > 0) shown_.begin += static_cast<size_t>(size);
  if (size < 0 && !TryAgain()) HangUp();
}

void Relay::HangUp() {
  modes_.Leave();
  for (sys::Fd* fd : {&slave_, &master_, &input_, &output_}) fd->Close();
  typed_.begin = typed_.end;
  shown_.begin = shown_.end;
}

void Relay::Finish(const SignalSource& signals, bool hurry) {
  const auto end = std::chrono::steady_clock::now() + kHurried;
  size_t left = kMostLeft;
  while (master_.valid()) {
    if (shown_.empty()) {
      if (left == 0 || !ReadMaster()) break;
      left -= std::min(left, shown_.end);
    }
    pollfd events[] = {{.fd = output_.get(), .events = POLLOUT, .revents = 0},
                       {.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    const int ready =
        poll(events, std::size(events), hurry ? static_cast<int>(kHurried.count()) : -1);
    if (hurry && (ready == 0 || std::chrono::steady_clock::now() > end)) break;
    if (events[1].revents) {
      const Result<SignalEvent> event = signals.Next();
      if (!event.ok() || EndsByDefault(event->signal)) break;
    }
    if (events[0].revents) WriteOutput();
  }
  HangUp();
}

}  // namespace slipway::launch
