#include "plugins/network/names.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::network {
namespace {

TEST(Names, TakesOfTheHostWhatAnotherNetworkHasToo) {
  EXPECT_EQ(ResolvConf(ParseResolvConf("# a comment\nnameserver 127.0.0.53\nnameserver 192.0.2.1\n"
                                       "nameserver ::1\nnameserver fe80::1%eth0\nnameserver wrong\n"
                                       "search a.example b.example\noptions edns0 ndots:2\n"
                                       "nameserver\n")),
            "nameserver 192.0.2.1\nnameserver fe80::1%eth0\nsearch a.example b.example\n"
            "options edns0 ndots:2\n");
}

TEST(Names, HostsHaveLocalhostAndTheOwnName) {
  const std::string text = HostsFile({{"db", "192.0.2.7"}}, "web");
  EXPECT_TRUE(text.starts_with("127.0.0.1 localhost\n::1 localhost ")) << text;
  EXPECT_TRUE(text.ends_with("127.0.1.1 web\n192.0.2.7 db\n")) << text;
}

TEST(Names, TheOwnNameMayHaveAnAddressThatIsGiven) {
  const std::string text = HostsFile({{"web", "192.0.2.7"}}, "web");
  EXPECT_EQ(text.find("127.0.1.1"), std::string::npos) << text;
}

std::string OptionToBlame(const Status& status) {
  return status.ok() ? "" : status.error()->option;
}

TEST(Names, SaysWhichOptionIsWrong) {
  EXPECT_EQ(OptionToBlame(CheckDns({.servers = {"192.0.2.1", "x"}, .search = {}, .options = {}})),
            "dns.servers[1]");
  EXPECT_EQ(OptionToBlame(
                CheckDns({.servers = {"::1", "::1", "::1", "::1"}, .search = {}, .options = {}})),
            "dns.servers[3]");
  EXPECT_EQ(OptionToBlame(
                CheckDns({.servers = {}, .search = {"a\nnameserver 192.0.2.1"}, .options = {}})),
            "dns.search[0]");
  EXPECT_EQ(OptionToBlame(CheckDns({.servers = {}, .search = {}, .options = {"a b"}})),
            "dns.options[0]");
  EXPECT_EQ(OptionToBlame(CheckHosts({{"a b", "192.0.2.1"}})), "hosts.a b");
  EXPECT_EQ(OptionToBlame(CheckHosts({{"a", "192.0.2"}})), "hosts.a");
  EXPECT_EQ(OptionToBlame(CheckHosts({{"a", "2001:db8::1"}})), "");
}

}  // namespace
}  // namespace slipway::network
