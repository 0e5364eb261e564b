// runtime update: changes options of a container that runs.

#include <utility>

#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/config/change.h"
#include "runtime/launch/operations.h"
#include "runtime/state/values.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {
    {"set", Kind::kTexts, "STAGE.OPTION=VALUE",
     "an option that can change while the container runs; VALUE is YAML"},
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
};

Result<std::vector<config::ChangedStage>> Changes(const cli::Words& words, Running& running) {
  std::vector<config::Override> overrides;
  for (const std::string& text : words.Texts("set")) {
    ASSIGN_OR_RETURN(config::Override override, config::ParseOverride(text));
    if (override.stage == "process" || override.stage == "annotations") {
      return Error("--set: cannot change while the container runs:", text,
                   "only options of stages can");
    }
    overrides.push_back(std::move(override));
  }
  if (overrides.empty()) {
    return Error("nothing to change", {}, "write --set STAGE.OPTION=VALUE, once or more");
  }
  std::vector<config::RunningStage> stages;
  for (const launch::Stage& stage : running.stages()) {
    stages.push_back({.descriptor = &stage.descriptor(), .options = stage.spec().options});
  }
  config::Mistakes mistakes;
  auto changes = config::ChangeOptions(overrides, stages, mistakes);
  if (mistakes.size() > 0) return mistakes.errors().front();
  return changes;
}

Result<cli::Report> Update(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "update"));
  ASSIGN_OR_RETURN(const auto running, Running::Take(words, id, SLIPWAY_UPDATE, Needed::kAll));
  ASSIGN_OR_RETURN(const auto changes, Changes(words, *running));
  state::Journal& journal = running->container().journal();
  for (const config::ChangedStage& change : changes) {
    const launch::Stage& stage = running->stages()[change.stage];
    RETURN_IF_ERROR(
        launch::Update(running->occasion(), stage, change.stage, change.options->data(), journal));
    RETURN_IF_ERROR(journal.SetOptions(
        change.stage, state::FormatValues(stage.descriptor(), change.options->data())));
  }
  return cli::Report{};
}

}  // namespace

constexpr Command kUpdateCommand = {
    .name = "update",
    .synopsis = "[OPTIONS] ID",
    .summary = "change limits of a running container",
    .about =
        "Changes options of the container's stages, as --set of runtime run does, while it runs. "
        "runtime describe STAGE says which can change.\n"
        "\n"
        "  runtime update --set cgroup.memory.max=256MiB --set cgroup.pids.max=50 web\n"
        "\n"
        "What the kernel refuses is an error, and the limits of that stage are as before.\n",
    .options = kOptions,
    .execute = Update};

}  // namespace slipway::commands
