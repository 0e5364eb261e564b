#include "runtime/commands/launching.h"

#include <chrono>
#include <utility>
#include <vector>

#include "runtime/commands/builders.h"
#include "runtime/commands/environment.h"
#include "runtime/commands/oci_state.h"
#include "runtime/commands/stage_log.h"
#include "runtime/launch/launch.h"
#include "runtime/state/root.h"
#include "runtime/sys/process.h"
#include "runtime/text/amount.h"

namespace slipway::commands {
namespace {

// Everything that is checked before any side effect, and what comes of it.
struct Checked {
  config::Pipeline pipeline;  // owns the options of the stages
  std::vector<launch::Selection> selections;
  std::vector<launch::Stage> stages;
  launch::Command command;
  state::Facts facts;
};

int64_t Now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(since_epoch).count();
}

Result<launch::Command> CommandOf(const cli::Words& words, const config::Process& process,
                                  const std::string& config) {
  if (words.separator && words.rest.empty()) {
    return Error("no command after --", {}, "write -- COMMAND [ARG...], or leave the -- out");
  }
  launch::Command command{.args = words.rest.empty() ? process.args : words.rest,
                          .environment = EnvironmentOf(process),
                          .defaults = DefaultEnvironment(),
                          .cwd = process.cwd_where.empty() ? std::string() : process.cwd};
  if (!command.args.empty()) return command;
  return Error("no command was given", {},
               "write it after the options, or as process.args in " + config);
}

std::vector<std::string> PathsOf(const std::vector<config::BaseText>& bases) {
  std::vector<std::string> paths;
  for (const config::BaseText& base : bases) paths.push_back(base.text.name);
  return paths;
}

Result<config::Pipeline> CheckPipeline(Source& source, const cli::Words& words, Told& told) {
  config::Mistakes mistakes;
  auto pipeline = source.Check(words, mistakes);
  told.kind = ErrorKind::kConfig;
  told.TellExtended(PathsOf(source.bases()));
  if (pipeline) return std::move(*pipeline);
  Error first = mistakes.errors().front();
  if (mistakes.size() > 1 && *first->hint == '\0') {
    first.Hint("and " + std::to_string(mistakes.size() - 1) + " more: runtime check tells all");
  }
  return first;
}

// reasons: gets those of each alternative, when none of a first-of works here.
Status Select(const config::Pipeline& pipeline, const RunOptions& options, Checked& checked,
              Told& told, std::vector<Error>& reasons) {
  told.kind = ErrorKind::kMachine;
  const launch::Log log = StageLog(options.verbose);
  const launch::OciState oci_state = OciStateOf(checked.facts);
  auto stages = launch::SelectStages(ChoicesOf(pipeline),
                                     {.operation = SLIPWAY_START,
                                      .container_id = &checked.facts.id,
                                      .log = &log,
                                      .annotations = &checked.facts.annotations,
                                      .oci_state = &oci_state},
                                     &checked.selections);
  told.TellChoices(pipeline, checked.selections);
  if (!stages.ok()) {
    reasons = ReasonsOf(checked.selections);
    return std::move(stages).status();
  }
  checked.stages = std::move(*stages);
  told.kind = ErrorKind::kConfig;
  for (size_t i = 0; i < checked.selections.size(); ++i) {
    RETURN_IF_ERROR(config::CheckTaken(pipeline.steps[i], checked.selections[i].taken));
  }
  return Ok();
}

// A time limit that nobody would see to must not look as if it held.
Status CheckTimeout(const config::Process& process, const RunOptions& options,
                    const Manner& manner) {
  if (process.timeout.count() == 0) return Ok();
  const char* why = nullptr;
  if (manner.create_only) why = "a container that was created has no runtime that could end it";
  if (options.outlive_runtime)
    why = "a container that outlives its runtime may have none to end it";
  if (why == nullptr) return Ok();
  return Error(std::string("process.timeout: ") + why, {},
               "--set process.timeout=0s does without; runtime run -d has a runtime")
      .At(process.timeout_where);
}

Result<Checked> CheckAll(Given& given, const RunOptions& options, const Manner& manner, Told& told,
                         std::vector<Error>& reasons) {
  const cli::Words& words = given.words;
  Checked checked;
  told.kind = ErrorKind::kConfig;
  if (given.source == nullptr) {
    ASSIGN_OR_RETURN(given.source, Source::Open(words.Text(kConfig.name), options.folders));
  }
  Source& source = *given.source;
  told.TellConfig(source.path());
  RETURN_IF_ERROR(told.Begin());
  ASSIGN_OR_RETURN(checked.pipeline, CheckPipeline(source, words, told));
  RETURN_IF_ERROR(CheckTimeout(checked.pipeline.process, options, manner));
  ASSIGN_OR_RETURN(checked.command, CommandOf(words, checked.pipeline.process, source.path()));
  checked.facts.id = options.id;
  checked.facts.config = told.config();
  checked.facts.extends = told.extends();
  checked.facts.annotations = AnnotationsOf(checked.pipeline);
  RETURN_IF_ERROR(Select(checked.pipeline, options, checked, told, reasons));
  ASSIGN_OR_RETURN(checked.facts.stages, SavedStages(checked.stages, source.loader()));
  checked.facts.command = state::CommandText(checked.command.args);
  checked.facts.cwd = checked.command.cwd;
  checked.facts.environment = checked.command.environment;
  checked.facts.stop_signal = checked.pipeline.process.stop_signal;
  checked.facts.since = Now();
  checked.facts.outlives_host = options.outlive_runtime || manner.create_only;
  checked.facts.kept = manner.kept;
  checked.facts.log = manner.log;
  checked.command.input = manner.input;
  checked.command.output = manner.output;
  return checked;
}

// Says where in the config the command or its folder stands that could not be used.
void Place(const config::Process& process, const cli::Words& words, Error& error) {
  const std::string_view option = error->option;
  if (option == "process.cwd" && !process.cwd_where.empty()) error.At(process.cwd_where);
  if (option != "process.args") return;
  if (words.rest.empty()) {
    error.At(process.args_where);
  } else if (error->exit_status == launch::kNotFound &&
             FindCommand(words.rest.front()) != nullptr) {
    // Behind --config every word is the command's.
    error.Hint("as a verb it stands without --config: runtime " + words.rest.front());
  }
}

Error TimeWasUp(const config::Process& process) {
  return Error("the command took longer than process.timeout,",
               text::Duration(process.timeout.count()));
}

// While no signal can end this process yet: an impatient one would cost the figures.
void Tell(launch::Outcome& outcome, const Checked& checked, const cli::Words& words, Told& told) {
  Result<int>& status = outcome.exit_status;
  if (!status.ok()) Place(checked.pipeline.process, words, status.error());
  told.TellOutcome(outcome);
  if (outcome.timed_out) outcome.findings.notes.push_back(TimeWasUp(checked.pipeline.process));
  Status written = told.End(status);
  if (!written.ok()) outcome.warnings.push_back(std::move(written.error()));
}

bool HasEnded(const sys::Fd& pidfd) {
  const auto ended = sys::AwaitExit(pidfd, std::chrono::milliseconds(0));
  return ended.ok() && *ended;
}

}  // namespace

cli::Report LaunchContainer(Given& given, const RunOptions& options, const Manner& manner,
                            Told& told) {
  const cli::Words& words = given.words;
  launch::Guard guard(options.hook_timeout);
  if (options.outlive_runtime) guard.LetChildLiveOn();
  std::vector<Error> reasons;
  // Not given back: after the clone that takes a page fault for each page, and a hook that calls
  // exit(3) must find it.
  static auto& checked = *new Result<Checked>(CheckAll(given, options, manner, told, reasons));
  if (!checked.ok()) {
    return {.exit_status = std::move(checked).status(), .failures = std::move(reasons)};
  }
  told.kind = ErrorKind::kStart;
  if (options.caller.valid() && HasEnded(options.caller)) {
    return {.exit_status = Error("the caller has ended, and --die-with-caller was given")};
  }
  auto root = state::Root::Make(options.state_folder);
  if (!root.ok()) return {.exit_status = std::move(root).status()};
  auto outcome =
      launch::Launch({.root = *root,
                      .facts = checked->facts,
                      .stages = checked->stages,
                      .command = checked->command,
                      .want_figures = options.stats.has_value(),
                      .guard = guard,
                      .patience = options.hook_timeout,
                      .gc_words = options.gc_words,
                      .started = [&](pid_t pid) -> Status {
                        RETURN_IF_ERROR(TellStarted(options, pid));
                        return manner.started ? manner.started() : Ok();
                      },
                      .kept_fds = options.kept_fds,
                      .ended = [&](launch::Outcome& end) { Tell(end, *checked, words, told); },
                      .log = StageLog(options.verbose),
                      .oci_state = OciStateOf(checked->facts),
                      .caller = options.caller.get(),
                      .limit = {.time = checked->pipeline.process.timeout,
                                .grace = checked->pipeline.process.grace,
                                .signal = checked->pipeline.process.stop_signal},
                      .create_only = manner.create_only});
  checked->stages.clear();
  return {.exit_status = std::move(outcome.exit_status),
          .warnings = std::move(outcome.warnings),
          .notes = std::move(outcome.findings.notes)};
}

}  // namespace slipway::commands
