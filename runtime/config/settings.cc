#include "runtime/config/settings.h"

#include <string>
#include <string_view>
#include <utility>

#include "runtime/config/annotations.h"
#include "runtime/config/path.h"
#include "runtime/config/rows.h"
#include "runtime/config/yaml.h"
#include "runtime/sdk/option_at.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

constexpr std::string_view kProcess = "process";
constexpr std::string_view kAnnotations = "annotations";

const slipway_option* FindOption(const StageEntry& stage, std::string_view name) {
  return FindRow(stage.descriptor->options, stage.descriptor->option_count, name);
}

const slipway_option* FindShortName(const StageEntry& stage, std::string_view short_name) {
  if (stage.descriptor == nullptr) return nullptr;
  for (uint32_t i = 0; i < stage.descriptor->option_count; ++i) {
    const slipway_option& option = OptionAt(stage.descriptor->options, i);
    if (option.short_name != nullptr && option.short_name == short_name) return &option;
  }
  return nullptr;
}

// `value` behind what the list or the map holds already; of two values for one key, the new one.
void Add(const Node& value, const Source& source, Node& all) {
  if (!all.is_map()) {
    const bool is_list = value.is_list();
    for (size_t i = 0; i < (is_list ? value.items.size() : 1); ++i) {
      all.items.push_back(is_list ? value.items[i] : value);
      all.items.back().source = &source;
    }
    return;
  }
  for (size_t i = 0; i < value.keys.size(); ++i) {
    Node* item = all.Find(value.keys[i].text);
    if (item == nullptr) {
      all.keys.push_back(value.keys[i]);
      item = &all.items.emplace_back();
    }
    *item = value.items[i];
    item->source = &source;
  }
}

class Applier {
 public:
  Applier(Settings& settings, Pipeline& pipeline, Mistakes& mistakes)
      : settings_(settings), pipeline_(pipeline), mistakes_(mistakes) {
    for (const Step& step : pipeline.steps) {
      for (const StageEntry& stage : step.alternatives) {
        if (stage.descriptor == nullptr) all_known_ = false;
      }
    }
  }

  void Apply(const Setting& setting) {
    if (setting.from.kind == Override::Kind::kShortName) return ApplyShortName(setting);
    if (setting.from.stage == kProcess) {
      return SetInProcess({.key = setting.from.option,
                           .value = setting.value,
                           .source = setting.source,
                           .append = setting.from.append},
                          pipeline_.process, mistakes_);
    }
    if (setting.from.stage == kAnnotations) {
      return SetAnnotation({.name = setting.from.option,
                            .value = setting.value,
                            .source = setting.source,
                            .append = setting.from.append},
                           pipeline_.annotations, mistakes_);
    }
    for (Step& step : pipeline_.steps) {
      if (ApplyName(setting, step)) return;
    }
    ApplyToken(setting);
  }

 private:
  void Tell(const Setting& setting, Error error) {
    mistakes_.Add(std::move(error.At(setting.from.name)));
  }

  static void NoteNamed(const Setting& setting, std::string_view option, StageEntry& stage) {
    stage.named_by.push_back({.option = std::string(option), .written = setting.from.written});
  }

  static void NoteSet(const Setting& setting, Step& step) {
    if (step.is_optional() && step.set_by.empty()) step.set_by = setting.from.written;
  }

  // A first-of may have the stage more than once, with other options. False: it has none.
  bool ApplyName(const Setting& setting, Step& step) {
    bool found = false;
    for (StageEntry& stage : step.alternatives) {
      if (stage.name != setting.from.stage) continue;
      if (step.alternatives.size() > 1) NoteNamed(setting, setting.from.option, stage);
      Set(setting, setting.from.option, setting.from.append, stage);
      found = true;
    }
    if (found) NoteSet(setting, step);
    return found;
  }

  // Every alternative has to provide the token: whichever is taken, the setting must hold.
  void ApplyToken(const Setting& setting) {
    const std::string& token = setting.from.stage;
    Step* reached = nullptr;
    for (Step& step : pipeline_.steps) {
      const StageEntry* provider = nullptr;
      const StageEntry* other = nullptr;
      for (const StageEntry& stage : step.alternatives) {
        (Provides(stage, token) ? provider : other) = &stage;
      }
      if (provider == nullptr) continue;
      if (other != nullptr) {
        if (other->descriptor == nullptr) return;
        return Tell(setting,
                    Error("not every alternative of first-of provides", token,
                          other->name + " at " + other->where + " does not: name the stage"));
      }
      if (reached != nullptr) {
        const StageEntry& first = reached->alternatives.front();
        return Tell(setting, Error("two stages provide", token,
                                   first.name + " at " + first.where + " and " + provider->name +
                                       " at " + provider->where + ": name the stage"));
      }
      reached = &step;
    }
    if (reached == nullptr) return TellNoStage(setting);
    NoteSet(setting, *reached);
    for (StageEntry& stage : reached->alternatives) {
      Set(setting, setting.from.option, setting.from.append, stage);
    }
  }

  // With a stage that is not known, that one may be meant.
  void TellNoStage(const Setting& setting) {
    if (!all_known_) return;
    std::string hint = StageThatHas(setting.from.stage + "." + setting.from.option);
    if (hint.empty()) {
      std::vector<std::string_view> names;
      for (const Step& step : pipeline_.steps) {
        for (const StageEntry& stage : step.alternatives) names.emplace_back(stage.name);
        const char* token = step.alternatives.size() > 1 ? CommonToken(step) : nullptr;
        if (token != nullptr) names.emplace_back(token);
      }
      hint = text::NearestHint(setting.from.stage, names, "");
    }
    Tell(setting, Error("no such stage in the pipeline", setting.from.stage, hint));
  }

  // `--set pids.max=5` lacks the stage; empty when none has such an option.
  std::string StageThatHas(const std::string& option) const {
    for (const Step& step : pipeline_.steps) {
      for (const StageEntry& stage : step.alternatives) {
        if (FindOption(stage, option) == nullptr) continue;
        const char* token = step.alternatives.size() > 1 ? CommonToken(step) : nullptr;
        return "did you mean " + (token != nullptr ? token : stage.name) + "." + option + "?";
      }
    }
    return {};
  }

  void ApplyShortName(const Setting& setting) {
    const std::string& short_name = setting.from.stage;
    Step* reached = nullptr;
    const StageEntry* first = nullptr;
    for (Step& step : pipeline_.steps) {
      for (const StageEntry& stage : step.alternatives) {
        if (FindShortName(stage, short_name) == nullptr) continue;
        if (reached != nullptr && reached != &step) {
          return Tell(setting, Error("two stages have this option", {},
                                     first->name + " at " + first->where + " and " + stage.name +
                                         " at " + stage.where + ": say which with --set"));
        }
        reached = &step;
        if (first == nullptr) first = &stage;
      }
    }
    if (reached == nullptr) {
      if (all_known_) Tell(setting, Error("no stage of the pipeline has this option"));
      return;
    }
    NoteSet(setting, *reached);
    bool all = true;
    for (const StageEntry& stage : reached->alternatives) {
      all = all && FindShortName(stage, short_name) != nullptr;
    }
    for (StageEntry& stage : reached->alternatives) {
      const slipway_option* option = FindShortName(stage, short_name);
      if (option == nullptr) continue;
      if (!all) NoteNamed(setting, option->name, stage);
      Set(setting, option->name, option->type == SLIPWAY_LIST, stage);
    }
  }

  // option: outlives the pipeline.
  void Set(const Setting& setting, std::string_view option, bool append, StageEntry& stage) {
    if (stage.descriptor == nullptr) return;
    Given* given = nullptr;
    for (Given& existing : stage.given) {
      if (existing.name == option) given = &existing;
    }
    const Node* value = &setting.value;
    const Source* source = &setting.source;
    Place place = setting.value.place;
    const slipway_option* row = append ? FindOption(stage, option) : nullptr;
    if (row != nullptr) {
      if (!CanGrow(setting, *row, stage, given)) return;
      if (const Node* merged = Merge(setting, *row, given)) {
        value = merged;
        if (given != nullptr) source = given->source;
        if (given != nullptr) place = given->place;
      }
    }
    const Given replacement{.name = option, .place = place, .value = value, .source = source};
    if (given != nullptr) {
      *given = replacement;
    } else {
      stage.given.push_back(replacement);
    }
  }

  // A value of the file's that is no list stays: that is the mistake to be told.
  bool CanGrow(const Setting& setting, const slipway_option& row, const StageEntry& stage,
               const Given* given) {
    if (row.type == SLIPWAY_LIST) return given == nullptr || given->value->is_list();
    if (row.type == SLIPWAY_MAP) return given == nullptr || given->value->is_map();
    Tell(setting,
         Error(std::string(row.name) + ": only a list or a map can grow", {}, "write = for +=")
             .In(stage.name, ""));
    return false;
  }

  // nullptr when the value cannot be added; alone, it is then refused for what it is.
  const Node* Merge(const Setting& setting, const slipway_option& row, const Given* given) {
    const Node& value = setting.value;
    if (value.is_null()) return nullptr;
    if (row.type == SLIPWAY_MAP && (!value.is_map() || value.Find("") != nullptr)) return nullptr;
    Node& merged = settings_.merged.emplace_back();
    merged.kind = row.type == SLIPWAY_MAP ? Node::Kind::kMap : Node::Kind::kList;
    if (given != nullptr) merged = *given->value;
    Add(value, setting.source, merged);
    return &merged;
  }

  Settings& settings_;
  Pipeline& pipeline_;
  Mistakes& mistakes_;
  bool all_known_ = true;
};

}  // namespace

void ReadSettings(const std::vector<Override>& overrides, Settings& settings, Mistakes& mistakes) {
  if (overrides.empty()) return;
  for (const Override& from : overrides) {
    Setting setting{.from = from,
                    .source = {.name = from.name, .folder = ".", .has_lines = false},
                    .value = {}};
    if (from.literal) {
      setting.value.kind = Node::Kind::kScalar;
      setting.value.quoted = true;
      setting.value.text = from.text;
    } else {
      std::optional<Node> value = mistakes.Take(ParseYaml(from.text, setting.source));
      if (!value) continue;
      setting.value = *std::move(value);
    }
    settings.all.push_back(std::move(setting));
  }
}

void AddFileSettings(const std::vector<FileSetting>& set, Settings& settings) {
  for (const FileSetting& one : set) {
    const std::string where = one.source->At(one.place);
    Setting& setting = settings.all.emplace_back();
    setting.from.stage = one.stage;
    setting.from.option = one.option;
    setting.from.append = one.append;
    setting.from.name = where;
    setting.from.written = where;
    setting.source = *one.source;
    setting.value = one.value;
  }
}

void ApplySettings(Settings& settings, Pipeline& pipeline, Mistakes& mistakes) {
  if (settings.all.empty()) return;
  Applier applier(settings, pipeline, mistakes);
  for (const Setting& setting : settings.all) applier.Apply(setting);
}

}  // namespace slipway::config
