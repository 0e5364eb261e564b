#include "runtime/sys/outside.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace slipway::sys {
namespace {

constexpr size_t kFiles = 2;

// A message with descriptors, unix(7).
struct Envelope {
  Envelope() {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
  }
  alignas(cmsghdr) char control[CMSG_SPACE(kFiles * sizeof(int))] = {};
  uint64_t number = 0;
  iovec part{&number, sizeof(number)};
  msghdr header{};
};

bool Send(int socket, uint64_t number, int file, int other) {
  const int files[kFiles] = {file, other};
  const size_t size = (other < 0 ? 1 : kFiles) * sizeof(int);
  Envelope envelope;
  envelope.number = number;
  envelope.header.msg_control = envelope.control;
  envelope.header.msg_controllen = CMSG_SPACE(size);
  cmsghdr* control = CMSG_FIRSTHDR(&envelope.header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(control), files, size);
  return TEMP_FAILURE_RETRY(sendmsg(socket, &envelope.header, MSG_NOSIGNAL)) > 0;
}

// False: nobody can ask any more.
bool Receive(int socket, uint64_t& number, Fd& file, Fd& other) {
  Envelope envelope;
  envelope.header.msg_control = envelope.control;
  envelope.header.msg_controllen = sizeof(envelope.control);
  if (TEMP_FAILURE_RETRY(recvmsg(socket, &envelope.header, MSG_CMSG_CLOEXEC)) <= 0) return false;
  number = envelope.number;
  const cmsghdr* control = CMSG_FIRSTHDR(&envelope.header);
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return true;
  int files[kFiles] = {-1, -1};
  memcpy(files, CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
  file = Fd(files[0]);
  other = Fd(files[1]);
  return true;
}

[[noreturn]] void Serve(Fd socket, Outside::Act act) {
  // What is meant for the runtime, from a terminal too, is not meant for this one; it ends with it.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Nothing that the runtime has open lives on here.
  const int own = dup3(socket.get(), STDIN_FILENO, O_CLOEXEC);
  syscall(SYS_close_range, STDIN_FILENO + 1, ~0U, 0);
  (void)socket.Release();
  while (own == STDIN_FILENO) {
    uint64_t number = 0;
    Fd file;
    Fd other;
    if (!Receive(own, number, file, other)) break;
    const int cause = act(number, file.get(), other.get());
    if (TEMP_FAILURE_RETRY(send(own, &cause, sizeof(cause), MSG_NOSIGNAL)) < 0) break;
  }
  _exit(0);
}

}  // namespace

Result<Outside> Outside::Start(Act act) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error(errno, "make a way to a process outside of the container");
  }
  Fd here(ends[0]);
  Fd there(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return Error(errno, "make a process outside of the container");
  if (pid == 0) {
    here.Close();
    Serve(std::move(there), act);
  }
  return Outside(std::move(here), pid);
}

Outside& Outside::operator=(Outside&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(pid_, other.pid_);
  return *this;
}

Outside::~Outside() {
  if (pid_ <= 0) return;
  Dismiss();
  (void)TEMP_FAILURE_RETRY(waitpid(pid_, nullptr, 0));
}

int Outside::Ask(uint64_t number, int file, int other) const {
  int cause = 0;
  if (!Send(socket_.get(), number, file, other)) return errno;
  const ssize_t size = TEMP_FAILURE_RETRY(recv(socket_.get(), &cause, sizeof(cause), 0));
  return size == sizeof(cause) ? cause : EPIPE;
}

void Outside::Dismiss() const {
  if (started()) (void)shutdown(socket_.get(), SHUT_RDWR);
}

}  // namespace slipway::sys
