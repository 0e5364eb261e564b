#include "runtime/app.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "runtime/cli/describe.h"
#include "runtime/cli/stats.h"
#include "runtime/config/check.h"
#include "runtime/config/config_text.h"
#include "runtime/config/document.h"
#include "runtime/config/find.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/override.h"
#include "runtime/config/pipeline.h"
#include "runtime/container_id.h"
#include "runtime/containers.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/launch.h"
#include "runtime/launch/stage.h"
#include "runtime/loader/loader.h"
#include "runtime/state/contents.h"
#include "runtime/state/root.h"
#include "runtime/state/values.h"
#include "runtime/sys/file.h"
#include "runtime/version.h"

namespace slipway {
namespace {

constexpr unsigned kStatsMode = 0644;
constexpr size_t kNameColumn = 16;                                     // `runtime stages`
constexpr const char* kInstalledConfigs = "../share/slipway/configs";  // from the binary's folder

Result<std::string> FindConfig(const std::string& name, const loader::Loader& loader) {
  if (name.empty()) {
    return Error("no config", {}, "say which pipeline to run: --config FILE; see runtime --help");
  }
  const std::string& executable = loader.executable();
  const std::string folder = executable.substr(0, executable.rfind('/'));
  return config::Find(name, config::Folders({folder + "/" + kInstalledConfigs}));
}

// config: the path of the file.
Result<config::Pipeline> ReadPipeline(const cli::Invocation& invocation, const std::string& config,
                                      loader::Loader& loader) {
  std::vector<config::Override> overrides;
  for (const std::string& text : invocation.overrides) {
    ASSIGN_OR_RETURN(overrides.emplace_back(), config::ParseOverride(text));
  }
  ASSIGN_OR_RETURN(const config::ConfigText text, config::ConfigText::Read(config));
  config::Mistakes mistakes;
  const auto document = config::Document::Parse(text.text, text.name, mistakes);
  if (!document) return mistakes.First();
  const auto load = [&](const std::string& name) {
    const launch::HookWatch watch(name.c_str(), "load");
    const auto pin = document->pins().find(name);
    if (pin == document->pins().end()) return loader.Load({.name = name});
    return loader.Load({name, pin->second.path, pin->second.sha256});
  };
  const auto all_stages = [&] {
    std::vector<const slipway_stage*> all;
    for (const std::string& name : loader.Available()) {
      const launch::HookWatch watch(name.c_str(), "load");
      const auto stage = loader.Load({.name = name});
      if (stage.ok()) all.push_back(*stage);
    }
    return all;
  };
  auto pipeline = config::Check(*document, overrides, load, mistakes, all_stages);
  if (!pipeline) return mistakes.First();
  return *std::move(pipeline);
}

// What a command finds in its environment: the config's variables, over a few that every program
// counts on, and those of the caller's that it passes. Nothing else of the caller's comes in.
std::vector<std::string> EnvironmentOf(const config::Process& process) {
  std::map<std::string, std::string> variables = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", geteuid() == 0 ? "/root" : "/"},
  };
  if (const char* term = getenv("TERM")) variables["TERM"] = term;
  for (const auto& [name, value] : process.env) variables[name] = value;
  for (const std::string& name : process.pass) {
    if (const char* value = getenv(name.c_str())) variables[name] = value;
  }
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

struct CheckedRun {
  config::Pipeline pipeline;  // owns the options of the stages
  launch::Command command;
  std::vector<launch::Stage> stages;
  state::Facts facts;
};

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

// What a `runtime gc` would have to know of the stages.
Result<std::vector<state::SavedStage>> SavedStages(const std::vector<launch::Stage>& stages,
                                                   const loader::Loader& loader) {
  std::vector<state::SavedStage> saved;
  saved.reserve(stages.size());
  for (const launch::Stage& stage : stages) {
    const slipway_stage& descriptor = *stage.spec().descriptor;
    auto origin = loader.OriginOf(&descriptor);
    if (!origin.ok()) return origin.error().In(stage.name(), "load");
    saved.push_back({.name = stage.name(),
                     .digest = std::move(origin->digest),
                     .path = std::move(origin->path),
                     .options = state::FormatValues(descriptor, stage.spec().options)});
  }
  return saved;
}

int64_t Now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(since_epoch).count();
}

Result<CheckedRun> CheckRun(const cli::Invocation& invocation, loader::Loader& loader) {
  CheckedRun run;
  ASSIGN_OR_RETURN(run.facts.id, ContainerId(invocation.name));
  ASSIGN_OR_RETURN(const std::string config, FindConfig(invocation.config, loader));
  ASSIGN_OR_RETURN(run.pipeline, ReadPipeline(invocation, config, loader));
  ASSIGN_OR_RETURN(run.command, CommandOf(invocation, run.pipeline.process));
  ASSIGN_OR_RETURN(run.stages, launch::SelectStages(ChoicesOf(run.pipeline)));
  ASSIGN_OR_RETURN(run.facts.stages, SavedStages(run.stages, loader));
  run.facts.config = std::filesystem::absolute(config);
  run.facts.since = Now();
  run.facts.outlives_host = invocation.outlive_runtime;
  return run;
}

// Where --stats goes; opened before anything starts, so that a bad path costs nothing.
Result<sys::Fd> OpenStats(const std::string& path) {
  if (path.empty()) return sys::Fd();
  auto file = sys::Open(path, O_WRONLY | O_CREAT, kStatsMode);
  if (!file.ok()) return file.error().Hint("--stats takes a file to write");
  return file;
}

Status WriteStats(const sys::Fd& file, const std::string& path, const std::string& text) {
  if (ftruncate(file.get(), 0) != 0 && errno != EINVAL) return Error(errno, "truncate", path);
  const ssize_t size = write(file.get(), text.data(), text.size());
  if (size < 0) return Error(errno, "write", path);
  if (static_cast<size_t>(size) != text.size()) return Error(ENOSPC, "write", path);
  return Ok();
}

// All checks come before all side effects.
Report Run(const cli::Invocation& invocation, loader::Loader& loader) {
  launch::Guard guard(invocation.hook_timeout);
  auto checked = CheckRun(invocation, loader);
  if (!checked.ok()) return {.exit_status = std::move(checked).status()};
  auto stats = OpenStats(invocation.stats);
  if (!stats.ok()) return {.exit_status = std::move(stats).status()};
  auto root = state::Root::Make(StateFolder(invocation));
  if (!root.ok()) return {.exit_status = root.error().In({}, "journal")};

  auto outcome = launch::Launch({.root = *root,
                                 .facts = checked->facts,
                                 .stages = checked->stages,
                                 .command = checked->command,
                                 .want_figures = stats->valid(),
                                 .guard = guard,
                                 .patience = invocation.hook_timeout,
                                 .gc_words = GcWords(invocation)});
  Report report{.exit_status = std::move(outcome.exit_status),
                .warnings = std::move(outcome.warnings),
                .notes = std::move(outcome.findings.notes)};
  if (!report.exit_status.ok() || !stats->valid()) return report;
  Status written = WriteStats(
      *stats, invocation.stats,
      cli::StatsAsJson(checked->facts.id, *report.exit_status, outcome.findings.figures));
  if (!written.ok()) report.warnings.push_back(written.error());
  return report;
}

Result<std::string> Check(const cli::Invocation& invocation, loader::Loader& loader) {
  const launch::Guard guard(invocation.hook_timeout);
  ASSIGN_OR_RETURN(const std::string config, FindConfig(invocation.config, loader));
  ASSIGN_OR_RETURN(const config::Pipeline pipeline, ReadPipeline(invocation, config, loader));
  ASSIGN_OR_RETURN(const auto stages, launch::SelectStages(ChoicesOf(pipeline)));
  std::string text = invocation.config + ": ok:";
  for (const launch::Stage& stage : stages) text.append(" ").append(stage.name());
  return text + "\n";
}

Report ListStages(loader::Loader& loader) {
  Report report;
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
  if (!text.ok()) return {.exit_status = std::move(text).status()};
  return {.text = std::move(*text)};
}

}  // namespace

Report Execute(const cli::Invocation& invocation) {
  Status folders = CheckPluginDirs(invocation.plugin_dirs);
  if (!folders.ok()) return {.exit_status = std::move(folders)};
  loader::Loader loader(invocation.plugin_dirs);
  switch (invocation.verb) {
    case cli::Verb::kHelp:
      return {.text = cli::HelpText()};
    case cli::Verb::kVersion:
      return {.text = std::string("slipway ") + kVersion + "\n"};
    case cli::Verb::kStages:
      return ListStages(loader);
    case cli::Verb::kDescribe:
      return Print(Describe(invocation, loader));
    case cli::Verb::kList:
      return ListContainers(invocation);
    case cli::Verb::kGc:
      return CollectGarbage(invocation, loader);
    case cli::Verb::kCheck:
      return Print(Check(invocation, loader));
    case cli::Verb::kRun:
      break;
  }
  return Run(invocation, loader);
}

}  // namespace slipway
