// runtime plan: what would a run of this config do? Nothing is done.

#include "runtime/cli/plan.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/commands/environment.h"
#include "runtime/commands/findings.h"
#include "runtime/commands/options.h"
#include "runtime/commands/source.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/describe.h"
#include "runtime/launch/guard.h"
#include "runtime/state/contents.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kFormat = {"format", Kind::kText, "text|json", "text (the default) or json"};
constexpr cli::Option kOptions[] = {
    kConfig, kSet, kEnv, kWorkdir, kAnnotation, kFormat, kPluginDir, kTrust, kHookTimeout, kHelp,
};

// Of the command's variables the names alone: a value may be a password.
std::string VariablesOf(const config::Process& process) {
  std::set<std::string> names;
  for (const auto& variables : {DefaultEnvironment(), EnvironmentOf(process)}) {
    for (const std::string& variable : variables)
      names.insert(variable.substr(0, variable.find('=')));
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// What the runtime does by itself, behind the stages. What they ask of it there, they tell.
std::vector<cli::PlannedEffect> HostEffects(const config::Process& process,
                                            const std::vector<std::string>& words) {
  const std::vector<std::string>& command = words.empty() ? process.args : words;
  const bool folder_is_set = !process.cwd_where.empty();
  return {
      {SLIPWAY_EFFECT_MOUNT, "/",
       "the root that a stage has made is entered; else it is the machine's"},
      {SLIPWAY_EFFECT_PROCESS, "folder",
       process.cwd + (folder_is_set ? "" : ", where no stage sets another")},
      {SLIPWAY_EFFECT_PROCESS, "environment", VariablesOf(process)},
      {SLIPWAY_EFFECT_PROCESS, "init", "where a stage asks for one, it runs the command"},
      {SLIPWAY_EFFECT_PROCESS, "command",
       command.empty() ? "none is named, neither behind FILE nor as process.args"
                       : state::CommandText(command)},
  };
}

cli::Plan PlanOf(const std::string& config, const Findings& findings,
                 std::vector<std::vector<launch::Effect>> effects,
                 const std::vector<std::string>& command) {
  cli::Plan plan{.config = config,
                 .stages = {},
                 .host = HostEffects(findings.pipeline()->process, command),
                 .missing = findings.missing()};
  for (size_t i = 0; i < effects.size(); ++i) {
    const slipway_stage& stage = findings.stages()[i].descriptor();
    cli::PlannedStage& planned = plan.stages.emplace_back();
    planned.name = stage.name;
    planned.summary = stage.summary;
    planned.tells = stage.describe != nullptr;
    for (launch::Effect& effect : effects[i]) {
      planned.effects.push_back({effect.kind, std::move(effect.subject), std::move(effect.detail)});
    }
  }
  return plan;
}

Result<cli::Report> Plan(Given given) {
  const cli::Words& words = given.words;
  const std::string config = words.Text(kConfig.name);
  if (config.empty()) return Error("no config was named", {}, "write runtime plan FILE");
  ASSIGN_OR_RETURN(const std::string format, Format(words, kFormat));
  ASSIGN_OR_RETURN(const std::chrono::seconds timeout, HookTimeout(words));
  RETURN_IF_ERROR(CheckFolders(words));
  if (given.source == nullptr) {
    auto source = Source::Open(config, FoldersOf(words));
    if (!source.ok() && format == "json") return NotOpened(config, source.error());
    if (!source.ok()) return std::move(source).status();
    given.source = std::move(*source);
  }
  const launch::Guard guard(timeout);
  Findings findings(*given.source, words);
  if (findings.errors().empty()) findings.Probe();
  if (!findings.errors().empty()) return Wrong(*given.source, findings, format);
  auto effects = launch::DescribeStages(findings.stages(), findings.occasion());
  if (!effects.ok()) {
    findings.Add(effects.error());
    return Wrong(*given.source, findings, format);
  }
  const cli::Plan plan =
      PlanOf(given.source->text().name, findings, std::move(*effects), words.rest);
  return cli::Report{.text = format == "json" ? cli::PlanAsJson(plan) : cli::PlanAsText(plan)};
}

}  // namespace

constexpr Command kPlanCommand = {
    .name = "plan",
    .synopsis = "FILE [OPTIONS] [--] [COMMAND [ARG...]]",
    .summary = "tell what a run would do, in order; nothing is started or changed",
    .about =
        "Checks a config as runtime check --probe does, and has each stage tell what it would do: "
        "namespaces, cgroups and their limits, mounts, files, and what the command's process is to "
        "be. Then comes what the runtime itself does. Nothing of it is done. ID stands for the "
        "container's id.\n"
        "\n"
        "  runtime plan my.yaml make -j4\n"
        "  runtime plan --format json my.yaml --memory 64M\n"
        "\n"
        "It needs the rights that a run would need. Options end at the first word behind FILE that "
        "is none: the rest is the command.\n"
        "\n"
        "Exit status: 0; 1 when the config is wrong, or does not work here.\n",
    .options = kOptions,
    .execute = Plan,
    .runs_command = true,
    .has_pipeline = true,
    .config_first = true,
    .failure_status = kWrong};

}  // namespace slipway::commands
