// The host's side of tests of networks: a network namespace of the test's own, in which processes
// listen and connect. No traffic leaves it.

#ifndef SLIPWAY_PLUGINS_NETWORK_HOST_NETWORK_H_
#define SLIPWAY_PLUGINS_NETWORK_HOST_NETWORK_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "runtime/sdk/testing/process.h"
#include "runtime/sys/fd.h"

namespace slipway::network {

// Gives the network namespace of this thread a way out, which leads nowhere, and an address that
// only its own processes and what is connected with it can reach.
inline void MakeWayOut() {
  const testing::RunResult made = testing::RunProgram(
      {"/bin/sh", "-ec",
       "ip link set lo up; ip link add out type veth peer name far; "
       "ip address add 10.99.0.1/24 dev out; ip address add 10.99.1.1/32 dev out; "
       "ip link set far up; ip link set out up; ip route add default via 10.99.0.254"});
  EXPECT_EQ(made.status, 0) << made.err;
}

// Stands for the host: such a network namespace.
class HostNetwork {
 public:
  HostNetwork() {
    std::thread([this] {
      if (unshare(CLONE_NEWNET) != 0) return;
      file_ = sys::Fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
      MakeWayOut();
    }).join();
    EXPECT_TRUE(file_.valid());
  }

  // A thread's work there; children that it makes are there too.
  void Run(const std::function<void()>& work) const {
    std::thread([&] {
      EXPECT_EQ(setns(file_.get(), CLONE_NEWNET), 0);
      work();
    }).join();
  }

 private:
  sys::Fd file_;
};

inline constexpr uint32_t kAddress = 0x0a630101;  // 10.99.1.1

inline sockaddr_in Address(uint32_t address, int port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(address);
  result.sin_port = htons(static_cast<uint16_t>(port));
  return result;
}

// Listens on the host's side.
inline sys::Fd Listen(const HostNetwork& host, uint32_t address, int port) {
  sys::Fd listener;
  host.Run([&] {
    listener = sys::Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in name = Address(address, port);
    EXPECT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
    EXPECT_EQ(listen(listener.get(), 1), 0);
  });
  return listener;
}

// Takes a connection, reads a line and answers it.
inline std::string Serve(const sys::Fd& listener) {
  const sys::Fd peer(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  std::string line;
  for (char c = 0; read(peer.get(), &c, 1) == 1 && c != '\n';) line += c;
  const std::string answer = "answer to " + line + "\n";
  EXPECT_EQ(write(peer.get(), answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
  return line;
}

// Has the kernel the devices that programs make?
inline bool HasTun() { return access("/dev/net/tun", F_OK) == 0; }
inline constexpr char kNoTun[] = "the kernel has no /dev/net/tun: the module tun is not loaded";

// While it lives, /dev/net/tun is a device at `path` that everybody may use: the machine's is
// mostly root's alone. In a mount namespace of the test's own.
class OpenTun {
 public:
  explicit OpenTun(std::string path) : path_(std::move(path)) {
    EXPECT_EQ(mknod(path_.c_str(), S_IFCHR, makedev(10, 200)), 0);
    EXPECT_EQ(chmod(path_.c_str(), 0666), 0);
    EXPECT_EQ(mount(path_.c_str(), "/dev/net/tun", nullptr, MS_BIND, nullptr), 0);
  }
  OpenTun(const OpenTun&) = delete;
  OpenTun& operator=(const OpenTun&) = delete;
  ~OpenTun() { EXPECT_EQ(umount2("/dev/net/tun", MNT_DETACH), 0); }

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

// A command of a container's, with busybox's nc: asks the listener at kAddress, and says on stderr
// what it has answered.
inline constexpr char kAsk[] =
    "nc -w 5 10.99.1.1 7000 -e /bin/sh -c 'echo question; read line; echo \"$line\" >&2'";
inline constexpr char kHeard[] = "question, answer to question\n";

// What a listener and a container that runs kAsk have heard of each other.
inline std::string Heard(const HostNetwork& host, const std::function<testing::RunResult()>& run) {
  const sys::Fd listener = Listen(host, kAddress, 7000);
  std::string heard;
  std::thread server([&] { heard = Serve(listener); });
  const testing::RunResult result = run();
  shutdown(listener.get(), SHUT_RDWR);
  server.join();
  // Behind what the runtime may have to warn of on this machine.
  const std::string& err = result.err;
  const size_t last = err.size() < 2 ? std::string::npos : err.rfind('\n', err.size() - 2);
  return heard + ", " + err.substr(last + 1);
}

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_HOST_NETWORK_H_
