// The verbs that there are, each defined in a file of its own.

#ifndef SLIPWAY_RUNTIME_COMMANDS_VERBS_H_
#define SLIPWAY_RUNTIME_COMMANDS_VERBS_H_

#include "runtime/commands/command.h"

namespace slipway::commands {

extern const Command kRunCommand;       // run.cc
extern const Command kCreateCommand;    // create.cc
extern const Command kStartCommand;     // start.cc
extern const Command kDeleteCommand;    // delete.cc
extern const Command kLogsCommand;      // logs.cc
extern const Command kCheckCommand;     // check.cc
extern const Command kPlanCommand;      // plan.cc
extern const Command kStagesCommand;    // stages.cc
extern const Command kDescribeCommand;  // describe.cc
extern const Command kExecCommand;      // exec.cc
extern const Command kKillCommand;      // kill.cc
extern const Command kStopCommand;      // stop.cc
extern const Command kPsCommand;        // ps.cc
extern const Command kPauseCommand;     // pause.cc
extern const Command kResumeCommand;    // resume.cc
extern const Command kStatsCommand;     // stats.cc
extern const Command kUpdateCommand;    // update.cc
extern const Command kWaitCommand;      // wait.cc
extern const Command kListCommand;      // list.cc
extern const Command kGcCommand;        // gc.cc
extern const Command kCompleteCommand;  // complete.cc
extern const Command kHelpCommand;      // help.cc
extern const Command kVersionCommand;   // version.cc

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_VERBS_H_
