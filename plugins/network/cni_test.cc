// Networks of the Container Network Interface: by Debian's plugins, and by scripts in their place
// that write down what they are asked. The host's side is a network namespace of the test's own.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "plugins/network/host_network.h"
#include "runtime/sdk/testing/container.h"

namespace slipway::network {
namespace {

namespace fs = std::filesystem;
using testing::ContainerTest;
using testing::Running;
using testing::RunProgram;
using testing::RunResult;

constexpr char kRest[] = "  - pid\n  - mount: {root: root}\n  - proc\n";

// A bridge with addresses, kept in a folder of the test's.
std::string BridgeList(const std::string& folder) {
  return R"({"cniVersion": "1.0.0", "name": "tests", "plugins": [{"type": "bridge",
    "bridge": "tests0", "isGateway": true, "ipam": {"type": "host-local", "dataDir": ")" +
         folder +
         R"(", "ranges": [[{"subnet": "10.98.0.0/24"}]],
    "routes": [{"dst": "0.0.0.0/0"}]}}]})";
}

class Cni : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::IsRoot()) GTEST_SKIP() << "needs root, as network plugins do";
    test_.MakeRoot();
    // The lists, the programs and what they keep are the test's own.
    for (const char* name : {"run", "lists", "data", "programs"}) {
      fs::create_directories(test_.Path(name));
    }
    Cover("/run", test_.Path("run"));
  }
  void TearDown() override {
    for (; covered_ > 0; --covered_)
      EXPECT_EQ(umount2(points_[covered_ - 1].c_str(), MNT_DETACH), 0);
    if (testing::IsRoot()) test_.ExpectNothingLeft();
  }

  void Cover(const std::string& point, const std::string& folder) {
    ASSERT_EQ(mount(folder.c_str(), point.c_str(), nullptr, MS_BIND, nullptr), 0) << point;
    ASSERT_EQ(mount(nullptr, point.c_str(), nullptr, MS_PRIVATE, nullptr), 0) << point;
    points_.push_back(point);
    ++covered_;
  }

  std::string Stages(const std::string& options) const {
    return "  - network: {" + options + "}\n" + kRest;
  }

  // Not below a folder that others may write to: the folder of tests may lie in /tmp.
  RunResult Run(const std::string& list, const std::string& script, const std::string& more = "") {
    return RunStages(Stages("cni: " + test_.Write("lists/list.conflist", list) + more), script);
  }
  RunResult RunStages(const std::string& stages, const std::string& script) {
    RunResult result;
    const std::string config = test_.WriteStages(stages);
    host_.Run([&] { result = RunProgram(test_.Argv(config, {"/bin/sh", "-c", script})); });
    return result;
  }

  // Programs that keep the request and the environment of each call in data/CALLS, and answer.
  void UseScripts(const std::string& answer_of_second) {
    const std::string body =
        "#!/bin/sh\n{ echo \"$0 $CNI_COMMAND $CNI_IFNAME $CNI_NETNS\"; cat; echo; } >> " +
        test_.Path("data/calls") + "\nenv | grep -vE '^(CNI_|PWD=|PATH=|_=|SHLVL=|OLDPWD=)' >> " +
        test_.Path("data/environment") + "\n";
    test_.Write("programs/first", body + "echo '{\"cniVersion\":\"1.0.0\",\"ips\":[]}'\n");
    test_.Write("programs/second", body + answer_of_second + "\n");
    for (const char* name : {"first", "second"}) {
      chmod((test_.Path("programs/") + name).c_str(), 0755);
    }
    Cover("/usr/lib/cni", test_.Path("programs"));
  }
  static constexpr char kTwo[] =
      R"({"cniVersion":"1.0.0","name":"two","plugins":[{"type":"first"},)"
      R"({"type":"second","capabilities":{"portMappings":true}}]})";

  const HostNetwork host_;
  ContainerTest test_;
  std::vector<std::string> points_;
  size_t covered_ = 0;
};

TEST_F(Cni, ABridgePassesBytesBothWaysAndIsCleanedUp) {
  const std::string config =
      Stages("cni: " + test_.Write("lists/list.conflist", BridgeList(test_.Path("data"))));
  EXPECT_EQ(Heard(host_, [&] { return RunStages(config, kAsk); }), kHeard);
  EXPECT_FALSE(fs::exists(test_.Path("data/tests/10.98.0.2"))) << "the address is free again";
  EXPECT_TRUE(fs::is_empty(test_.Path("run/netns")));
}

TEST_F(Cni, GcCleansUpAfterSigkill) {
  const std::string config = test_.WriteStages(
      Stages("cni: " + test_.Write("lists/list.conflist", BridgeList(test_.Path("data")))));
  host_.Run([&] {
    Running container(test_.Argv(config, {"/bin/sh", "-c", "echo up; exec sleep 1000"}));
    EXPECT_TRUE(container.AwaitOutput("up"));
    EXPECT_TRUE(fs::exists(test_.Path("data/tests/10.98.0.2")));
    container.Signal(SIGKILL);
    container.Await();
    EXPECT_EQ(RunProgram({testing::Runfile("runtime/runtime"), "gc"}).status, 0);
  });
  EXPECT_FALSE(fs::exists(test_.Path("data/tests/10.98.0.2")));
  EXPECT_TRUE(fs::is_empty(test_.Path("run/netns")));
}

TEST_F(Cni, EachGetsWhatTheOneBeforeHasAnsweredAndDelTheLast) {
  UseScripts("echo '{\"cniVersion\":\"1.0.0\",\"ips\":[],\"last\":1}'");
  const std::string id = test_.next_id();
  const RunResult result = Run(kTwo, "true", ", ports: ['127.0.0.1:8080:80']");
  EXPECT_EQ(result.status, 0) << result.err;
  const std::string netns = " eth0 /run/netns/slipway-" + id + "\n";
  const std::string first = R"({"type":"first","cniVersion":"1.0.0","name":"two")";
  const std::string second =
      R"({"type":"second","cniVersion":"1.0.0","name":"two","runtimeConfig":{"portMappings":)"
      R"([{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"}]},)";
  const std::string last = R"("prevResult":{"cniVersion":"1.0.0","ips":[],"last":1}})";
  EXPECT_EQ(testing::ReadText(test_.Path("data/calls")),
            "/usr/lib/cni/first ADD" + netns + first + "}\n" +               //
                "/usr/lib/cni/second ADD" + netns + second +                 //
                R"("prevResult":{"cniVersion":"1.0.0","ips":[]}})" + "\n" +  //
                "/usr/lib/cni/second DEL" + netns + second + last + "\n" +   //
                "/usr/lib/cni/first DEL" + netns + first + "," + last + "\n");
  EXPECT_EQ(testing::ReadText(test_.Path("data/environment")), "");
}

TEST_F(Cni, AFailureIsInThePluginsOwnWords) {
  UseScripts(
      "[ $CNI_COMMAND = DEL ] || { echo '{\"code\":7,\"msg\":\"no\",\"details\":\"why\"}'; "
      "exit 1; }");
  const RunResult result = Run(kTwo, "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("network: cni: /usr/lib/cni/second: ADD failed (no: why)"),
            std::string::npos)
      << result.err;
  EXPECT_NE(testing::ReadText(test_.Path("data/calls")).find("first DEL"), std::string::npos);
}

TEST_F(Cni, ANetworkIsFoundByItsName) {
  UseScripts("echo '{\"cniVersion\":\"1.0.0\",\"ips\":[]}'");
  test_.Write("etc/cni/net.d/10-two.conflist", kTwo);
  Cover("/etc", test_.Path("etc"));
  RunResult result = RunStages(Stages("cni: two"), "echo up");
  EXPECT_EQ(result.out, "up\n") << result.err;
  result = RunStages(Stages("cni: three"), "true");
  EXPECT_NE(result.err.find("network: cni: there is no network of this name \"three\" (no file "
                            "*.conflist of /etc/cni/net.d has it; or give a file's path)"),
            std::string::npos)
      << result.err;
}

TEST_F(Cni, AListThatOthersMayChangeIsRefused) {
  const std::string list = test_.Write("lists/list.conflist", kTwo);
  chmod(list.c_str(), 0666);
  const RunResult result = RunStages(Stages("cni: " + list), "true");
  EXPECT_NE(result.err.find("network: cni: not trusted \"" + list +
                            "\" (owned by uid 0, mode 0666; must not be writable by group or "
                            "others: chmod go-w " +
                            list + ")\n"),
            std::string::npos)
      << result.err;
}

// Anybody could put a link there to a file of root's.
TEST_F(Cni, AListInAFolderOfEverybodysIsRefusedStickyOrNot) {
  for (const mode_t mode : {01777, 0777}) {
    const std::string list = test_.Write("open/list.conflist", kTwo);
    ASSERT_EQ(chmod(test_.Path("open").c_str(), mode), 0);
    const RunResult result = RunStages(Stages("cni: " + list), "true");
    EXPECT_NE(result.err.find("network: cni: not trusted \"" + test_.Path("open") + "\" ("),
              std::string::npos)
        << result.err;
  }
}

TEST_F(Cni, AListByALinkOfOthersIsRefused) {
  const std::string list = test_.Write("lists/list.conflist", kTwo);
  const std::string link = test_.Path("open/link.conflist");
  fs::create_directory(test_.Path("open"));
  fs::create_symlink(list, link);
  ASSERT_EQ(chmod(test_.Path("open").c_str(), 0777), 0);
  const RunResult result = RunStages(Stages("cni: " + link), "true");
  EXPECT_NE(result.err.find("network: cni: not trusted \"" + test_.Path("open") + "\" ("),
            std::string::npos)
      << result.err;
}

TEST_F(Cni, AListOfWhoeverHasCalledSudoIsTaken) {
  UseScripts("echo '{\"cniVersion\":\"1.0.0\",\"ips\":[]}'");
  const std::string list = test_.Write("lists/list.conflist", kTwo);
  ASSERT_EQ(chown(list.c_str(), 4242, 4242), 0);
  setenv("SUDO_UID", "4242", 1);
  const RunResult result = RunStages(Stages("cni: " + list), "echo up");
  unsetenv("SUDO_UID");
  EXPECT_EQ(result.out, "up\n") << result.err;
}

TEST_F(Cni, WhatIsNoListIsNamedWithItsPlace) {
  RunResult result = Run("{\n\"name\": }", "true");
  EXPECT_NE(result.err.find("list.conflist:2:9\" (a value is expected"), std::string::npos)
      << result.err;
  result = Run(R"({"cniVersion":"1.0.0","name":"x","plugins":[{"type":"../sh"}]})", "true");
  EXPECT_NE(result.err.find("network: cni: a network plugin without a type"), std::string::npos)
      << result.err;
}

TEST_F(Cni, APluginThatIsNotInstalledIsNotHere) {
  const RunResult result =
      Run(R"({"cniVersion":"1.0.0","name":"x","plugins":[{"type":"none-such"}]})", "true");
  EXPECT_NE(result.err.find("network: cni: there is no network plugin \"none-such\" (a program of "
                            "root's in /opt/cni/bin or /usr/lib/cni; apt-get install "
                            "containernetworking-plugins)"),
            std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace slipway::network
