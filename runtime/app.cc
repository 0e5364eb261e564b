#include "runtime/app.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <utility>

#include "runtime/cli/describe.h"
#include "runtime/config/check.h"
#include "runtime/config/document.h"
#include "runtime/config/find.h"
#include "runtime/config/override.h"
#include "runtime/config/pipeline.h"
#include "runtime/container_id.h"
#include "runtime/launch/launch.h"
#include "runtime/launch/stage.h"
#include "runtime/loader/loader.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"
#include "runtime/version.h"

namespace slipway {
namespace {

constexpr size_t kNameColumn = 16;                                     // `runtime stages`
constexpr const char* kInstalledConfigs = "../share/slipway/configs";  // from the binary's folder

Result<std::string> FindConfig(const std::string& name) {
  if (name.empty()) {
    return Error("no config", {}, "say which pipeline to run: --config FILE; see runtime --help");
  }
  return config::Find(name, {sys::ExecutableFolder() + "/" + kInstalledConfigs});
}

Result<config::Pipeline> ReadPipeline(const cli::Invocation& invocation, loader::Loader& loader) {
  std::vector<config::Override> overrides;
  for (const std::string& text : invocation.overrides) {
    ASSIGN_OR_RETURN(overrides.emplace_back(), config::ParseOverride(text));
  }
  ASSIGN_OR_RETURN(const std::string path, FindConfig(invocation.config));
  auto document = config::Document::Read(path);
  if (!document.ok()) {
    Error& error = document.error();
    if (error.errno_value && !*error.hint) error.Hint("the config must be a file");
    return std::move(document).status();
  }
  return config::Check(*document, overrides, [&](const std::string& name) {
    const auto pin = document->pins().find(name);
    if (pin == document->pins().end()) return loader.Load({.name = name});
    return loader.Load({name, pin->second.path, pin->second.sha256});
  });
}

// What a command finds in its environment: the config's variables, over a few that every program
// counts on. Nothing else of the caller's comes in.
std::vector<std::string> EnvironmentOf(const config::Process& process) {
  std::map<std::string, std::string> variables = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", geteuid() == 0 ? "/root" : "/"},
  };
  if (const char* term = getenv("TERM")) variables["TERM"] = term;
  for (const auto& [name, value] : process.env) variables[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

Result<launch::Command> CommandOf(const cli::Invocation& invocation,
                                  const config::Process& process) {
  launch::Command command{.args = invocation.command.empty() ? process.args : invocation.command,
                          .environment = EnvironmentOf(process),
                          .cwd = process.cwd};
  if (command.args.empty() || command.args.front().empty()) {
    return Error("no command", {},
                 "give one after the options, or as process.args in " + invocation.config);
  }
  return command;
}

std::vector<launch::StageChoice> ChoicesOf(const config::Pipeline& pipeline) {
  std::vector<launch::StageChoice> choices;
  for (const config::Step& step : pipeline.steps) {
    launch::StageChoice& choice = choices.emplace_back();
    choice.where = step.where;
    for (const config::StageEntry& entry : step.alternatives) {
      choice.stages.push_back({entry.descriptor, entry.options->data(), entry.where});
    }
  }
  return choices;
}

// All checks come before all side effects: this is the last one of them.
Result<launch::Outcome> Run(const cli::Invocation& invocation, loader::Loader& loader) {
  ASSIGN_OR_RETURN(const std::string id, ContainerId(invocation.name));
  ASSIGN_OR_RETURN(const config::Pipeline pipeline, ReadPipeline(invocation, loader));
  ASSIGN_OR_RETURN(const launch::Command command, CommandOf(invocation, pipeline.process));
  ASSIGN_OR_RETURN(const auto stages, launch::SelectStages(ChoicesOf(pipeline)));
  return launch::Launch(id, stages, command);
}

Result<std::string> Check(const cli::Invocation& invocation, loader::Loader& loader) {
  ASSIGN_OR_RETURN(const config::Pipeline pipeline, ReadPipeline(invocation, loader));
  ASSIGN_OR_RETURN(const auto stages, launch::SelectStages(ChoicesOf(pipeline)));
  std::string text = invocation.config + ": ok:";
  for (const launch::Stage& stage : stages) text.append(" ").append(stage.name());
  return text + "\n";
}

Report List(loader::Loader& loader) {
  Report report{0, {}, {}};
  for (const std::string& name : loader.Available()) {
    auto stage = loader.Load({.name = name});
    if (!stage.ok()) {
      report.warnings.push_back(stage.error());
      continue;
    }
    const size_t padding = name.size() < kNameColumn ? kNameColumn - name.size() : 1;
    report.text += name + std::string(padding, ' ') + (*stage)->summary + "\n";
  }
  return report;
}

Result<std::string> Describe(const cli::Invocation& invocation, loader::Loader& loader) {
  ASSIGN_OR_RETURN(const slipway_stage* stage, loader.Load({.name = invocation.stage}));
  return invocation.markdown ? cli::OptionsAsMarkdown(*stage) : cli::DescribeStage(*stage);
}

// A misspelt folder would go unnoticed: its stages would come from elsewhere.
Status CheckPluginDirs(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    auto fd = sys::Open(folder, O_PATH | O_DIRECTORY);
    if (!fd.ok()) return fd.error().Hint("--plugin-dir takes a folder");
  }
  return Ok();
}

Report Print(Result<std::string> text) {
  if (!text.ok()) return {std::move(text).status(), {}, {}};
  return {0, std::move(*text), {}};
}

}  // namespace

Report Execute(const cli::Invocation& invocation) {
  Status folders = CheckPluginDirs(invocation.plugin_dirs);
  if (!folders.ok()) return {std::move(folders), {}, {}};
  loader::Loader loader(invocation.plugin_dirs);
  switch (invocation.verb) {
    case cli::Verb::kHelp:
      return {0, cli::HelpText(), {}};
    case cli::Verb::kVersion:
      return {0, std::string("slipway ") + kVersion + "\n", {}};
    case cli::Verb::kStages:
      return List(loader);
    case cli::Verb::kDescribe:
      return Print(Describe(invocation, loader));
    case cli::Verb::kCheck:
      return Print(Check(invocation, loader));
    case cli::Verb::kRun:
      break;
  }
  auto outcome = Run(invocation, loader);
  if (!outcome.ok()) return {std::move(outcome).status(), {}, {}};
  return {std::move(outcome->exit_status), {}, std::move(outcome->warnings)};
}

}  // namespace slipway
