// The files by which names are resolved, as texts: resolv.conf(5), hosts(5), hostname(5).

#ifndef SLIPWAY_PLUGINS_NETWORK_NAMES_H_
#define SLIPWAY_PLUGINS_NETWORK_NAMES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/options.h"
#include "runtime/sdk/result.h"

namespace slipway::network {

// The option `dns`.
struct Dns {
  std::vector<std::string> servers;
  std::vector<std::string> search;
  std::vector<std::string> options;

  bool empty() const { return servers.empty() && search.empty() && options.empty(); }

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Dns::servers>("servers",
                                       "Addresses of name servers; the host's if absent, but for "
                                       "those of its loopback",
                                       {.fallback = "[]"}),
        slipway::Option<&Dns::search>("search",
                                      "Domains in which a short name is looked for; the host's if "
                                      "neither these nor servers are given",
                                      {.fallback = "[]"}),
        slipway::Option<&Dns::options>("options", "As in resolv.conf(5), such as ndots:2",
                                       {.fallback = "[]"}));
  }
};

using Hosts = std::map<std::string, std::string>;  // names and their addresses

// Addresses that are none, more servers than the C library asks, words that would make two lines.
Status CheckDns(const Dns& dns);
Status CheckHosts(const Hosts& hosts);

// What a resolv.conf says. Servers of the loopback, which another network does not have, are left
// out.
Dns ParseResolvConf(std::string_view text);

std::string ResolvConf(const Dns& dns);

// With localhost, and the container's own name if that is not empty.
std::string HostsFile(const Hosts& hosts, const std::string& own_name);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_NAMES_H_
