// The network of a container with a user namespace, connected with the host's by a program: as root
// and as a user without rights.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plugins/network/host_network.h"
#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"

namespace slipway::network {
namespace {

namespace fs = std::filesystem;

// Nobody else on the machine has it.
uid_t User() { return 100000 + static_cast<uid_t>(getpid()); }

class UplinkUser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::IsRoot()) GTEST_SKIP() << "needs root, to become another user";
    if (!HasTun()) GTEST_SKIP() << kNoTun;
    const std::string& folder = copy_.folder();
    ASSERT_EQ(testing::RunProgram({"/bin/cp", "-a", test_.MakeRoot(), folder + "/root"}).status, 0);
    for (const char* name : {"/state", "/node"}) fs::create_directory(folder + name);
    ASSERT_EQ(chown((folder + "/state").c_str(), User(), User()), 0);
    tun_.emplace(folder + "/node/tun");
  }
  void TearDown() override {
    if (!tun_) return;
    tun_.reset();
    test_.ExpectNothingLeft();
  }

  std::string State() const { return copy_.folder() + "/state"; }

  std::vector<std::string> Argv(const std::string& options, const std::string& script) const {
    const std::string config = copy_.WriteStages("  - user\n  - network: {" + options +
                                                 "}\n  - pid\n  - mount: {root: root}\n  - proc\n");
    return {copy_.host(), "--config", config, "--root", State(), "--", "/bin/sh", "-c", script};
  }

  std::string HeardBy(std::optional<uid_t> user, const std::string& options) const {
    const uid_t owner = user.value_or(0);
    EXPECT_EQ(chown(State().c_str(), owner, owner), 0);
    return Heard(host_, [&] {
      testing::RunResult result;
      host_.Run([&] { result = testing::RunProgram(Argv(options, kAsk), {.uid = user}); });
      return result;
    });
  }

  const HostNetwork host_;
  testing::ContainerTest test_;
  testing::PublicCopy copy_{{"user", "network", "pid", "mount", "proc"}};
  std::optional<OpenTun> tun_;
};

TEST_F(UplinkUser, PastaServesRoots) { EXPECT_EQ(HeardBy({}, "uplink: pasta"), kHeard); }

TEST_F(UplinkUser, PastaServesAUserWithoutRights) {
  EXPECT_EQ(HeardBy(User(), "uplink: pasta"), kHeard);
}

TEST_F(UplinkUser, Slirp4netnsServesRoots) {
  EXPECT_EQ(HeardBy({}, "uplink: slirp4netns"), kHeard);
}

TEST_F(UplinkUser, Slirp4netnsServesAUserWithoutRights) {
  EXPECT_EQ(HeardBy(User(), "uplink: slirp4netns"), kHeard);
}

TEST_F(UplinkUser, GcEndsItAsTheUserAfterSigkill) {
  host_.Run([&] {
    testing::Running container(Argv("uplink: auto", "echo up; exec sleep 1000"), {.uid = User()});
    EXPECT_TRUE(container.AwaitOutput("up"));
    container.Signal(SIGKILL);
    container.Await();
    const testing::RunResult collected =
        testing::RunProgram({copy_.host(), "gc", "--root", State()}, {.uid = User()});
    EXPECT_EQ(collected.status, 0) << collected.err;
  });
}

TEST_F(UplinkUser, ADeviceOfRootsAloneIsNamed) {
  ASSERT_EQ(chmod(tun_->path().c_str(), 0600), 0);
  const testing::RunResult result =
      testing::RunProgram(Argv("uplink: pasta", "true"), {.uid = User()});
  EXPECT_NE(result.err.find("network: uplink: cannot use \"/dev/net/tun\": Permission denied (the "
                            "device for networks that a program makes; have root give it the mode "
                            "0666)"),
            std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace slipway::network
