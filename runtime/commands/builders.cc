#include "runtime/commands/builders.h"

#include <algorithm>
#include <utility>

namespace slipway::commands {
namespace {

Result<const slipway_stage*> LoadAgain(loader::Loader& loader, bool look_elsewhere,
                                       const state::SavedStage& saved) {
  loader::Request request{.name = saved.name,
                          .path = saved.path,
                          .record_version = saved.record_version,
                          .digest = saved.digest};
  auto stage = loader.Load(request);
  if (stage.ok() || !look_elsewhere) return stage;
  request.path.clear();
  auto other = loader.Load(request);
  return other.ok() ? std::move(other) : std::move(stage);
}

bool IsWanted(const state::Contents& contents, size_t position, Needed needed) {
  switch (needed) {
    case Needed::kWithRecords:
      return std::any_of(contents.entries.begin(), contents.entries.end(),
                         [&](const state::Entry& entry) { return entry.stage == position; });
    case Needed::kWithStarted:
      return contents.facts.stages[position].has_started;
    case Needed::kAll:
      break;
  }
  return true;
}

}  // namespace

Result<Builders> LoadBuilders(loader::Loader& loader, const std::vector<std::string>& plugin_dirs,
                              const state::Contents& contents, Needed needed) {
  static constexpr slipway_stage kNobody{};
  Builders builders;
  builders.options.reserve(contents.facts.stages.size());
  for (size_t i = 0; i < contents.facts.stages.size(); ++i) {
    const state::SavedStage& saved = contents.facts.stages[i];
    if (!IsWanted(contents, i, needed)) {
      builders.stages.emplace_back(launch::StageSpec{.descriptor = &kNobody});
      continue;
    }
    ASSIGN_OR_RETURN(const slipway_stage* stage, LoadAgain(loader, !plugin_dirs.empty(), saved));
    auto options = state::ParseValues(*stage, saved.options);
    if (!options.ok()) return options.error().In(saved.name, "");
    builders.options.push_back(std::move(options).value());
    builders.stages.emplace_back(
        launch::StageSpec{.descriptor = stage, .options = builders.options.back().data()});
  }
  return builders;
}

Result<std::vector<state::SavedStage>> SavedStages(const std::vector<launch::Stage>& stages,
                                                   const loader::Loader& loader) {
  std::vector<state::SavedStage> saved;
  saved.reserve(stages.size());
  for (const launch::Stage& stage : stages) {
    const slipway_stage& descriptor = *stage.spec().descriptor;
    auto origin = loader.OriginOf(&descriptor);
    if (!origin.ok()) return origin.error().In(stage.name(), "load");
    saved.push_back({.name = stage.name(),
                     .record_version = descriptor.record_version,
                     .digest = std::move(origin->digest),
                     .path = std::move(origin->path),
                     .options = state::FormatValues(descriptor, stage.spec().options),
                     .has_started = descriptor.started != nullptr});
  }
  return saved;
}

}  // namespace slipway::commands
