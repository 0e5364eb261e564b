#include "runtime/state/start_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "runtime/sys/file.h"

namespace slipway::state {
namespace {

constexpr int kBacklog = 8;  // starts that were killed before they were answered

// By the folder's descriptor: the path of a state folder may be longer than unix(7) takes.
Result<sockaddr_un> AddressIn(const sys::Fd& folder) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + kStartSocket;
  if (path.size() >= sizeof(address.sun_path)) return Error(ENAMETOOLONG, "name", path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Error Cannot(const char* what, const Root& root, const std::string& id) {
  return Error(errno, what, root.path() + "/" + id + "/" + kStartSocket);
}

Result<sys::Fd> NewSocket() {
  sys::Fd socket_fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket_fd.valid()) return Error(errno, "make a socket");
  return socket_fd;
}

Result<sys::Fd> FolderOf(const Root& root, const std::string& id) {
  return sys::OpenAt(root.fd(), id, O_PATH | O_DIRECTORY | O_NOFOLLOW, root.path() + "/" + id);
}

// Otherwise connect(2) fails as if nobody listened any more, or follows a link.
Status CheckSocket(const sys::Fd& folder, const Root& root, const std::string& id) {
  struct stat facts {};
  if (fstatat(folder.get(), kStartSocket, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    return Cannot("speak to", root, id)
        .Hint(
            "the container waits there for its start: somebody has removed it; runtime delete "
            "ends the container");
  }
  if (S_ISSOCK(facts.st_mode)) return Ok();
  return Error("not the socket at which the container waits for its start:",
               root.path() + "/" + id + "/" + kStartSocket,
               "somebody has put something else there; runtime delete ends the container");
}

}  // namespace

Result<sys::Fd> ListenForStart(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::Fd folder, FolderOf(root, id));
  ASSIGN_OR_RETURN(const sockaddr_un address, AddressIn(folder));
  ASSIGN_OR_RETURN(sys::Fd listener, NewSocket());
  // The socket file's mode is the socket's, less the umask; unix(7).
  const sys::NoUmask no_umask;
  if (fchmod(listener.get(), S_IRUSR | S_IWUSR) != 0 ||
      bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Cannot("make", root, id);
  }
  if (listen(listener.get(), kBacklog) != 0) return Cannot("listen at", root, id);
  return listener;
}

Result<sys::Fd> ConnectForStart(const Root& root, const std::string& id) {
  ASSIGN_OR_RETURN(const sys::Fd folder, FolderOf(root, id));
  RETURN_IF_ERROR(CheckSocket(folder, root, id));
  ASSIGN_OR_RETURN(const sockaddr_un address, AddressIn(folder));
  ASSIGN_OR_RETURN(sys::Fd connection, NewSocket());
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
      0) {
    return Cannot("speak to", root, id);
  }
  return connection;
}

}  // namespace slipway::state
