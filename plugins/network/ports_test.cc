#include "plugins/network/ports.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::network {
namespace {

std::string Read(const std::string& text) {
  const Result<Port> port = ParsePort(text);
  if (!port.ok()) return port.error().ToString();
  return port->address + "|" + std::to_string(port->outside) + "|" + std::to_string(port->inside) +
         "|" + port->protocol;
}

TEST(Ports, TakesAddressPortsAndProtocol) {
  EXPECT_EQ(Read("8080:80"), "|8080|80|tcp");
  EXPECT_EQ(Read("127.0.0.1:2222:22/tcp"), "127.0.0.1|2222|22|tcp");
  EXPECT_EQ(Read("[::1]:5000:53/udp"), "::1|5000|53|udp");
  EXPECT_EQ(Read("65535:1/udp"), "|65535|1|udp");
}

TEST(Ports, RefusesAllElse) {
  for (const char* text : {"", "80", ":80", "80:", "0:80", "80:65536", "80:80/sctp", "80:80/",
                           "::1:80:80", "localhost:80:80", "127.0.0.1:80", "[127.0.0.1]:80:80",
                           "-1:80", "8080:80x", "1:2:3:4", "127.0.0.1/80:80", "8080:80,90:90"}) {
    EXPECT_FALSE(ParsePort(text).ok()) << text;
  }
}

TEST(Ports, SaysWhichIsWrong) {
  const auto ports = ParsePorts({"1:1", "web:80"});
  ASSERT_FALSE(ports.ok());
  EXPECT_STREQ(ports.error()->option, "ports[1]");
}

}  // namespace
}  // namespace slipway::network
