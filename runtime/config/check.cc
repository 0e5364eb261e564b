#include "runtime/config/check.h"

#include <deque>
#include <string_view>
#include <utility>

#include "runtime/config/order.h"
#include "runtime/config/path.h"
#include "runtime/config/values.h"
#include "runtime/config/yaml.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

// An override whose text has been read.
struct Setting {
  const Override* from;
  Source source;
  Node value;
};

// A deque: what is Given to CheckOptions points into it.
Result<std::deque<Setting>> ReadOverrides(const std::vector<Override>& overrides) {
  std::deque<Setting> settings;
  if (overrides.empty()) return settings;
  for (const Override& from : overrides) {
    Source source{
        .name = "--set " + from.stage + "." + from.option, .folder = ".", .has_lines = false};
    ASSIGN_OR_RETURN(Node value, ParseYaml(from.text, source));
    settings.push_back({.from = &from, .source = std::move(source), .value = std::move(value)});
  }
  return settings;
}

Status CheckStageNames(const std::deque<Setting>& settings, const std::vector<RawStep>& steps) {
  std::vector<std::string_view> names;
  for (const RawStep& step : steps) {
    for (const RawStage& stage : step.alternatives) names.emplace_back(stage.name);
  }
  for (const Setting& setting : settings) {
    bool found = false;
    for (std::string_view name : names) found = found || name == setting.from->stage;
    if (found) continue;
    return Error("no such stage in the pipeline", setting.from->stage,
                 text::NearestHint(setting.from->stage, names, ""))
        .At(setting.source.name);
  }
  return Ok();
}

// What the file says about a stage, and over it what the command line says.
std::vector<Given> Merge(const RawStage& stage, const Source& source,
                         const std::deque<Setting>& settings) {
  std::vector<Given> given = GivenBy(stage.options, source);
  for (const Setting& setting : settings) {
    if (setting.from->stage != stage.name) continue;
    const Given override_value{.name = setting.from->option,
                               .place = {},
                               .value = &setting.value,
                               .source = &setting.source};
    bool replaced = false;
    for (Given& existing : given) {
      if (existing.name != override_value.name) continue;
      existing = override_value;
      replaced = true;
    }
    if (!replaced) given.push_back(override_value);
  }
  return given;
}

Result<StageEntry> CheckStage(const RawStage& stage, const Source& source,
                              const std::deque<Setting>& settings, const LoadStage& load) {
  StageEntry entry{.name = stage.name,
                   .where = source.At(stage.place),
                   .descriptor = nullptr,
                   .options = nullptr};
  Result<const slipway_stage*> loaded = load(stage.name);
  if (!loaded.ok()) {
    if (*loaded.error()->where == '\0') loaded.error().At(entry.where);
    return loaded.error();
  }
  entry.descriptor = *loaded;
  const Source home{.name = entry.where, .folder = source.folder, .has_lines = false};
  ASSIGN_OR_RETURN(entry.options,
                   CheckOptions(*entry.descriptor, Merge(stage, source, settings), home));
  return entry;
}

}  // namespace

Result<Pipeline> Check(const Document& document, const std::vector<Override>& overrides,
                       const LoadStage& load) {
  ASSIGN_OR_RETURN(const std::deque<Setting> settings, ReadOverrides(overrides));
  RETURN_IF_ERROR(CheckStageNames(settings, document.steps()));
  Pipeline pipeline;
  pipeline.process = document.process();
  for (const RawStep& raw : document.steps()) {
    Step step{.where = document.source().At(raw.place), .alternatives = {}};
    for (const RawStage& stage : raw.alternatives) {
      ASSIGN_OR_RETURN(StageEntry entry, CheckStage(stage, document.source(), settings, load));
      step.alternatives.push_back(std::move(entry));
    }
    pipeline.steps.push_back(std::move(step));
  }
  RETURN_IF_ERROR(CheckOrder(pipeline.steps));
  return pipeline;
}

}  // namespace slipway::config
