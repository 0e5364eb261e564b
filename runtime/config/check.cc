#include "runtime/config/check.h"

#include <memory>
#include <utility>

#include "runtime/config/settings.h"
#include "runtime/config/values.h"
#include "runtime/sdk/option_at.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

// What the options of a pipeline were read from: its stages borrow it (StageEntry::given).
struct Origins {
  Document document;
  Settings settings;
};

bool HasSecret(const slipway_stage& stage) {
  for (uint32_t i = 0; i < stage.option_count; ++i) {
    if (OptionAt(stage.options, i).flags & SLIPWAY_SECRET) return true;
  }
  return false;
}

class Checker {
 public:
  Checker(const Document& document, const LoadStage& load, Mistakes& mistakes)
      : document_(document), load_(load), mistakes_(mistakes) {}

  // With a descriptor where the stage is known, and what the file gives for its options.
  StageEntry Load(const RawStage& raw) {
    StageEntry entry;
    entry.name = raw.name;
    entry.where = raw.source->At(raw.place);
    entry.given = GivenBy(raw.options, *raw.source);
    if (raw.name.empty() || !document_.KnowsFileOf(raw.name)) return entry;
    Result<const slipway_stage*> loaded = load_(raw.name);
    if (loaded.ok()) {
      entry.descriptor = *loaded;
      if (HasSecret(**loaded)) mistakes_.HideLines();
    } else {
      TellNotLoaded(std::move(loaded.error()), entry);
    }
    return entry;
  }

  void CheckOptionsOf(const RawStage& raw, StageEntry& entry) {
    if (entry.descriptor == nullptr || raw.options_wrong) return;
    const Source home{.name = entry.where, .folder = raw.source->folder, .has_lines = false};
    entry.options = CheckOptions(*entry.descriptor, entry.given, home, mistakes_);
  }

 private:
  // `Pid` and `cgroup_v1`: what was meant is known, so its options can be checked.
  void TellNotLoaded(Error error, StageEntry& entry) {
    const auto pin = document_.pins().find(entry.name);
    if (*error->where == '\0') {
      const bool is_digest = std::string_view(error->option) == "sha256";
      error.At(pin == document_.pins().end() ? entry.where
               : is_digest                   ? pin->second.sha256_where
               : !pin->second.path.empty()   ? pin->second.where
                                             : entry.where);
      error.Option({});
    }
    const std::string plain = text::PlainName(entry.name);
    if (plain != entry.name && pin == document_.pins().end() && document_.KnowsFileOf(plain)) {
      const Result<const slipway_stage*> meant = load_(plain);
      if (meant.ok()) {
        error.Hint("did you mean \"" + plain + "\"?");
        entry.descriptor = *meant;
      }
    }
    mistakes_.Add(std::move(error));
  }

  const Document& document_;
  const LoadStage& load_;
  Mistakes& mistakes_;
};

}  // namespace

std::optional<Pipeline> Check(const Document& document, const std::vector<Override>& overrides,
                              const LoadStage& load, Mistakes& mistakes,
                              const AllStages& all_stages) {
  const auto origins = std::make_shared<Origins>(Origins{.document = document, .settings = {}});
  AddFileSettings(document.set(), origins->settings);
  ReadSettings(overrides, origins->settings, mistakes);
  Checker checker(origins->document, load, mistakes);
  Pipeline pipeline;
  pipeline.process = document.process();
  pipeline.annotations = document.annotations();
  const std::vector<RawStep>& steps = origins->document.steps();
  // A container without any stage would be none at all.
  if (steps.empty() && mistakes.empty()) mistakes.Add(Error("no stages", document.source().name));
  pipeline.steps.reserve(steps.size());
  for (const RawStep& raw : steps) {
    Step& step = pipeline.steps.emplace_back();
    step.where = raw.source->At(raw.place);
    if (raw.none) step.none_where = raw.source->At(*raw.none);
    step.alternatives.reserve(raw.alternatives.size());
    for (const RawStage& stage : raw.alternatives) {
      step.alternatives.push_back(checker.Load(stage));
      step.alternatives.back().owner = origins;
    }
  }
  ApplySettings(origins->settings, pipeline, mistakes);
  for (size_t i = 0; i < steps.size(); ++i) {
    for (size_t j = 0; j < steps[i].alternatives.size(); ++j) {
      const RawStage& raw = steps[i].alternatives[j];
      StageEntry& entry = pipeline.steps[i].alternatives[j];
      checker.CheckOptionsOf(raw, entry);
      // A rule that the second of two breaks against the first says nothing new.
      if (raw.repeated) entry.descriptor = nullptr;
    }
  }
  CheckOrder(pipeline.steps, all_stages, mistakes);
  if (mistakes.empty()) return pipeline;
  mistakes.Sort();
  return std::nullopt;
}

Result<Pipeline> Check(const Document& document, const std::vector<Override>& overrides,
                       const LoadStage& load) {
  Mistakes mistakes;
  std::optional<Pipeline> pipeline = Check(document, overrides, load, mistakes);
  RETURN_IF_ERROR(mistakes.First());
  return *std::move(pipeline);
}

}  // namespace slipway::config
