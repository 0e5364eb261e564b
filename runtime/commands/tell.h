// What a run tells programs and, with -v, people: --stats, --pid-file, --info-fd.

#ifndef SLIPWAY_RUNTIME_COMMANDS_TELL_H_
#define SLIPWAY_RUNTIME_COMMANDS_TELL_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/cli/stats.h"
#include "runtime/commands/run_options.h"
#include "runtime/config/pipeline.h"
#include "runtime/launch/launch.h"
#include "runtime/sdk/result.h"

namespace slipway::commands {

// What an error is about, so that a script can tell "mend the config" from "try again".
enum class ErrorKind { kConfig, kMachine, kStart, kCommand };

// Gathers what --stats says. It costs nothing where nobody asks for it.
class Told {
 public:
  // options: outlives it.
  explicit Told(const RunOptions& options);

  // Of an error that happens from here on.
  ErrorKind kind = ErrorKind::kConfig;

  // A file that can be replaced says from now on that the end is unknown: should this process be
  // killed, nobody takes the figures of an older run for this one's.
  Status Begin() const;

  // path: of the config that was taken.
  void TellConfig(const std::string& path);
  // paths: of the configs that it extends.
  void TellExtended(const std::vector<std::string>& paths);
  void TellChoices(const config::Pipeline& pipeline,
                   const std::vector<launch::Selection>& selections);
  void TellOutcome(const launch::Outcome& outcome);

  // Writes the figures, once.
  Status End(const Result<int>& exit_status);

  // The path of the config, absolute.
  const std::string& config() const { return stats_.config; }

 private:
  const RunOptions& options_;
  cli::Stats stats_;
  bool ended_ = false;
};

// The command runs; pid: of the container's first process.
Status TellStarted(const RunOptions& options, pid_t pid);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_TELL_H_
