#include "plugins/network/names.h"

#include <arpa/inet.h>

#include <algorithm>

namespace slipway::network {
namespace {

constexpr size_t kMostServers = 3;  // MAXNS of <resolv.h>

bool IsAddress(const std::string& text) {
  // An IPv6 address may name its device: fe80::1%eth0.
  const std::string address = text.substr(0, text.find('%'));
  char binary[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), binary) == 1 ||
         inet_pton(AF_INET6, address.c_str(), binary) == 1;
}

bool IsOfLoopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

// One word of a line: what else is in a file that many programs read?
bool IsWord(const std::string& text) {
  return !text.empty() && text.size() <= 255 && text.front() != '#' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

Status CheckWords(const std::vector<std::string>& words, const std::string& option) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (IsWord(words[i])) continue;
    return Error("not a word of resolv.conf", words[i], "visible characters of ASCII, no blanks")
        .Option(Element(option, i));
  }
  return Ok();
}

std::vector<std::string> Words(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty()) return words;
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::string Line(const char* keyword, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string line = keyword;
  for (const std::string& word : words) line.append(" ").append(word);
  return line + "\n";
}

}  // namespace

Status CheckDns(const Dns& dns) {
  for (size_t i = 0; i < dns.servers.size(); ++i) {
    const std::string place = Element("dns.servers", i);
    if (!IsAddress(dns.servers[i])) {
      return Error("not an address", dns.servers[i], "as 192.0.2.1 or 2001:db8::1").Option(place);
    }
    if (i < kMostServers) continue;
    return Error("more name servers than are asked", {},
                 "resolv.conf(5) has " + std::to_string(kMostServers) + " at the most")
        .Option(place);
  }
  RETURN_IF_ERROR(CheckWords(dns.search, "dns.search"));
  return CheckWords(dns.options, "dns.options");
}

Status CheckHosts(const Hosts& hosts) {
  for (const auto& [name, address] : hosts) {
    const std::string place = "hosts." + name;
    if (!IsWord(name)) {
      return Error("not a host's name", name, "visible characters of ASCII, no blanks")
          .Option(place);
    }
    if (IsAddress(address)) continue;
    return Error("not an address", address, "as 192.0.2.1 or 2001:db8::1").Option(place);
  }
  return Ok();
}

Dns ParseResolvConf(std::string_view text) {
  Dns dns;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::vector<std::string> rest = Words(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (rest.size() < 2) continue;
    const std::string keyword = rest.front();
    rest.erase(rest.begin());
    if (keyword == "nameserver" && IsAddress(rest[0]) && !IsOfLoopback(rest[0])) {
      if (dns.servers.size() < kMostServers) dns.servers.push_back(rest[0]);
    } else if (keyword == "search" || keyword == "domain") {
      dns.search = std::move(rest);
    } else if (keyword == "options") {
      dns.options.insert(dns.options.end(), rest.begin(), rest.end());
    }
  }
  return dns;
}

std::string ResolvConf(const Dns& dns) {
  std::string text;
  for (const std::string& server : dns.servers) text.append("nameserver " + server + "\n");
  return text + Line("search", dns.search) + Line("options", dns.options);
}

std::string HostsFile(const Hosts& hosts, const std::string& own_name) {
  std::string text =
      "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
      "ff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n";
  if (!own_name.empty() && own_name != "localhost" && !hosts.contains(own_name)) {
    text.append("127.0.1.1 " + own_name + "\n");
  }
  for (const auto& [name, address] : hosts) text.append(address + " " + name + "\n");
  return text;
}

}  // namespace slipway::network
