#include "runtime/app.h"

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
#include "runtime/sys/process.h"
#include "runtime/version.h"

namespace slipway {
namespace {

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
  ASSIGN_OR_RETURN(const config::Document document, config::Document::Read(path));
  return config::Check(document, overrides, [&](const std::string& name) {
    const auto pin = document.pins().find(name);
    if (pin == document.pins().end()) return loader.Load({name, {}, {}});
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
  if (command.args.empty()) {
    return Error("no command", {},
                 "give one after the options, or as process.args in " + invocation.config);
  }
  return command;
}

std::vector<launch::StageChoice> ChoicesOf(const config::Pipeline& pipeline) {
  std::vector<launch::StageChoice> choices;
  for (const config::Step& step : pipeline.steps) {
    launch::StageChoice& choice = choices.emplace_back();
    for (const config::StageEntry& entry : step.alternatives) {
      choice.push_back({entry.descriptor, entry.options->data(), entry.where});
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

Result<std::string> List(loader::Loader& loader) {
  std::string text;
  for (const std::string& name : loader.Available()) {
    ASSIGN_OR_RETURN(const slipway_stage* stage, loader.Load({name, {}, {}}));
    text +=
        name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') + stage->summary + "\n";
  }
  return text;
}

Result<std::string> Describe(const cli::Invocation& invocation, loader::Loader& loader) {
  ASSIGN_OR_RETURN(const slipway_stage* stage, loader.Load({invocation.stage, {}, {}}));
  return invocation.markdown ? cli::OptionsAsMarkdown(*stage) : cli::DescribeStage(*stage);
}

Report Print(Result<std::string> text) {
  if (!text.ok()) return {std::move(text).status(), {}, {}};
  return {0, std::move(*text), {}};
}

}  // namespace

Report Execute(const cli::Invocation& invocation) {
  loader::Loader loader(invocation.plugin_dirs);
  switch (invocation.verb) {
    case cli::Verb::kHelp:
      return {0, cli::HelpText(), {}};
    case cli::Verb::kVersion:
      return {0, std::string("slipway ") + kVersion + "\n", {}};
    case cli::Verb::kStages:
      return Print(List(loader));
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
