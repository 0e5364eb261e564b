// The child's side of a launch: from parked to the user's command.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CHILD_H_
#define SLIPWAY_RUNTIME_LAUNCH_CHILD_H_

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "runtime/launch/channel.h"
#include "runtime/launch/command.h"
#include "runtime/launch/plan.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/abi.h"

namespace slipway::launch {

// What a launch is about; both sides of the clone see it.
struct Setup {
  const std::string& id;
  const std::vector<Stage>& stages;
  const Plan& plan;
  const Command& command;
  const BlockedSignals& signals;
  // The child waits for Release before its hooks. Else no stage has a PostClone hook that must come
  // before them, and it waits after them: the host need not be waited for meanwhile.
  bool parks_first;
  bool outlives_host;             // else the child is killed when the host dies
  std::chrono::seconds patience;  // how long a hook may take; 0: for ever
};

// How far the child has come, in memory that both sides share: so the host can name the hook in
// which a child died without a word.
struct Progress {
  std::atomic<size_t> stage{0};           // position in the pipeline; their number: past all hooks
  std::atomic<bool> channel_lost{false};  // by a hook of that stage
  // The child's error, should the channel not take it, as when memory has run out.
  std::atomic<bool> failed{false};
  slipway_error error{};
};

// Runs the InChild hooks, waits for Release before or after, and executes the command. Reports
// every failure through the channel. Nothing here loads a library or prints.
[[noreturn]] void RunChild(const Setup& setup, const Channel& channel, Progress& progress);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CHILD_H_
