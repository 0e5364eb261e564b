#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"

namespace {

using slipway::sys::Fd;
using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

namespace fs = std::filesystem;

constexpr char kHosts[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

std::string Stages(const std::string& network) { return "  - network" + network + "\n" + kHosts; }

RunResult InContainer(const std::string& stages, const std::string& script) {
  return ContainerTest().RunScript(stages, script);
}

void ExpectRefused(const std::string& network, const std::string& line) {
  const RunResult result = InContainer(Stages(network), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
}

// Devices, a line each.
constexpr char kDevices[] = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; ";

TEST(Network, HasTheLoopbackDeviceAlone) {
  EXPECT_EQ(InContainer(Stages(""), kDevices).out, "lo\n");
}

TEST(Network, BytesPassOverItsLoopbackBothWays) {
  const RunResult result =
      InContainer(Stages(""),
                  "nc -l -p 5000 -e /bin/cat & for try in $(seq 1000); do "
                  "answer=$(echo question | nc -w 5 127.0.0.1 5000 2>/dev/null); "
                  "test -z \"$answer\" || break; done; echo $answer");
  EXPECT_EQ(result.out, "question\n") << result.err;
}

TEST(Network, LoopbackCanStayDown) {
  const RunResult result =
      InContainer(Stages(": {loopback: false}"), "nc -w 5 127.0.0.1 5000 2>&1 </dev/null");
  EXPECT_NE(result.out.find("Network is unreachable"), std::string::npos)
      << result.out << result.err;
}

// A socket of this test, at an address that the kernel chooses, which accepts.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_.get(), 1), 0);
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  std::string port() const { return std::to_string(port_); }

 private:
  Fd socket_;
  int port_ = 0;
};

TEST(Network, ReachesNoListenerOfTheMachine) {
  const Listener listener;
  const std::string script =
      "nc -w 5 127.0.0.1 " + listener.port() + " -e /bin/true 2>/dev/null && echo reached";
  EXPECT_EQ(InContainer(kHosts, script).out, "reached\n") << "without the stage";
  EXPECT_EQ(InContainer(Stages(""), script).out, "");
}

TEST(Network, SeesNoAbstractSocketOfTheMachine) {
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "slipway-test-" + std::to_string(getpid());
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())),
            0);
  const std::string script = "grep -c @" + name + " /proc/net/unix";
  EXPECT_EQ(InContainer(kHosts, script).out, "1\n") << "without the stage";
  EXPECT_EQ(InContainer(Stages(""), script).out, "0\n");
}

// A network namespace that lives as long as its file is open here.
Fd MakeNamespace() {
  Fd file;
  std::thread([&file] {
    if (unshare(CLONE_NEWNET) == 0)
      file = Fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  }).join();
  return file;
}

TEST(Network, JoinsOneThatThereIs) {
  const Fd file = MakeNamespace();
  ASSERT_TRUE(file.valid());
  const std::string path =
      "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file.get());
  const std::string theirs = fs::read_symlink(path);
  const RunResult result =
      InContainer(Stages(": {join: " + path + "}"), "readlink /proc/self/ns/net");
  EXPECT_EQ(result.out, theirs + "\n") << result.err;
}

TEST(Network, StaysInTheHostsIfThatIsSaid) {
  const std::string host = fs::read_symlink("/proc/self/ns/net");
  EXPECT_EQ(InContainer(Stages(": {host: true}"), "readlink /proc/self/ns/net").out, host + "\n");
}

TEST(Network, TheHostsIsNoOtherOne) {
  ExpectRefused(
      ": {host: true, uplink: auto}",
      "network: host: the host's network and another one (leave out host, or join, uplink "
      "and cni)");
}

TEST(Network, AFileOfNoNetworkNamespaceIsRefused) {
  for (const char* path : {"/proc/self/ns/uts", "/etc/passwd"}) {
    ExpectRefused(std::string(": {join: ") + path + "}",
                  std::string("test.yaml:3:21: network: join: not a network namespace \"") + path +
                      "\" (name a file such as /run/netns/web or /proc/PID/ns/net)");
  }
  ExpectRefused(
      ": {join: /run/netns/none-of-these}",
      "network: join: cannot open \"/run/netns/none-of-these\": No such file or directory");
}

TEST(Network, WorksInAUserNamespace) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(Stages(""));
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::vector<std::string> words = test.Argv(config, {"/bin/sh", "-c", kDevices});
  argv.insert(argv.end(), words.begin(), words.end());
  EXPECT_EQ(slipway::testing::RunProgram(argv).out, "lo\n");
}

TEST(Network, SaysWhatItWouldDo) {
  const RunResult result = ContainerTest().Plan(Stages(""));
  EXPECT_NE(result.out.find("a new one, with loopback up\n"), std::string::npos) << result.out;
}

}  // namespace
