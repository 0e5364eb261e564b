// The host's side of errors, for tests that call the hooks of a plugin by themselves. Not for a
// test that has the real host in it.

#ifndef SLIPWAY_RUNTIME_SDK_TESTING_HOST_H_
#define SLIPWAY_RUNTIME_SDK_TESTING_HOST_H_

#include <string>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/error.h"
#include "runtime/sdk/result.h"

struct slipway_error {
  slipway::ErrorRecord record{};
};

namespace slipway::testing {

// A table with all that a hook may call in every case; container_id and operation answer "test" and
// SLIPWAY_START, whatever the context is.
slipway_host HostForTests();

// What a hook has returned.
Status StatusOf(int result, const slipway_error& error);

// What the Probe of the plugin's first stage says, of options that nobody has given, in a process
// that has the empty folder `root` as its root: where the kernel seems to have nothing in /proc.
// plugin: its file. For root.
Status ProbeInRoot(const std::string& plugin, const std::string& root);

}  // namespace slipway::testing

#endif  // SLIPWAY_RUNTIME_SDK_TESTING_HOST_H_
