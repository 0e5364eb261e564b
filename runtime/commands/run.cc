// runtime run, and the plain form `runtime --config FILE COMMAND`: a command in a container.

#include <utility>

#include "runtime/commands/detach.h"
#include "runtime/commands/launching.h"
#include "runtime/commands/run_options.h"
#include "runtime/commands/tell.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

Result<cli::Report> Run(Given given) {
  if (!given.words.Has(kConfig.name) || given.words.Text(kConfig.name).empty()) {
    return Error("no config was named", {},
                 "write runtime --config FILE COMMAND; see runtime --help");
  }
  ASSIGN_OR_RETURN(RunOptions options, RunOptionsOf(given.words));
  if (options.verbose) cli::SetVerbose();
  if (options.log) return RunDetached(given, options);
  Told told(options);
  cli::Report report = LaunchContainer(given, options, {}, told);
  Status ended = told.End(report.exit_status);
  if (!ended.ok()) report.warnings.push_back(ended.error());
  return report;
}

}  // namespace

constexpr Command kRunCommand = {
    .name = "run",
    .synopsis = "--config FILE [OPTIONS] [--] [COMMAND [ARG...]]",
    .summary = "run a command in a container; \"runtime --config FILE COMMAND\" is the same",
    .about =
        "Runs COMMAND, or process.args of the config, in the container that the config "
        "describes.\n"
        "\n"
        "  runtime --config ubuntu.yaml bash\n"
        "  runtime --config host.yaml -e LANG=C -w /tmp -- make -j4\n"
        "  runtime run -d --log web.log --name web --config web.yaml\n"
        "\n"
        "Options end at the first word that is none: the rest is the command.\n"
        "\n"
        "With --detach it prints the id and returns as soon as the command runs. A runtime in the "
        "background watches the container, and keeps how it has ended for runtime wait, and its "
        "output for runtime logs, until runtime delete. Should that runtime be killed, the "
        "container ends with it, unless --outlive-runtime was given.\n"
        "\n"
        "With --timeout, or process.timeout of the config, a command that takes longer gets its "
        "--stop-signal, TERM if there is none, and after --grace KILL.\n"
        "\n"
        "Exit status: the command's own; 128+N when signal N ended it; 124 when its time was up; "
        "125 "
        "when the runtime itself fails, 126 when the command cannot be executed, 127 when it is "
        "not found.\n",
    .options = kRunOptions,
    .execute = Run,
    .runs_command = true,
    .has_pipeline = true};

}  // namespace slipway::commands
