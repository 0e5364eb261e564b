#include "plugins/network/addresses.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

namespace network {
namespace {

using std::string_literals::operator""s;

TEST(Addresses, HaveTheirFamilyBytesAndPrefix) {
  const auto four = ParseInterfaceAddress("10.1.2.2/24");
  ASSERT_TRUE(four.ok());
  EXPECT_EQ(four->family, AF_INET);
  EXPECT_EQ(four->bytes, "\x0a\x01\x02\x02");
  EXPECT_EQ(four->prefix, 24);
  const auto six = ParseInterfaceAddress("fd00::2/64");
  ASSERT_TRUE(six.ok());
  EXPECT_EQ(six->family, AF_INET6);
  EXPECT_EQ(six->bytes, "\xfd"s + std::string(14, '\0') + "\x02");
  EXPECT_EQ(six->prefix, 64);
}

TEST(Addresses, OfAnInterfaceNeedAPrefixThatFits) {
  for (const char* text :
       {"", "10.1.2.2", "fd00::2", "10.1.2.2/", "10.1.2.2/33", "10.1.2.2/-1", "10.1.2.2/+8",
        "10.1.2.2/8 ", "10.1.2.2/256", "fd00::2/129", "10.1.2.2/24/24", "010.1.2.2/24", "10.1.2/24",
        "/24", "fd00::2%eth0/64"}) {
    EXPECT_FALSE(ParseInterfaceAddress(text).ok()) << text;
  }
}

TEST(Addresses, OfANetworkHaveNoBitBehindThePrefix) {
  EXPECT_TRUE(ParseDestination("10.1.2.0/23", AF_INET).ok());
  EXPECT_FALSE(ParseDestination("10.1.3.0/23", AF_INET).ok());
  EXPECT_TRUE(ParseDestination("fd00::/16", AF_INET).ok());
  EXPECT_FALSE(ParseDestination("fd00::1/127", AF_INET).ok());
}

TEST(Addresses, DefaultIsOfTheFamilyOfItsRouter) {
  const auto route = ParseDestination("default", AF_INET6);
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->family, AF_INET6);
  EXPECT_EQ(route->prefix, 0);
}

TEST(Addresses, ADestinationWithoutAPrefixIsOneAddress) {
  const auto route = ParseDestination("10.1.2.2", AF_INET6);
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->family, AF_INET);
  EXPECT_EQ(route->prefix, 32);
}

TEST(Addresses, TheLastOneOfANetworkMeansAll) {
  const auto broadcast = [](const char* text) {
    return BroadcastOf(ParseInterfaceAddress(text).value());
  };
  EXPECT_EQ(broadcast("10.1.2.2/23"), "\x0a\x01\x03\xff");
  EXPECT_EQ(broadcast("10.1.2.2/31"), "");
  EXPECT_EQ(broadcast("fd00::2/64"), "");
}

TEST(MacAddresses, AreSixBytesOfOneDevice) {
  const auto mac = ParseMac("02:00:00:aB:00:01");
  ASSERT_TRUE(mac.ok());
  EXPECT_EQ(*mac, "\x02\0\0\xab\0\x01"s);
  EXPECT_EQ(MacText(*mac), "02:00:00:ab:00:01");
  for (const char* text :
       {"", "02:00:00:00:00", "02:00:00:00:00:01:02", "2:0:0:0:0:1", "02-00-00-00-00-01",
        "03:00:00:00:00:01", "00:00:00:00:00:00", "02:00:00:00:00:0g", "02:00:00:00:00: 1"}) {
    EXPECT_FALSE(ParseMac(text).ok()) << text;
  }
}

TEST(DeviceNames, AreWhatTheKernelTakes) {
  for (const char* name : {"eth0", "a.b", "fifteen-letters"}) {
    EXPECT_TRUE(CheckDeviceName(name).ok()) << name;
  }
  for (const char* name : {"", ".", "..", "a/b", "a:1", "a b", "eth%d", "sixteen-letters-"}) {
    EXPECT_FALSE(CheckDeviceName(name).ok()) << name;
  }
}

}  // namespace
}  // namespace network
