// What the tests of the container's interfaces share: a network namespace of the test's own, which
// stands for the host's, and somebody there who answers.

#ifndef SLIPWAY_PLUGINS_NETWORK_LINKS_TEST_H_
#define SLIPWAY_PLUGINS_NETWORK_LINKS_TEST_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

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

  // A container that runs until it is ended, and has said that it does.
  std::unique_ptr<slipway::testing::Running> Start(const std::string& options,
                                                   const std::vector<std::string>& flags = {}) {
    test_.MakeRoot();
    id_ = test_.next_id();
    std::vector<std::string> all = {"--root", test_.Path("state")};
    all.insert(all.end(), flags.begin(), flags.end());
    auto container = std::make_unique<slipway::testing::Running>(test_.Argv(
        test_.WriteStages(Stages(options)),
        {"/bin/sh", "-c", "nc -ll -p 5000 -e /bin/cat & echo begun; exec tail -f /dev/null"}, all));
    EXPECT_TRUE(container->AwaitOutput("begun\n")) << container->Await().err;
    // A moment after the command runs.
    while (Later({"list", "--format", "json"}).out.find("\"running\"") == std::string::npos) {
      sched_yield();
    }
    return container;
  }

  void End(slipway::testing::Running& container) {
    container.Signal(SIGTERM);
    EXPECT_EQ(container.Await().err, "");
    test_.ExpectNothingLeft();
  }

  slipway::testing::RunResult Later(const std::vector<std::string>& words) const {
    std::vector<std::string> argv = test_.Argv("", {});
    std::vector<std::string> verb = {argv[0], words[0], "--root", test_.Path("state")};
    if (words[0] == "gc") verb.insert(verb.end(), {argv[3], argv[4]});
    verb.insert(verb.end(), words.begin() + 1, words.end());
    return slipway::testing::RunProgram(verb);
  }

  // Its runtime is killed, then it is, and then what they have left is undone.
  void KillAndCollect(slipway::testing::Running& container) {
    const std::string before = Devices();
    container.Signal(SIGKILL);
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(container.pid()), &info, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(Devices(), before) << "the container runs on";
    EXPECT_EQ(Later({"kill", id_, "KILL"}).status, 0);
    container.Await();
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    const slipway::testing::RunResult gc = Later({"gc"});
    EXPECT_EQ(gc.out, id_ + ": network: undone: 1 step\n" + id_ + ": removed\n") << gc.err;
    test_.ExpectNothingLeft();
  }

  slipway::testing::ContainerTest test_;
  std::string id_;  // of Start
};

}  // namespace network

#endif  // SLIPWAY_PLUGINS_NETWORK_LINKS_TEST_H_
