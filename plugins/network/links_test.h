// What the tests of the container's interfaces share: a network namespace of the test's own, which
// stands for the host's, and somebody there who answers.

#ifndef SLIPWAY_PLUGINS_NETWORK_LINKS_TEST_H_
#define SLIPWAY_PLUGINS_NETWORK_LINKS_TEST_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"

namespace network {

// Sends back what it gets, on all addresses of the namespace in which it was made.
class Echo {
 public:
  static constexpr int kPort = 5000;

  Echo() : socket_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(kPort);
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(socket_.get(), 1), 0);
    thread_ = std::thread([this] { Answer(); });
  }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  ~Echo() {
    shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }

 private:
  void Answer() const {
    while (true) {
      const slipway::sys::Fd peer(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer.valid()) return;
      char bytes[64];
      for (ssize_t size = 0; (size = read(peer.get(), bytes, sizeof(bytes))) > 0;) {
        EXPECT_EQ(write(peer.get(), bytes, static_cast<size_t>(size)), size);
      }
    }
  }

  slipway::sys::Fd socket_;
  std::thread thread_;
};

// In the container: asks the one who answers at the address.
inline std::string Ask(const std::string& address) {
  return "echo question | nc -w 5 " + address + " " + std::to_string(Echo::kPort) + "\n";
}

class Links : public ::testing::Test {
 protected:
  static constexpr char kRest[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

  void SetUp() override {
    if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root, for a network of the test's own";
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    Ip("link set lo up");
  }

  // ip(8) in the test's network namespace. Returns what it prints.
  static std::string Ip(const std::string& words) {
    const auto result = slipway::testing::RunProgram({"/bin/sh", "-c", "/usr/sbin/ip " + words});
    EXPECT_EQ(result.status, 0) << words << ": " << result.err;
    return result.out;
  }

  // The names of the devices there, each behind a blank.
  static std::string Devices() {
    std::string names;
    std::string text = slipway::testing::ReadText("/proc/thread-self/net/dev");
    for (size_t colon = 0; (colon = text.find(':')) != std::string::npos;
         text.erase(0, colon + 1)) {
      const size_t begin = text.find_last_of(" \n", colon) + 1;
      names += " " + text.substr(begin, colon - begin);
    }
    return names;
  }

  static std::string Stages(const std::string& options) {
    return "  - network: {" + options + "}\n" + kRest;
  }

  slipway::testing::RunResult Run(const std::string& options, const std::string& script) {
    return test_.RunScript(Stages(options), script);
  }

  void ExpectRefused(const std::string& options, const std::string& line) {
    const std::string before = Devices();
    const slipway::testing::RunResult result = Run(options, "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
    EXPECT_EQ(Devices(), before);
  }

  slipway::testing::ContainerTest test_;
};

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_LINKS_TEST_H_
