#include "runtime/config/change.h"

#include <string>
#include <utility>

#include "runtime/config/pipeline.h"
#include "runtime/config/rows.h"
#include "runtime/config/settings.h"
#include "runtime/sdk/option_at.h"

namespace slipway::config {
namespace {

std::string Changeable(const slipway_stage& stage) {
  std::string names;
  for (uint32_t i = 0; i < stage.option_count; ++i) {
    const slipway_option& option = OptionAt(stage.options, i);
    if ((option.flags & SLIPWAY_CHANGEABLE) == 0) continue;
    names.append(names.empty() ? "" : ", ").append(option.name);
  }
  return names.empty() ? "it has no option that can" : "those that can: " + names;
}

void CheckChangeable(const StageEntry& entry, Mistakes& mistakes) {
  const slipway_stage& stage = *entry.descriptor;
  for (const Given& given : entry.given) {
    const slipway_option* option = FindRow(stage.options, stage.option_count, given.name);
    if (option == nullptr || (option->flags & SLIPWAY_CHANGEABLE) != 0) continue;
    mistakes.Add(Error("cannot change while the container runs:", given.name, Changeable(stage))
                     .In(stage.name, "")
                     .At(given.source->name));
  }
}

}  // namespace

std::vector<ChangedStage> ChangeOptions(const std::vector<Override>& overrides,
                                        const std::vector<RunningStage>& stages,
                                        Mistakes& mistakes) {
  Settings settings;
  ReadSettings(overrides, settings, mistakes);
  Pipeline pipeline;
  for (const RunningStage& stage : stages) {
    StageEntry entry;
    entry.name = stage.descriptor->name;
    entry.descriptor = stage.descriptor;
    pipeline.steps.push_back({.where = {}, .alternatives = {std::move(entry)}});
  }
  ApplySettings(settings, pipeline, mistakes);
  std::vector<ChangedStage> changed;
  for (size_t i = 0; i < stages.size(); ++i) {
    const StageEntry& entry = pipeline.steps[i].alternatives.front();
    if (entry.given.empty()) continue;
    CheckChangeable(entry, mistakes);
    auto options = CheckOptions(*entry.descriptor, entry.given, *entry.given.front().source,
                                mistakes, stages[i].options);
    if (options != nullptr) changed.push_back({i, std::move(options)});
  }
  return changed;
}

}  // namespace slipway::config
