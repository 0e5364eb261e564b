#include "plugins/seccomp/listener.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/sys/json.h"

namespace seccomp {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
using slipway::sys::Json;

Status Send(int connection, int listener, const std::string& message) {
  iovec text{.iov_base = const_cast<char*>(message.data()), .iov_len = message.size()};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &text;
  header.msg_iovlen = 1;
  header.msg_control = room;
  header.msg_controllen = sizeof(room);
  cmsghdr* const control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(control), &listener, sizeof(int));
  if (sendmsg(connection, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(message.size())) {
    return Ok();
  }
  return Error(errno, "hand the listener of the filter over").Option("notify_socket");
}

}  // namespace

Result<Fd> ConnectTo(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // Some 100 bytes are all that an address has room for; unix(7).
  std::string given = path;
  Fd folder;
  if (path.size() >= sizeof(address.sun_path)) {
    const size_t slash = path.rfind('/');
    folder = Fd(open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    given = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + path.substr(slash + 1);
  }
  if (given.size() >= sizeof(address.sun_path)) {
    return Error(ENAMETOOLONG, "connect to", path, "the name of a socket is short")
        .Option("notify_socket");
  }
  std::memcpy(address.sun_path, given.data(), given.size());
  Fd connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connection.valid() &&
      connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    return connection;
  }
  return Error(errno, "connect to", path,
               "a program must listen there that answers the calls to be notified of")
      .Option("notify_socket");
}

std::string ProcessState(const std::string& state, pid_t pid, const std::string& metadata) {
  auto read = slipway::sys::ParseJson(state, "state");
  Json container = read.ok() ? std::move(*read) : Json::Object();
  const Json* const first = container.Find("pid");
  const int64_t of_container = first != nullptr ? first->Integer().value_or(0) : 0;
  Json files = Json::Array();
  files.Append(Json::String("seccompFd"));
  Json process = Json::Object();
  process.Set("ociVersion", Json::String("1.0.2"));
  process.Set("fds", std::move(files));
  process.Set("pid", Json::Number(pid > 0 ? pid : of_container));
  if (!metadata.empty()) process.Set("metadata", Json::String(metadata));
  process.Set("state", std::move(container));
  return process.Write();
}

Status SetAndHandOver(const Program& program, uint32_t flags, int connection,
                      const std::string& message) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};
  const Fd listener(static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                             flags | SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter)));
  if (listener.valid()) return Send(connection, listener.get(), message);
  const int cause = errno;
  const char* hint = "";
  if (cause == EACCES) hint = "it takes no_new_privs of the stage credentials, or CAP_SYS_ADMIN";
  if (cause == EBUSY) hint = "a filter around the runtime has a listener already, and there is one";
  return Error(cause, "set a filter with a listener", {}, hint).Option("notify_socket");
}

}  // namespace seccomp
