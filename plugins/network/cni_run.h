// Runs one plugin of the Container Network Interface.

#ifndef SLIPWAY_PLUGINS_NETWORK_CNI_RUN_H_
#define SLIPWAY_PLUGINS_NETWORK_CNI_RUN_H_

#include <string>

#include "runtime/sdk/result.h"

namespace slipway::network {

struct CniCall {
  std::string path;     // of the program
  std::string command;  // ADD or DEL
  std::string container;
  std::string netns;  // "": it is gone
  std::string request;
};

// Runs it to its end, with nothing but CNI's environment and a PATH of the system's own. What it
// answers; the error has its own words.
Result<std::string> RunCni(const CniCall& call);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_CNI_RUN_H_
