// A program that works for a container as long as that lives, and with nobody's file but its own:
// pasta(1), slirp4netns(1). It is no child of the runtime's, which may end before.

#ifndef SLIPWAY_PLUGINS_NETWORK_HELPER_H_
#define SLIPWAY_PLUGINS_NETWORK_HELPER_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/stage.h"

namespace slipway::network {

struct Helper {
  std::string path;
  std::vector<std::string> words;  // the first is its name
  int input = -1;                  // a descriptor, its standard input
  int ready = 1;                   // by this number it gets what it writes to once it works: 1 or 3
  bool ignore_pipe = false;        // SIGPIPE, of which it does not think itself
};

inline constexpr std::string_view kHelperRecord = "helper ";

// Runs it, without environment and with no other descriptors, and returns once it is ready. The
// undo record is there before it is executed. The error has its own words.
Status StartHelper(const Helper& helper, ParkedChild& child);

// Ends the process of such a record, if it still runs.
Status EndHelper(std::string_view record);

}  // namespace slipway::network

#endif  // SLIPWAY_PLUGINS_NETWORK_HELPER_H_
