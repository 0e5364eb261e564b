#include "runtime/commands/stage_log.h"

#include "runtime/cli/report.h"

namespace slipway::commands {

launch::Log StageLog(bool verbose) {
  return [verbose](slipway_log_level level, const Error& line) {
    if (level == SLIPWAY_WARNING) {
      cli::PrintError("warning: ", line);
    } else if (verbose) {
      cli::PrintError("", line);
    }
  };
}

}  // namespace slipway::commands
