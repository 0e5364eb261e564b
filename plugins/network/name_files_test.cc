// Names in the container: by its files, and by a name server in a network namespace of the test's
// own.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

#include "plugins/network/host_network.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"

namespace slipway::network {
namespace {

namespace fs = std::filesystem;
using testing::ContainerTest;
using testing::RunResult;

constexpr char kFiles[] = "cat /etc/resolv.conf; tail -n +5 /etc/hosts; cat /etc/hostname";

class NameFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    test_.MakeRoot();
    for (const char* name : {"resolv.conf", "hosts", "hostname"}) {
      test_.Write(std::string("root/etc/") + name, "the image's\n");
    }
  }

  RunResult Run(const std::string& options, const std::string& script) {
    return test_.RunScript(
        "  - uts: {hostname: web}\n  - pid\n  - mount: {root: root}\n  - proc\n"
        "  - network: {" +
            options + "}\n",
        script);
  }

  ContainerTest test_;
};

TEST_F(NameFiles, AreWhatTheOptionsSay) {
  EXPECT_EQ(Run("dns: {servers: [192.0.2.1], search: [a.example], options: ['ndots:2']}, "
                "hosts: {db: 192.0.2.7}",
                kFiles)
                .out,
            "nameserver 192.0.2.1\nsearch a.example\noptions ndots:2\n127.0.1.1 web\n"
            "192.0.2.7 db\nweb\n");
}

TEST_F(NameFiles, LeaveTheRootFolderAsItIs) {
  Run("hosts: {db: 192.0.2.7}", "echo more >> /etc/hosts");
  EXPECT_EQ(testing::ReadText(test_.Path("root/etc/hosts")), "the image's\n");
}

TEST_F(NameFiles, AreTheImagesWithoutConnectionAndOptions) {
  EXPECT_EQ(Run("", "cat /etc/resolv.conf").out, "the image's\n");
}

TEST_F(NameFiles, ALinkOfTheImagesStaysInItsRoot) {
  const std::string outside = test_.Write("outside", "the host's\n");
  fs::remove(test_.Path("root/etc/resolv.conf"));
  fs::create_symlink("../../../.." + outside, test_.Path("root/etc/resolv.conf"));
  fs::create_directories(test_.Path("root") + fs::path(outside).parent_path().string());
  test_.Write("root" + outside, "the image's\n");
  EXPECT_EQ(Run("dns: {servers: [192.0.2.1]}", "cat /etc/resolv.conf").out,
            "nameserver 192.0.2.1\n");
  EXPECT_EQ(testing::ReadText(outside), "the host's\n");
}

TEST_F(NameFiles, ALinkOfTheImagesToNothingIsNamed) {
  fs::remove(test_.Path("root/etc/resolv.conf"));
  fs::create_symlink("../run/systemd/resolve/stub-resolv.conf", test_.Path("root/etc/resolv.conf"));
  const RunResult result = Run("dns: {servers: [192.0.2.1]}", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("network: dns: cannot open the container's \"/etc/resolv.conf\": No "
                            "such file or directory (a mount point must exist"),
            std::string::npos)
      << result.err;
}

TEST_F(NameFiles, WantARootThatIsThere) {
  const RunResult result = test_.RunScript(
      "  - network: {hosts: {db: 192.0.2.7}}\n  - pid\n  - mount: {root: root}\n  - proc\n",
      "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("network: hosts: cannot give the container its own names "
                            "\"/etc/resolv.conf\" (it has no root of its own yet: put this stage "
                            "behind the one that sets the root, such as mount)"),
            std::string::npos)
      << result.err;
}

TEST_F(NameFiles, ABadAddressIsRefused) {
  const RunResult result = Run("hosts: {db: here}", "true");
  EXPECT_NE(result.err.find("network: hosts.db: not an address \"here\""), std::string::npos)
      << result.err;
}

TEST_F(NameFiles, ANameIsFoundInHosts) {
  EXPECT_EQ(Run("hosts: {db.example: 127.0.0.9}", "ping -c 1 -w 5 db.example | head -n 1").out,
            "PING db.example (127.0.0.9): 56 data bytes\n");
}

// Answers one question of the type A with 192.0.2.77; RFC 1035, section 4.
void AnswerName(const sys::Fd& socket) {
  for (bool is_answered = false; !is_answered;) {
    unsigned char text[512];
    sockaddr_in peer{};
    socklen_t peer_size = sizeof(peer);
    const ssize_t size = recvfrom(socket.get(), text, sizeof(text) - 16, 0,
                                  reinterpret_cast<sockaddr*>(&peer), &peer_size);
    if (size < 17) return;
    const bool is_a = text[size - 3] == 1;  // else AAAA, of which there is none
    text[2] = 0x81;
    text[3] = 0x80;
    text[7] = is_a ? 1 : 0;
    constexpr unsigned char kAnswer[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 77};
    std::copy(std::begin(kAnswer), std::end(kAnswer), text + size);
    sendto(socket.get(), text, static_cast<size_t>(size) + (is_a ? sizeof(kAnswer) : 0), 0,
           reinterpret_cast<sockaddr*>(&peer), peer_size);
    is_answered = is_a;
  }
}

// The machine's own root, read-only: its getent(1) and C library.
TEST_F(NameFiles, GetentAsksTheNameServerOfTheHost) {
  if (!HasTun()) GTEST_SKIP() << kNoTun;
  const HostNetwork host;
  const std::string resolv = test_.Write("resolv.conf",
                                         "nameserver 127.0.0.53\n"
                                         "nameserver 10.99.1.1\n");
  ASSERT_EQ(mount(resolv.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr), 0);
  sys::Fd server;
  host.Run([&] {
    server = sys::Fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_in name = Address(kAddress, 53);
    EXPECT_EQ(bind(server.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
  });
  std::thread answers([&] { AnswerName(server); });
  RunResult result;
  host.Run([&] {
    result = testing::RunProgram(
        test_.Argv(test_.WriteStages("  - pid\n  - mount: {root: /, readonly: true}\n  - proc\n"
                                     "  - network: {uplink: pasta}\n"),
                   {"/usr/bin/getent", "ahostsv4", "some.example"}));
  });
  shutdown(server.get(), SHUT_RDWR);
  answers.join();
  EXPECT_EQ(umount2("/etc/resolv.conf", MNT_DETACH), 0);
  EXPECT_EQ(result.out.substr(0, result.out.find(' ')), "192.0.2.77") << result.err;
  test_.ExpectNothingLeft();
}

}  // namespace
}  // namespace slipway::network
