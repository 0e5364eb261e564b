// A container at one end of a veth pair, and the test at the other.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plugins/network/links_test.h"

namespace network {
namespace {

using slipway::testing::RunProgram;
using slipway::testing::RunResult;

class Veth : public Links {
 protected:
  static constexpr char kPair[] =
      "interfaces: [{host_name: veth7, addresses: [10.1.2.2/24, \"fd00::2/64\"], "
      "host_addresses: [10.1.2.1/24, \"fd00::1/64\"]}]";
};

TEST_F(Veth, BytesPassBothWaysByBothProtocols) {
  const Echo echo;
  const RunResult result = Run(kPair, Ask("10.1.2.1") + Ask("fd00::1"));
  EXPECT_EQ(result.out, "question\nquestion\n") << result.err;
}

TEST_F(Veth, TheHostReachesTheContainer) {
  const auto container = Start(kPair);
  // What listens there may need a moment.
  const RunResult result =
      RunProgram({"/bin/sh", "-c",
                  "for try in $(seq 1000); do answer=$(echo hello | busybox nc -w 5 10.1.2.2 5000 "
                  "2>/dev/null); test -z \"$answer\" || break; done; echo $answer"});
  EXPECT_EQ(result.out, "hello\n") << result.err;
  End(*container);
}

TEST_F(Veth, NothingIsLeftBehindIt) {
  const auto container = Start(kPair);
  EXPECT_EQ(Devices(), " lo veth7");
  End(*container);
  EXPECT_EQ(Devices(), " lo");
  EXPECT_EQ(Ip("-o address show to 10.1.2.0/24"), "");
}

TEST_F(Veth, IsTheFirstInterfaceUnlessItIsNamed) {
  const std::string devices = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | sort";
  EXPECT_EQ(Run("interfaces: [{}, {name: lan}, {}]", devices).out, "eth0\neth2\nlan\nlo\n");
}

TEST_F(Veth, HasItsMacAddressAndMtu) {
  const RunResult result =
      Run("interfaces: [{mac: \"02:00:00:00:00:07\", mtu: 1400, host_name: veth7}]",
          "cat /proc/net/dev >/dev/null; ip -o link show eth0");
  EXPECT_NE(result.out.find("mtu 1400"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("link/ether 02:00:00:00:00:07"), std::string::npos) << result.out;
}

TEST_F(Veth, TheHostsEndSaysWhoseItIs) {
  const std::string id = test_.next_id();
  const auto container = Start("interfaces: [{host_name: veth7, mtu: 1400}]");
  const std::string link = Ip("link show veth7");
  EXPECT_NE(link.find("alias container " + id), std::string::npos) << link;
  EXPECT_NE(link.find("mtu 1400"), std::string::npos) << link;
  End(*container);
}

TEST_F(Veth, IsAPortOfABridge) {
  Ip("link add br0 up type bridge");
  Ip("address add 10.1.2.1/24 dev br0");
  const Echo echo;
  const RunResult result =
      Run("interfaces: [{bridge: br0, addresses: [10.1.2.2/24]}]", Ask("10.1.2.1"));
  EXPECT_EQ(result.out, "question\n") << result.err;
  EXPECT_EQ(Devices(), " lo br0");
}

TEST_F(Veth, TwoContainersMeetAtABridge) {
  Ip("link add br0 up type bridge");
  const auto first = Start("interfaces: [{bridge: br0, addresses: [10.1.2.2/24]}]");
  slipway::testing::ContainerTest second;
  second.MakeRoot();
  const std::string config =
      second.WriteStages(Stages("interfaces: [{bridge: br0, addresses: [10.1.2.3/24]}]"));
  // What listens there may need a moment.
  const RunResult result = RunProgram(
      second.Argv(config, {"/bin/sh", "-c",
                           "for try in $(seq 1000); do answer=$(echo hello | nc -w 5 10.1.2.2 5000 "
                           "2>/dev/null); test -z \"$answer\" || break; done; echo $answer"}));
  EXPECT_EQ(result.out, "hello\n") << result.err;
  End(*first);
}

TEST_F(Veth, ARouteLeadsFurther) {
  Ip("address add 192.0.2.1/32 dev lo");
  Ip("address add 2001:db8::1/128 dev lo");
  const Echo echo;
  const std::string pair = kPair;
  EXPECT_EQ(Run(pair, Ask("192.0.2.1")).out, "") << "without a route";
  const RunResult result = Run(pair +
                                   ", routes: [{to: default, via: 10.1.2.1}, "
                                   "{to: \"2001:db8::/32\", via: \"fd00::1\", device: eth0}]",
                               Ask("192.0.2.1") + Ask("2001:db8::1"));
  EXPECT_EQ(result.out, "question\nquestion\n") << result.err;
}

TEST_F(Veth, ARouteMayLeadToADeviceAndHaveAMetric) {
  const std::string pair = kPair;
  const RunResult result =
      Run(pair + ", routes: [{to: 10.9.0.1, device: eth0, metric: 7}]", "ip route show 10.9.0.1");
  EXPECT_EQ(result.out, "10.9.0.1 dev eth0 scope link  metric 7 \n") << result.err;
}

TEST_F(Veth, AFurtherProcessDoesNotMakeItAgain) {
  const std::string id = test_.next_id();
  const auto container = Start(kPair);
  const RunResult result = Later({"exec", id, "/bin/sh", "-c", "ip -o -4 address show eth0"});
  EXPECT_NE(result.out.find("10.1.2.2/24"), std::string::npos) << result.out << result.err;
  EXPECT_EQ(Devices(), " lo veth7");
  End(*container);
}

TEST_F(Veth, IsGoneBehindARuntimeThatWasKilled) {
  const auto container = Start(kPair, {"--outlive-runtime"});
  KillAndCollect(*container);
  EXPECT_EQ(Devices(), " lo");
}

TEST_F(Veth, AnotherDeviceOfThatNameStays) {
  const auto container = Start(kPair);
  Ip("link set veth7 down");  // before Linux 6.2 one that is up cannot be renamed
  Ip("link set veth7 name other");
  Ip("link add veth7 type bridge");
  End(*container);
  EXPECT_NE(Devices().find(" veth7"), std::string::npos);
}

TEST_F(Veth, WhatAFailingOneHasBehindItIsUndone) {
  const std::string pair = kPair;
  ExpectRefused(pair + ", routes: [{to: default, via: 10.7.7.7}]",
                "network: routes[0]: cannot add the route to \"default\": Network is unreachable "
                "(Nexthop has invalid gateway)");
  ExpectRefused("interfaces: [{}, {host_addresses: [10.1.2.1/24]}, {type: macvlan, parent: lo}]",
                "network: interfaces[2]: cannot make a macvlan of the device \"lo\": "
                "Invalid argument");
}

TEST_F(Veth, WorksWithoutRootInANetworkOfTheCallersOwn) {
  test_.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user", "--net"};
  const std::string config = test_.WriteStages(Stages(kPair));
  for (const std::string& word :
       test_.Argv(config, {"/bin/sh", "-c", "ip -o -4 address show eth0"})) {
    argv.push_back(word);
  }
  const RunResult result = RunProgram(argv);
  EXPECT_NE(result.out.find("10.1.2.2/24"), std::string::npos) << result.out << result.err;
}

TEST_F(Veth, WorksInAUserNamespaceOfTheContainersOwn) {
  const Echo echo;
  const RunResult result = test_.RunScript("  - user: {map: root}\n" + Stages(kPair),
                                           "cat /proc/self/uid_map | wc -l; " + Ask("10.1.2.1"));
  EXPECT_EQ(result.out, "1\nquestion\n") << result.err;
}

TEST_F(Veth, WithoutRightsIsNotHere) {
  test_.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const std::string config = test_.WriteStages("  - first-of:\n    - network: {" +
                                               std::string(kPair) + "}\n    - uts\n" + kRest);
  for (const std::string& word :
       test_.Argv(config, {"/bin/sh", "-c", "tail -n +3 /proc/net/dev | wc -l"}, {"-v"})) {
    argv.push_back(word);
  }
  const RunResult result = RunProgram(argv);
  EXPECT_EQ(result.out, "1\n");
  EXPECT_NE(result.err.find("cannot change the network devices of the host (this needs "
                            "CAP_NET_ADMIN in its network namespace"),
            std::string::npos)
      << result.err;
}

TEST_F(Veth, SaysWhatItWouldDo) {
  const std::string pair = kPair;
  const RunResult result =
      test_.Plan(Stages(pair + ", routes: [{to: default, via: 10.1.2.1, metric: 5}]"));
  EXPECT_NE(result.out.find("one end of a veth pair, 10.1.2.2/24, fd00::2/64; the other is veth7 "
                            "here, 10.1.2.1/24, fd00::1/64"),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("a route via 10.1.2.1, metric 5"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace network
