// What stages of a container are told by slipway_host's oci_state.

#ifndef SLIPWAY_RUNTIME_COMMANDS_OCI_STATE_H_
#define SLIPWAY_RUNTIME_COMMANDS_OCI_STATE_H_

#include "runtime/launch/occasion.h"
#include "runtime/state/contents.h"

namespace slipway::commands {

// facts: outlive it. The bundle is the folder of the config; "/" for one that is no file.
launch::OciState OciStateOf(const state::Facts& facts);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_OCI_STATE_H_
