// runtime create: builds a container that starts later.

#include <utility>

#include "runtime/commands/launching.h"
#include "runtime/commands/run_options.h"
#include "runtime/commands/tell.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {
    kConfig,
    kSet,
    kEnv,
    kWorkdir,
    kStopSignal,
    kAnnotation,
    {"name", Kind::kText, "ID", "the container's id; default: generated"},
    {"pid-file", Kind::kText, "FILE", "write the pid of the container's first process"},
    {"keep-fd", Kind::kTexts, "N", "let the command inherit descriptor N"},
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
};

Result<cli::Report> Create(Given given) {
  if (given.words.Text(kConfig.name).empty()) {
    return Error("no config was named", {},
                 "write runtime create --config FILE COMMAND; see runtime create --help");
  }
  ASSIGN_OR_RETURN(const RunOptions options, RunOptionsOf(given.words));
  if (options.verbose) cli::SetVerbose();
  Told told(options);
  cli::Report report = LaunchContainer(given, options, {.create_only = true, .kept = true}, told);
  if (report.exit_status.ok() && *report.exit_status == 0) report.text = options.id + "\n";
  return report;
}

}  // namespace

constexpr Command kCreateCommand = {
    .name = "create",
    .synopsis = "--config FILE [OPTIONS] [--] [COMMAND [ARG...]]",
    .summary = "build a container that waits for runtime start",
    .about =
        "Builds the container that the config describes, as runtime run does, prints its id, and "
        "leaves it waiting: runtime start has it run COMMAND, or process.args of the config.\n"
        "\n"
        "  runtime create --name web --config web.yaml <&- >web.log 2>&1\n"
        "  runtime start web\n"
        "\n"
        "The command has the standard input, output and errors of runtime create, so a pipe of "
        "them stays open. It is looked for now: 127 when it is not found. The container lives "
        "on without any runtime, in a session of its own, and is there, also once it has ended, "
        "until runtime delete.\n",
    .options = kOptions,
    .execute = Create,
    .runs_command = true,
    .has_pipeline = true};

}  // namespace slipway::commands
