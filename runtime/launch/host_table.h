// The host's side of the contract: the context that a hook is handed, and the table of functions
// behind slipway_host. A function that is called from a hook that it is not for fails, and says
// so, instead of doing something by halves.

#ifndef SLIPWAY_RUNTIME_LAUNCH_HOST_TABLE_H_
#define SLIPWAY_RUNTIME_LAUNCH_HOST_TABLE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/launch/channel.h"
#include "runtime/launch/container_root.h"
#include "runtime/launch/descriptors.h"
#include "runtime/launch/effects.h"
#include "runtime/launch/findings.h"
#include "runtime/launch/occasion.h"
#include "runtime/launch/plan.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/error.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"
#include "runtime/sys/fd.h"

// What a hook has failed of, or a function that it has called.
struct slipway_error {
  slipway::ErrorRecord record{};
};

// What a hook may reach; nothing here belongs to it.
struct slipway_context {
  const std::string* container_id = nullptr;  // or null
  slipway_operation operation = SLIPWAY_CHECK;
  const slipway::launch::Log* log = nullptr;                  // or null
  const slipway_stage* descriptor = nullptr;                  // of the stage whose hook it is
  const std::string* where = nullptr;                         // where the pipeline names it
  size_t stage = 0;                                           // position in the pipeline
  slipway::state::Journal* journal = nullptr;                 // where records may be left
  slipway::launch::Plan* plan = nullptr;                      // PreClone
  pid_t child_pid = -1;                                       // PostClone; PreClone of an exec
  int child_pidfd = -1;                                       // the same
  slipway::launch::ContainerRoot* root = nullptr;             // InChild
  slipway::launch::Descriptors* descriptors = nullptr;        // InChild
  const slipway::launch::Descriptors* finishing = nullptr;    // Finish
  const slipway::launch::Channel* channel = nullptr;          // InChild, of a parked start; or null
  const slipway::Result<slipway::sys::Fd>* procfs = nullptr;  // InChild, of a joined pid namespace
  const char* no_started = nullptr;  // InChild: why nothing can be put aside for Started; or null
  bool relays = false;               // InChild: is the terminal that it sets relayed?
  const char* no_relay = nullptr;    // PreClone: why no terminal can be relayed; or null
  const std::vector<slipway::launch::Request>* passed = nullptr;  // Started
  slipway::launch::Request* reply = nullptr;                      // Serve
  std::vector<slipway::launch::Effect>* effects = nullptr;        // Describe
  slipway::launch::Findings* findings = nullptr;                  // Report
  std::vector<pid_t>* processes = nullptr;                        // Processes
  const std::vector<slipway::state::Entry>* entries = nullptr;    // or null
  const std::vector<std::string>* states = nullptr;               // or null
  const std::vector<std::string>* annotations = nullptr;          // or null
  const slipway::launch::OciState* oci_state = nullptr;           // or null
  slipway::state::Phase phase = slipway::state::Phase::kCreating;
  pid_t first_pid = 0;           // of an operation on a container that runs
  mutable std::string oci_text;  // what a stage was told last
};

namespace slipway::launch {

// The one table of this process.
const slipway_host* HostTable();

// A context without anything of a certain hook.
slipway_context ContextFor(const Occasion& occasion);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_HOST_TABLE_H_
