#include "runtime/config/stages.h"

#include <map>
#include <string_view>
#include <utility>

#include "runtime/config/shape.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

struct Seen {
  const RawStep* step;
  const RawStage* stage;
};
using Names = std::map<std::string_view, Seen>;

constexpr std::string_view kFirstOf = "first-of";
constexpr std::string_view kNone = "none";
constexpr std::string_view kEntry = "a stage: its name, or name: {option: value}";

class Reader {
 public:
  Reader(const Source& source, Mistakes& mistakes) : source_(source), mistakes_(mistakes) {}

  RawStep ReadStep(Node node) {
    RawStage entry = ReadEntry(std::move(node));
    RawStep step;
    step.source = &source_;
    step.place = entry.place;
    if (!IsChoice(entry)) {
      step.alternatives.push_back(CheckStage(std::move(entry)));
      return step;
    }
    // `- first-of` alone has no options, and no place for them.
    if (entry.options.is_null()) entry.options.place = entry.place;
    if (entry.options.is_list() && !entry.options.items.empty()) {
      ReadAlternatives(std::move(entry.options.items), step);
      if (step.alternatives.empty()) step.alternatives.push_back(Nameless(entry.place));
      return step;
    }
    if (mistakes_.Take(ExpectList(kFirstOf, entry.options, source_, "a list of stages"))) {
      Tell(Error("first-of: an empty list", {}, "name at least one stage"), entry.options.place);
    }
    step.alternatives.push_back(Nameless(entry.place));
    return step;
  }

 private:
  void Tell(Error error, Place place) { mistakes_.Add(std::move(error.At(source_.At(place)))); }

  RawStage Nameless(Place place) const {
    RawStage stage;
    stage.source = &source_;
    stage.place = place;
    stage.options_wrong = true;
    return stage;
  }

  void ReadAlternatives(std::vector<Node> items, RawStep& step) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (!items[i].is_scalar() || items[i].text != kNone) {
        step.alternatives.push_back(CheckStage(ReadEntry(std::move(items[i]))));
      } else if (i + 1 < items.size()) {
        Tell(Error("first-of: a stage behind none", {}, "none always works: put it last"),
             items[i + 1].place);
      } else if (i == 0) {
        Tell(Error("first-of: none alone", {}, "name at least one stage before it"),
             items[i].place);
      } else {
        step.none = items[i].place;
      }
    }
  }

  // `name` or `name: options`, whatever the name.
  RawStage ReadEntry(Node node) {
    RawStage stage;
    stage.source = &source_;
    stage.place = node.place;
    if (node.is_scalar()) {
      stage.name = std::move(node.text);
      if (stage.name.empty()) TellNoName(stage);
      return stage;
    }
    if (!node.is_map() || node.keys.empty()) {
      Tell(node.is_map() ? Error("stages: an empty map", {}, "write " + std::string(kEntry))
                         : WrongShape("stages", node, source_, kEntry),
           node.place);
      return Nameless(node.place);
    }
    stage.name = std::move(node.keys[0].text);
    stage.place = node.keys[0].place;
    stage.options = std::move(node.items[0]);
    if (stage.name.empty()) TellNoName(stage);
    if (node.keys.size() > 1) {
      stage.options_wrong = true;
      Tell(Error("a second key in the entry of stage \"" + stage.name + "\":", node.keys[1].text,
                 "indent options below the stage's name; begin each stage with \"- \""),
           node.keys[1].place);
    }
    return stage;
  }

  void TellNoName(RawStage& stage) {
    stage.options_wrong = true;
    Tell(Error("a stage without a name", {}, "write " + std::string(kEntry)), stage.place);
  }

  bool IsChoice(const RawStage& entry) {
    if (entry.name == kFirstOf) return true;
    if (text::PlainName(entry.name) != kFirstOf) return false;
    Tell(Error("unknown stage", entry.name, "did you mean \"first-of\"?"), entry.place);
    return true;
  }

  RawStage CheckStage(RawStage stage) {
    if (stage.name == kFirstOf) {
      Tell(Error("first-of inside first-of", {}, "list all its stages in the outer one"),
           stage.place);
      return Nameless(stage.place);
    }
    if (stage.name == kNone) {
      Tell(Error("none is no stage", {},
                 "as the last of a first-of, and without options, it lets the others be left out"),
           stage.place);
      return Nameless(stage.place);
    }
    if (!stage.options_wrong && !stage.options.is_map() && !stage.options.is_null()) {
      stage.options_wrong = true;
      Error error = WrongShape("options", stage.options, source_, "a map, {option: value}");
      *error->subject = '\0';  // nobody knows yet whether it is a secret
      mistakes_.Add(error.In(stage.name, ""));
    }
    return stage;
  }

  const Source& source_;
  Mistakes& mistakes_;
};

// Takes note of the stages, and tells of each that is in another step already. cure: behind where
// the first one stands.
void TellRepeatedIn(std::vector<RawStep>& steps, const char* cure, Names& names,
                    Mistakes& mistakes) {
  for (RawStep& step : steps) {
    for (RawStage& stage : step.alternatives) {
      if (stage.name.empty() || stage.repeated) continue;
      const auto [first, is_new] = names.emplace(stage.name, Seen{&step, &stage});
      if (is_new || first->second.step == &step) continue;
      stage.repeated = true;
      const RawStage& other = *first->second.stage;
      mistakes.Add(Error("appears twice", {},
                         "the first time at " + other.source->At(other.place) + ": " + cure)
                       .In(stage.name, "")
                       .At(stage.source->At(stage.place)));
    }
  }
}

}  // namespace

void TellRepeated(const std::vector<RawStep>& base, std::vector<RawStep>& own, Mistakes& mistakes) {
  Names names;
  for (const RawStep& step : base) {
    for (const RawStage& stage : step.alternatives) names.emplace(stage.name, Seen{&step, &stage});
  }
  TellRepeatedIn(own, "set: changes the options of that one", names, mistakes);
}

std::vector<RawStep> ReadStages(Node node, const Source& source, Mistakes& mistakes) {
  std::vector<RawStep> steps;
  if (!mistakes.Take(ExpectList("stages", node, source, "a list of stages"))) return steps;
  if (node.items.empty()) {
    mistakes.Add(
        Error("stages: an empty list", {}, "name at least one stage").At(source.At(node.place)));
  }
  Reader reader(source, mistakes);
  steps.reserve(node.items.size());
  for (Node& item : node.items) steps.push_back(reader.ReadStep(std::move(item)));
  Names names;
  TellRepeatedIn(steps, "keep one of them", names, mistakes);
  return steps;
}

}  // namespace slipway::config
