// What both kinds of start have in common: a child goes from the clone through the hooks to the
// user's command, and the host learns how far it has come.
//
// parked.h starts a child that is a copy of the host, and waits until it is released. It is for
// pipelines in which somebody has to do something with the child from outside.
// sharing.h starts one that shares the host's memory. It is quicker, and for all others.

#ifndef SLIPWAY_RUNTIME_LAUNCH_START_H_
#define SLIPWAY_RUNTIME_LAUNCH_START_H_

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "runtime/launch/channel.h"
#include "runtime/launch/command.h"
#include "runtime/launch/container_root.h"
#include "runtime/launch/descriptors.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/init.h"
#include "runtime/launch/occasion.h"
#include "runtime/launch/plan.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/stage.h"
#include "runtime/launch/target.h"
#include "runtime/sdk/error.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// What a start is about; both sides of the clone see it.
struct Setup {
  const std::vector<Stage>& stages;
  const Plan& plan;
  const Command& command;
  const Execution& execution;  // of the command and the plan
  InitProgram& init;
  const BlockedSignals& signals;
  // Of a start: where records are left. Null in an exec, which leaves none.
  state::Journal* journal;
  // Of an exec: the container that the child joins. Null in a start.
  const Target* target;
  Guard& guard;
  // Of all hooks.
  const Occasion& occasion;
  const Log& log;
  bool wants_terminal;            // of an exec: its command is to get one of its own
  bool outlives_host;             // else the child is killed when the host dies
  std::chrono::seconds patience;  // how long a hook may take; 0: for ever
};

// How far the child has come, in memory that both sides share: so the host can name the hook in
// which a child died without a word.
struct Progress {
  std::atomic<size_t> stage{0};  // position in the pipeline; their number: past all hooks
  std::atomic<const char*> hook{kInChild};  // kInChild or kFinish
  std::atomic<bool> executing{false};       // the command may run by now
  std::atomic<bool> channel_lost{false};    // by a hook of that stage
  std::atomic<bool> failed{false};          // with the error, in good order
  ErrorRecord error{};
};

// What a hook that closes what is not its own leads to.
Error ClosedDescriptors(const Stage& stage, const char* hook);
Status CheckIntact(const state::Journal& journal, const Stage& stage, const char* hook);

// In the child, and `after` behind each hook: what the hooks may do, and what they say.
struct Hooks {
  const Setup& setup;
  Progress& progress;
  ContainerRoot& root;
  Descriptors& descriptors;
  const Channel* channel;         // to the host, while it listens; or null
  const Result<sys::Fd>* procfs;  // of a pid namespace that is joined: see procfs.h; or null
  const Log& log;
  std::function<Status(const Stage&)> after;
};

// Becomes root of the container's user namespace, enters its cgroups and the namespaces that come
// behind them (in an exec: its namespaces and its root), calls the InChild hooks, then enters the
// root that one of them has set.
Status RunInChild(const Hooks& hooks);

// Are the files at "/" an image's then, and not the host's?
bool IsHostile(const Setup& setup, const ContainerRoot& root);

// Calls the Finish hooks.
Status RunFinish(const Hooks& hooks);
bool HasFinish(const Setup& setup);

// From here on others can find the child, should this process die.
Status RecordChild(pid_t pid, const sys::Fd& pidfd, state::Journal& journal);

// An error of the journal, said so.
Error KeepingState(Error error);

// How far it has come.
struct Position {
  size_t stage;
  const char* hook;
};
Position PositionOf(const Progress& progress);
Position PastAllHooks(const Setup& setup);

// Errors of the hook there, or of the exec behind the last one.
Error InHook(const Setup& setup, const Position& position, Error error);
Error TookTooLong(const Setup& setup, const Position& position);
Error OutOfStack(const Setup& setup, const Position& position);
Error Interrupted(const Setup& setup, const Position& position, int signal);
// wait_status: as waitpid(2) encodes it.
Error EndedEarly(const Setup& setup, const Position& position, int wait_status);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_START_H_
