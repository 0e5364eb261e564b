// The life of a container, from checked stages to the exit status.

#ifndef SLIPWAY_RUNTIME_LAUNCH_LAUNCH_H_
#define SLIPWAY_RUNTIME_LAUNCH_LAUNCH_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "runtime/launch/command.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/occasion.h"
#include "runtime/launch/outcome.h"
#include "runtime/launch/stage.h"
#include "runtime/launch/time_limit.h"
#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"
#include "runtime/state/root.h"

namespace slipway::launch {

struct Job {
  const state::Root& root;    // where the journal goes
  const state::Facts& facts;  // of the container; its stages are those of `stages`
  const std::vector<Stage>& stages;
  const Command& command;
  // The stages are asked for their findings then, however the container ended, or else when the
  // command ended badly: reading them takes time that every other start need not spend.
  bool want_figures = false;
  Guard& guard;
  std::chrono::seconds patience{0};  // how long one hook may take; 0: for ever; as the guard's
  // The words of a `runtime gc` that finds this container's state, without its id; guard.h.
  std::vector<std::string> gc_words;
  // Called once the command runs, with the container's first process as the host sees it. When it
  // fails, the container is ended, and this is the error. May be empty.
  std::function<Status(pid_t)> started = {};
  // Descriptors of the caller's that the command inherits under their numbers.
  std::vector<int> kept_fds = {};
  // Called when all is over and undone, while signals still cannot end this process. May be empty.
  std::function<void(Outcome&)> ended = {};
  // Takes what stages say to the user, at once but from a child that shares this process's memory:
  // then once the command runs. May be empty.
  Log log = {};
  // Of the container's state, for stages that ask for it. May be empty.
  OciState oci_state = {};
  // A pidfd of the process whose end ends the container; -1: nobody's does.
  int caller = -1;
  // Of the command. let_go_on stays empty: that is the stages' to do.
  TimeLimit limit = {};
  // The container is built, and then left to wait for `runtime start`; of facts that say kept and
  // outlives_host. `started` is called once it waits.
  bool create_only = false;
};

// Runs the command in a container that the stages build, waits for its end, and undoes what the
// stages did, whatever happens. What could not be undone stays in the journal; and the journal of a
// container that is kept stays, with how it has ended. The process must have a single thread.
Outcome Launch(const Job& job);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_LAUNCH_H_
