#include "runtime/config/stages.h"

#include <map>
#include <utility>

#include "runtime/config/shape.h"

namespace slipway::config {
namespace {

constexpr std::string_view kFirstOf = "first-of";
constexpr std::string_view kEntry = "a stage: its name, or name: {option: value}";

// `name` or `name: options`, whatever the name.
Result<RawStage> ReadEntry(Node node, const Source& source) {
  if (node.is_scalar()) {
    RawStage stage;
    stage.name = std::move(node.text);
    stage.place = node.place;
    return stage;
  }
  if (!node.is_map()) return WrongShape("stages", node, source, kEntry);
  if (node.keys.empty()) {
    return Error("stages: an empty map", {}, "write " + std::string(kEntry))
        .At(source.At(node.place));
  }
  if (node.keys.size() > 1) {
    return Error("a second key in the entry of stage \"" + node.keys[0].text + "\":",
                 node.keys[1].text,
                 "indent options below the stage's name; begin each stage with \"- \"")
        .At(source.At(node.keys[1].place));
  }
  return RawStage{.name = std::move(node.keys[0].text),
                  .place = node.keys[0].place,
                  .options = std::move(node.items[0])};
}

Result<RawStage> ReadStage(Node node, const Source& source) {
  ASSIGN_OR_RETURN(RawStage stage, ReadEntry(std::move(node), source));
  if (stage.name == kFirstOf) {
    return Error("first-of inside first-of", {}, "list all its stages in the outer one")
        .At(source.At(stage.place));
  }
  if (stage.name.empty()) {
    return Error("a stage without a name", {}, "write " + std::string(kEntry))
        .At(source.At(stage.place));
  }
  if (!stage.options.is_map() && !stage.options.is_null()) {
    return WrongShape("options", stage.options, source, "a map, {option: value}")
        .In(stage.name, "");
  }
  return stage;
}

Result<RawStep> ReadStep(Node node, const Source& source) {
  RawStep step;
  const bool is_choice = (node.is_scalar() && node.text == kFirstOf) ||
                         (node.is_map() && node.keys.size() == 1 && node.keys[0].text == kFirstOf);
  if (!is_choice) {
    ASSIGN_OR_RETURN(RawStage stage, ReadStage(std::move(node), source));
    step.place = stage.place;
    step.alternatives.push_back(std::move(stage));
    return step;
  }
  ASSIGN_OR_RETURN(RawStage choice, ReadEntry(std::move(node), source));
  step.place = choice.place;
  // `- first-of` alone has no options, and no place for them.
  if (choice.options.is_null()) choice.options.place = choice.place;
  RETURN_IF_ERROR(ExpectList(kFirstOf, choice.options, source, "a list of stages"));
  if (choice.options.items.empty()) {
    return Error("first-of: an empty list", {}, "name at least one stage")
        .At(source.At(choice.options.place));
  }
  for (Node& item : choice.options.items) {
    ASSIGN_OR_RETURN(RawStage stage, ReadStage(std::move(item), source));
    step.alternatives.push_back(std::move(stage));
  }
  return step;
}

Status RefuseTwice(const std::vector<RawStep>& steps, const Source& source) {
  std::map<std::string_view, Place> seen;
  for (const RawStep& step : steps) {
    for (const RawStage& stage : step.alternatives) {
      const auto [first, is_new] = seen.emplace(stage.name, stage.place);
      if (is_new) continue;
      return Error("stands in the pipeline twice", {},
                   "the first time at " + source.At(first->second) + ": keep one of them")
          .At(source.At(stage.place))
          .In(stage.name, "");
    }
  }
  return Ok();
}

}  // namespace

Result<std::vector<RawStep>> ReadStages(Node node, const Source& source) {
  RETURN_IF_ERROR(ExpectList("stages", node, source, "a list of stages"));
  if (node.items.empty()) {
    return Error("stages: an empty list", {}, "name at least one stage").At(source.At(node.place));
  }
  std::vector<RawStep> steps;
  steps.reserve(node.items.size());
  for (Node& item : node.items) {
    ASSIGN_OR_RETURN(RawStep step, ReadStep(std::move(item), source));
    steps.push_back(std::move(step));
  }
  RETURN_IF_ERROR(RefuseTwice(steps, source));
  return steps;
}

}  // namespace slipway::config
