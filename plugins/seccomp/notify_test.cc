// Calls that somebody outside answers.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "plugins/seccomp/probe.h"

namespace seccomp {
namespace {

using slipway::testing::AwaitRunning;
using slipway::testing::ContainerTest;
using slipway::testing::Running;
using slipway::testing::RunResult;

constexpr int kPatience = 20'000;  // ms

// Listens at a socket, and answers what a listener that comes in there tells.
class Agent {
 public:
  explicit Agent(const std::string& folder)
      : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const int at = open(folder.c_str(), O_PATH | O_CLOEXEC);
    unlinkat(at, "agent", 0);
    // A folder of a test may have a longer path than an address has room for.
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/agent", at);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(socket_, 4), 0);
    close(at);
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent() {
    close(listener_);
    close(socket_);
  }

  // What comes along with a listener.
  std::string Receive() {
    if (!Await(socket_)) return "nobody has come";
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    char text[4096] = {};
    iovec part{.iov_base = text, .iov_len = sizeof(text) - 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = room;
    header.msg_controllen = sizeof(room);
    const bool came = Await(connection) && recvmsg(connection, &header, MSG_CMSG_CLOEXEC) > 0;
    const cmsghdr* const control = came ? CMSG_FIRSTHDR(&header) : nullptr;
    if (control != nullptr) std::memcpy(&listener_, CMSG_DATA(control), sizeof(int));
    close(connection);
    return text;
  }

  // Answers one call with an error. Returns its number.
  int Answer(int cause) const {
    seccomp_notif call{};
    if (!Await(listener_) || ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return -1;
    seccomp_notif_resp answer{};
    answer.id = call.id;
    answer.error = -cause;
    if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &answer) != 0) return -1;
    return call.data.nr;
  }

 private:
  static bool Await(int fd) {
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    return TEMP_FAILURE_RETRY(poll(&waiting, 1, kPatience)) == 1;
  }

  int socket_;
  int listener_ = -1;
};

class Notify : public ::testing::Test {
 protected:
  void SetUp() override { AddProbe(test_.MakeRoot()); }
  void TearDown() override { test_.ExpectNothingLeft(); }

  std::string Config(const std::string& options, const std::string& pid = "pid",
                     const std::string& credentials = "credentials") const {
    return test_.WriteStages("  - " + pid + "\n  - mount: {root: root}\n  - proc\n  - " +
                             credentials + "\n  - seccomp: {" + options + "}\n");
  }

  ContainerTest test_;
};

constexpr char kOptions[] = "notify: [sysinfo], notify_socket: agent, notify_metadata: mine";

TEST_F(Notify, SomebodyOutsideAnswers) {
  for (const char* pid : {"pid", "pid: {init: false}"}) {
    Agent agent(test_.folder());
    Running container(test_.Argv(Config(kOptions, pid), {"/bin/call_probe", Native(SYS_sysinfo),
                                                         Native(SYS_getppid), Native(SYS_mount)}));
    const std::string message = agent.Receive();
    EXPECT_EQ(agent.Answer(ENOTUNIQ), SYS_sysinfo) << message;
    const RunResult result = container.Await();
    EXPECT_EQ(result.out, "ENOTUNIQ\nok\nEPERM\n") << result.err;
    EXPECT_NE(message.find(R"("fds":["seccompFd"])"), std::string::npos) << message;
    EXPECT_NE(message.find(R"("metadata":"mine")"), std::string::npos) << message;
    EXPECT_NE(message.find(R"("status":"creating")"), std::string::npos) << message;
    EXPECT_EQ(message.find(R"("pid":0)"), std::string::npos) << message;
  }
}

TEST_F(Notify, HoldsForAFurtherProcess) {
  Agent agent(test_.folder());
  Running container(test_.Argv(Config(kOptions),
                               {"/bin/sh", "-c", "echo ready; exec tail -f /dev/null"},
                               {"--root", test_.Path("state")}));
  EXPECT_NE(agent.Receive(), "nobody has come");
  ASSERT_TRUE(container.AwaitOutput("ready\n")) << container.Await().err;
  AwaitRunning(test_.Path("state"));
  Running further({slipway::testing::Runfile("runtime/runtime"), "exec", "--root",
                   test_.Path("state"), test_.next_id(), "/bin/call_probe", Native(SYS_sysinfo)});
  const std::string message = agent.Receive();
  EXPECT_EQ(agent.Answer(ENOTUNIQ), SYS_sysinfo) << message;
  const RunResult result = further.Await();
  EXPECT_EQ(result.out, "ENOTUNIQ\n") << result.err;
  EXPECT_NE(message.find(R"("status":"running")"), std::string::npos) << message;
  container.Signal(SIGTERM);
  container.Await();
}

TEST_F(Notify, AProfileMayAskForIt) {
  test_.Write("profile.json",
              R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": ")" + test_.Path("agent") +
                  R"(", "syscalls": [{"names": ["sysinfo"], "action": "SCMP_ACT_NOTIFY"}]})");
  Agent agent(test_.folder());
  Running container(
      test_.Argv(Config("profile: profile.json"), {"/bin/call_probe", Native(SYS_sysinfo)}));
  EXPECT_NE(agent.Receive(), "nobody has come");
  EXPECT_EQ(agent.Answer(ENOTUNIQ), SYS_sysinfo);
  const RunResult result = container.Await();
  EXPECT_EQ(result.out, "ENOTUNIQ\n") << result.err;
}

TEST_F(Notify, WithoutNoNewPrivilegesItIsRefused) {
  Agent agent(test_.folder());
  const RunResult result = test_.RunContainer(
      Config(kOptions, "pid", "credentials: {no_new_privs: false}"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(
      result.err.find("seccomp: notify_socket: cannot set a filter with a listener: Permission "
                      "denied (it takes no_new_privs of the stage credentials, or "
                      "CAP_SYS_ADMIN)"),
      std::string::npos)
      << result.err;
}

TEST_F(Notify, MistakesAreRefusedBeforeAnythingStarts) {
  const std::pair<const char*, const char*> cases[] = {
      {"notify: [sysinfo]",
       "notify: calls to be notified of, and nobody to answer them (notify_socket says who "
       "listens)"},
      {"notify_socket: agent", "notify_socket: nothing to tell at"},
      {"default: notify, notify_socket: agent",
       "notify_socket: nobody could answer the call \"sendmsg\" (the listener is sent by it: name "
       "it "
       "in allow)"},
      {"notify: [sysinfo], notify_socket: agent", "notify_socket: cannot connect to"},
  };
  for (const auto& [options, error] : cases) {
    const RunResult result = test_.RunContainer(Config(options), {"/bin/true"});
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find(error), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace seccomp
