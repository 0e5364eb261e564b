// A network of its own that a program connects with the host's. The host's side is a network
// namespace of the test's own.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <string>

#include "plugins/network/host_network.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"

namespace slipway::network {
namespace {

using sys::Fd;
using testing::ContainerTest;
using testing::Running;
using testing::RunProgram;
using testing::RunResult;

constexpr char kRest[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

class UplinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::IsRoot()) GTEST_SKIP() << "needs root, for a network of the test's own";
    if (!HasTun()) GTEST_SKIP() << kNoTun;
    test_.MakeRoot();
  }

  static std::string Stages(const std::string& options) {
    return "  - network: {" + options + "}\n" + kRest;
  }

  RunResult Run(const std::string& stages, const std::string& script) {
    RunResult result;
    host_.Run([&] { result = test_.RunScript(stages, script); });
    return result;
  }

  const HostNetwork host_;
  ContainerTest test_;
};

TEST_F(UplinkTest, PastaPassesBytesBothWays) {
  EXPECT_EQ(Heard(host_, [&] { return Run(Stages("uplink: pasta"), kAsk); }), kHeard);
}

TEST_F(UplinkTest, Slirp4netnsPassesBytesBothWays) {
  EXPECT_EQ(Heard(host_, [&] { return Run(Stages("uplink: slirp4netns"), kAsk); }), kHeard);
}

TEST_F(UplinkTest, AutoIsPasta) {
  const RunResult result = test_.Plan(Stages("uplink: auto, ports: ['127.0.0.1:2222:22']"));
  EXPECT_NE(result.out.find("by pasta, port 2222 of 127.0.0.1 to 22/tcp"), std::string::npos)
      << result.out << result.err;
}

TEST_F(UplinkTest, DoesNotLeadToTheHostsLoopback) {
  const Fd listener = Listen(host_, INADDR_LOOPBACK, 7000);
  for (const char* kind : {"pasta", "slirp4netns"}) {
    for (const char* address : {"127.0.0.1", "10.99.0.254", "10.0.2.2"}) {
      EXPECT_EQ(Run(Stages(std::string("uplink: ") + kind),
                    std::string("nc -w 1 ") + address + " 7000 -e true 2>/dev/null && echo reached")
                    .out,
                "")
          << kind << address;
    }
  }
}

// Connects to the host's port until somebody listens behind it, and asks.
std::string AskPort(int port) {
  char answer[9] = {};
  for (int i = 0; i < 1000; ++i) {
    const Fd peer(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in name = Address(INADDR_LOOPBACK, port);
    EXPECT_EQ(connect(peer.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
    if (send(peer.get(), "question\n", 9, MSG_NOSIGNAL) != 9) continue;
    const ssize_t size = recv(peer.get(), answer, sizeof(answer), MSG_WAITALL);
    if (size > 0) return {answer, static_cast<size_t>(size)};
  }
  return {};
}

TEST_F(UplinkTest, ForwardsAPort) {
  std::string answer;
  host_.Run([&] {
    const std::string config =
        test_.WriteStages(Stages("uplink: pasta, ports: ['127.0.0.1:8080:80']"));
    Running container(
        test_.Argv(config, {"/bin/sh", "-c", "nc -ll -p 80 -e /bin/cat & echo up; wait"}));
    EXPECT_TRUE(container.AwaitOutput("up"));
    answer = AskPort(8080);
    container.Signal(SIGTERM);
    container.Await();
  });
  EXPECT_EQ(answer, "question\n");
  test_.ExpectNothingLeft();
}

TEST_F(UplinkTest, EndsWithGcAfterSigkill) {
  host_.Run([&] {
    const std::string config = test_.WriteStages(Stages("uplink: pasta"));
    Running container(test_.Argv(config, {"/bin/sh", "-c", "echo up; exec sleep 1000"}));
    EXPECT_TRUE(container.AwaitOutput("up"));
    container.Signal(SIGKILL);
    container.Await();
    EXPECT_EQ(RunProgram({testing::Runfile("runtime/runtime"), "gc"}).status, 0);
  });
  test_.ExpectNothingLeft();
}

TEST_F(UplinkTest, APortThatIsTakenIsNamedInItsOwnWords) {
  const Fd listener = Listen(host_, INADDR_LOOPBACK, 8080);
  const RunResult result = Run(Stages("uplink: pasta, ports: ['127.0.0.1:8080:80']"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("network: uplink: /usr/bin/pasta failed ("), std::string::npos)
      << result.err;
}

TEST_F(UplinkTest, ABadPortIsRefused) {
  const RunResult result = Run(Stages("uplink: pasta, ports: ['web:80']"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("network: ports[0]: cannot forward the port \"web:80\" (as 8080:80"),
            std::string::npos)
      << result.err;
}

TEST_F(UplinkTest, PortsNeedAnUplink) {
  const RunResult result = Run(Stages("ports: ['80:80']"), "true");
  EXPECT_NE(result.err.find("network: ports: cannot forward ports (without an uplink none are: add "
                            "uplink: auto)"),
            std::string::npos)
      << result.err;
}

TEST_F(UplinkTest, WithoutTheProgramItSaysWhatToInstall) {
  RunResult result;
  const RunResult program =
      RunProgram({"/usr/bin/unshare", "--mount", "/bin/sh", "-ec",
                  "mount -t tmpfs none /usr/bin; " + testing::Runfile("runtime/runtime") +
                      " check --probe --config " + test_.WriteStages(Stages("uplink: pasta"))});
  EXPECT_NE(program.err.find("there is no pasta (a program of the system's own, in /usr/bin, that "
                             "connects the container; apt-get install passt)"),
            std::string::npos)
      << program.err;
}

}  // namespace
}  // namespace slipway::network
