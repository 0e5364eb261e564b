#include "plugins/network/addresses.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

namespace slipway::network {

namespace {

constexpr char kExamples[] = "as 10.1.2.2/24 or fd00::2/64";
constexpr size_t kMacSize = 6;
constexpr int kGroup = 1;  // in the first byte of a MAC address

int BitsOf(int family) { return family == AF_INET ? 32 : 128; }

std::optional<Address> Convert(const std::string& text) {
  for (const int family : {AF_INET, AF_INET6}) {
    char bytes[sizeof(in6_addr)];
    if (inet_pton(family, text.c_str(), bytes) != 1) continue;
    const int bits = BitsOf(family);
    return Address{family, std::string(bytes, bits / 8), static_cast<uint8_t>(bits)};
  }
  return std::nullopt;
}

Result<Address> WithPrefix(const std::string& text, size_t slash) {
  std::optional<Address> address = Convert(text.substr(0, slash));
  if (!address) return Error("not an IP address with a prefix", text, kExamples);
  const std::string_view digits = std::string_view(text).substr(slash + 1);
  const auto [end, cause] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address->prefix);
  const int bits = BitsOf(address->family);
  if (cause != std::errc() || end != digits.data() + digits.size() || address->prefix > bits) {
    return Error("not a prefix of an IP address", text,
                 "behind the slash comes a number from 0 to " + std::to_string(bits));
  }
  return *std::move(address);
}

// Is no bit set behind the prefix?
bool IsNetwork(const Address& address) {
  for (int bit = address.prefix; bit < BitsOf(address.family); ++bit) {
    if ((static_cast<unsigned char>(address.bytes[bit / 8]) >> (7 - bit % 8) & 1) != 0)
      return false;
  }
  return true;
}

}  // namespace

Result<Address> ParseAddress(const std::string& text) {
  std::optional<Address> address = Convert(text);
  if (!address) return Error("not an IP address", text, "as 10.1.2.1 or fd00::1");
  return *std::move(address);
}

Result<Address> ParseInterfaceAddress(const std::string& text) {
  const size_t slash = text.find('/');
  if (slash != std::string::npos) return WithPrefix(text, slash);
  if (!Convert(text)) return Error("not an IP address with a prefix", text, kExamples);
  return Error("an IP address without its prefix", text,
               "say how many bits name its network, " + std::string(kExamples));
}

Result<Address> ParseDestination(const std::string& text, int family) {
  if (text == "default") return Address{family, std::string(BitsOf(family) / 8, '\0'), 0};
  const size_t slash = text.find('/');
  if (slash == std::string::npos) {
    std::optional<Address> address = Convert(text);
    if (address) return *std::move(address);
    return Error("not a destination of a route", text, "default, 10.2.0.0/16, or fd00:2::/64");
  }
  ASSIGN_OR_RETURN(const Address address, WithPrefix(text, slash));
  if (!IsNetwork(address)) {
    return Error("not the address of a network", text,
                 "bits behind the prefix are set; for one address leave the prefix out");
  }
  return address;
}

std::string BroadcastOf(const Address& address) {
  constexpr int kShortest = 30;  // RFC 3021: networks of two or one have none
  if (address.family != AF_INET || address.prefix > kShortest) return {};
  std::string bytes = address.bytes;
  for (int bit = address.prefix; bit < BitsOf(AF_INET); ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] | 1 << (7 - bit % 8));
  }
  return bytes;
}

Result<std::string> ParseMac(const std::string& text) {
  std::string mac;
  for (size_t i = 0; text.size() == 3 * kMacSize - 1 && i < kMacSize; ++i) {
    const char* const digits = text.data() + 3 * i;
    unsigned char byte = 0;
    const auto [end, cause] = std::from_chars(digits, digits + 2, byte, 16);
    if (cause != std::errc() || end != digits + 2 || (*end != ':' && i + 1 < kMacSize)) break;
    mac += static_cast<char>(byte);
  }
  if (mac.size() != kMacSize) return Error("not a MAC address", text, "as 02:00:00:00:00:01");
  if ((mac[0] & kGroup) != 0 || mac == std::string(kMacSize, '\0')) {
    return Error("not the MAC address of one device", text,
                 "its first byte is even, and not all are 0: as 02:00:00:00:00:01");
  }
  return mac;
}

std::string MacText(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[4];
    snprintf(digits, sizeof(digits),
             "%02x:", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text += digits;
  }
  if (!text.empty()) text.pop_back();
  return text;
}

Status CheckDeviceName(const std::string& name) {
  if (name.size() >= IFNAMSIZ) {
    return Error("a name of a network device is at most 15 bytes long", name);
  }
  if (name.empty() || name == "." || name == "..") {
    return Error("not a name of a network device", name, "as eth0");
  }
  if (name.find_first_of("/:% \t\n\v\f\r") != std::string::npos) {
    return Error("not a name of a network device", name,
                 "it holds no blank, slash, colon or percent sign");
  }
  return Ok();
}

}  // namespace slipway::network
