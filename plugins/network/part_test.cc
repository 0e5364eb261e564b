// A container with a part of a device of the host's: macvlan and ipvlan. The device is an end of a
// veth pair, and the test is at the other end.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <string>

#include "plugins/network/links_test.h"

namespace network {
namespace {

using slipway::sys::Fd;
using slipway::testing::RunProgram;
using slipway::testing::RunResult;

class Part : public Links {
 protected:
  void SetUp() override {
    Links::SetUp();
    if (IsSkipped()) return;
    Ip("link add wire0 up type veth peer name wire1");
    Ip("link set wire1 up");
    Ip("address add 10.9.0.1/24 dev wire1");
    Ip("address add fd09::1/64 dev wire1 nodad");
  }

  // Does this kernel have such devices?
  static bool Has(const std::string& type) {
    return RunProgram({"/usr/sbin/ip", "link", "add", "link", "wire0", "trial0", "type", type})
                   .status == 0 &&
           RunProgram({"/usr/sbin/ip", "link", "delete", "trial0"}).status == 0;
  }

  static Fd OwnNetwork() { return Fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)); }

  static std::string ReadMac(const std::string& name) {
    const std::string link = Ip("-o link show " + name);
    constexpr char kEther[] = "link/ether ";
    return link.substr(link.find(kEther) + sizeof(kEther) - 1, sizeof("00:00:00:00:00:00") - 1);
  }

  // ip(8) in the network namespace of the container of Start.
  std::string Inside() const { return "nsenter --net=/run/slipway-network/" + id_ + " /usr/sbin/"; }

  static std::string Options(const std::string& words) {
    return "interfaces: [{parent: wire0, addresses: [10.9.0.2/24, \"fd09::2/64\"], " + words + "}]";
  }

  void ExpectBytesBothWays(const std::string& words) {
    const Echo echo;
    const RunResult result = Run(Options(words), Ask("10.9.0.1") + Ask("fd09::1"));
    EXPECT_EQ(result.out, "question\nquestion\n") << words << ": " << result.err;
    EXPECT_EQ(Devices().find("eth0"), std::string::npos) << Devices();
  }
};

TEST_F(Part, BytesPassBothWaysByAMacvlan) {
  if (!Has("macvlan")) GTEST_SKIP() << "this kernel has no macvlan";
  ExpectBytesBothWays("type: macvlan");
}

TEST_F(Part, AMacvlanHasEachMode) {
  if (!Has("macvlan")) GTEST_SKIP() << "this kernel has no macvlan";
  for (const std::string mode : {"private", "vepa", "bridge", "passthru"}) {
    const auto container = Start(Options("type: macvlan, mode: " + mode));
    const RunResult link = RunProgram({"/bin/sh", "-c", Inside() + "ip -d link show eth0"});
    EXPECT_NE(link.out.find("macvlan mode " + mode), std::string::npos) << link.out << link.err;
    End(*container);
  }
}

TEST_F(Part, AMacvlanHasItsMacAddressAgainAndAgain) {
  if (!Has("macvlan")) GTEST_SKIP() << "this kernel has no macvlan";
  for (int i = 0; i < 3; ++i) {
    const RunResult result = Run(Options("type: macvlan, mtu: 1400, mac: \"02:00:00:00:00:09\""),
                                 "ip -o link show eth0");
    EXPECT_NE(result.out.find("02:00:00:00:00:09"), std::string::npos) << result.out << result.err;
    EXPECT_NE(result.out.find("mtu 1400"), std::string::npos) << result.out;
  }
}

TEST_F(Part, BytesPassBothWaysByAnIpvlan) {
  if (!Has("ipvlan")) GTEST_SKIP() << "this kernel has no ipvlan";
  ExpectBytesBothWays("type: ipvlan");
}

// The host routes for it then, and nobody on the wire asks it for its address.
TEST_F(Part, BytesPassBothWaysByAnIpvlanThatRoutes) {
  if (!Has("ipvlan")) GTEST_SKIP() << "this kernel has no ipvlan";
  const std::string mac = ReadMac("wire0");
  const Fd host = OwnNetwork();
  ASSERT_EQ(unshare(CLONE_NEWNET), 0);
  const Fd peer = OwnNetwork();
  const Echo echo;
  ASSERT_EQ(setns(host.get(), CLONE_NEWNET), 0);
  Ip("link set wire1 netns /proc/" + std::to_string(getpid()) + "/fd/" +
     std::to_string(peer.get()));
  Ip("address add 10.9.0.3/24 dev wire0");
  ASSERT_EQ(setns(peer.get(), CLONE_NEWNET), 0);
  Ip("link set wire1 up");
  Ip("address add 10.9.0.1/24 dev wire1");
  Ip("neighbour add 10.9.0.2 lladdr " + mac + " dev wire1");
  ASSERT_EQ(setns(host.get(), CLONE_NEWNET), 0);
  for (const std::string mode : {"l3", "l3s"}) {
    const RunResult result = Run(Options("type: ipvlan, mode: " + mode), Ask("10.9.0.1"));
    EXPECT_EQ(result.out, "question\n") << mode << ": " << result.err;
  }
}

TEST_F(Part, WhatTheKernelDoesNotHaveIsNotHere) {
  if (Has("ipvlan")) GTEST_SKIP() << "this kernel has ipvlan";
  ExpectRefused(Options("type: ipvlan"),
                "network: interfaces[0]: this kernel has no network devices of the kind "
                "\"ipvlan\" (load the module by modprobe ipvlan, or take a kernel that has it)");
}

TEST_F(Part, IsGoneWithTheContainer) {
  if (!Has("macvlan")) GTEST_SKIP() << "this kernel has no macvlan";
  const auto container =
      Start(Options("type: macvlan, mac: \"02:00:00:00:00:09\""), {"--outlive-runtime"});
  KillAndCollect(*container);
  const Echo echo;
  const RunResult again =
      Run(Options("type: macvlan, mac: \"02:00:00:00:00:09\""), Ask("10.9.0.1"));
  EXPECT_EQ(again.out, "question\n") << again.err;
}

TEST_F(Part, WorksWithoutRootInANetworkOfTheCallersOwn) {
  if (!Has("macvlan")) GTEST_SKIP() << "this kernel has no macvlan";
  test_.MakeRoot();
  const std::string config =
      test_.WriteStages(Stages("interfaces: [{type: macvlan, parent: br0, name: mine}]"));
  std::string words;
  for (const std::string& word :
       test_.Argv(config, {"tail", "-n", "+3", "/proc/net/dev"}, {"--root", test_.Path("state")})) {
    words += word + " ";
  }
  const RunResult result = RunProgram({"/usr/bin/unshare", "--user", "--map-root-user", "--net",
                                       "/bin/sh", "-c", "ip link add br0 type bridge; " + words});
  EXPECT_NE(result.out.find("mine:"), std::string::npos) << result.out << result.err;
}

class Whole : public Part {
 protected:
  static constexpr char kOptions[] =
      "interfaces: [{}, {type: device, device: wire0, name: lan, addresses: [10.9.0.2/24]}]";
};

TEST_F(Whole, BytesPassBothWays) {
  const Echo echo;
  const RunResult result = Run(kOptions, Ask("10.9.0.1"));
  EXPECT_EQ(result.out, "question\n") << result.err;
}

TEST_F(Whole, MovesAndComesBack) {
  const auto container = Start(kOptions);
  EXPECT_EQ(Devices().find(" wire0"), std::string::npos) << Devices();
  End(*container);
  EXPECT_NE(Devices().find(" wire0"), std::string::npos) << Devices();
}

TEST_F(Whole, ComesBackBehindARuntimeThatWasKilled) {
  const auto container =
      Start("interfaces: [{type: device, device: wire0}]", {"--outlive-runtime"});
  KillAndCollect(*container);
  EXPECT_NE(Devices().find(" wire0"), std::string::npos) << Devices();
}

TEST_F(Whole, ComesBackAlsoFromAnotherName) {
  const RunResult result =
      Run(kOptions, "ip link set lan down; ip link set lan name wire1; cat /proc/net/dev");
  EXPECT_NE(result.out.find("wire1:"), std::string::npos) << result.out << result.err;
  EXPECT_NE(Devices().find(" wire0"), std::string::npos) << Devices();
}

TEST_F(Whole, ComesBackWhereALaterStepFails) {
  const std::string options = kOptions;
  const std::string before = Devices();
  const RunResult result = Run(options + ", routes: [{to: default, via: 10.7.7.7}]", "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(Devices().find(" wire0"), std::string::npos) << Devices();
}

TEST_F(Whole, StaysThereWhileItsNameIsTaken) {
  const auto container = Start("interfaces: [{type: device, device: wire0}]");
  Ip("link add wire0 type bridge");
  container->Signal(SIGTERM);
  const RunResult result = container->Await();
  EXPECT_NE(result.err.find("cannot give back the network device \"wire0\": File exists"),
            std::string::npos)
      << result.err;
  Ip("link delete wire0");
  const RunResult gc = Later({"gc"});
  EXPECT_EQ(gc.status, 0) << gc.err;
  EXPECT_NE(Devices().find(" wire0"), std::string::npos) << Devices();
  test_.ExpectNothingLeft();
}

}  // namespace
}  // namespace network
