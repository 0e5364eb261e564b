#include "runtime/cli/plan.h"

#include <algorithm>
#include <boost/json.hpp>

#include "runtime/cli/error_json.h"
#include "runtime/cli/json_text.h"
#include "runtime/text/wrap.h"

namespace slipway::cli {
namespace {

namespace json = boost::json;
using internal::Printable;

constexpr size_t kKindColumns = 9;   // "namespace"
constexpr size_t kMostColumns = 32;  // of a subject that the details are lined up behind
constexpr const char* kGap = "  ";

void Fill(std::string& text, size_t columns, size_t width) {
  if (columns < width) text.append(width - columns, ' ');
}

std::string Lines(const std::vector<PlannedEffect>& effects) {
  size_t width = 0;
  for (const PlannedEffect& effect : effects) {
    const size_t columns = text::Columns(Printable(effect.subject));
    if (columns <= kMostColumns) width = std::max(width, columns);
  }
  std::string lines;
  for (const PlannedEffect& effect : effects) {
    const std::string kind = EffectName(effect.kind);
    const std::string subject = Printable(effect.subject);
    lines += kGap + kind;
    Fill(lines, kind.size(), kKindColumns);
    lines += kGap + subject;
    if (!effect.detail.empty()) {
      Fill(lines, text::Columns(subject), width);
      lines += kGap + Printable(effect.detail);
    }
    lines += "\n";
  }
  return lines;
}

std::string Paragraph(const PlannedStage& stage) {
  std::string text = "\n" + stage.name + ": " + Printable(stage.summary) + "\n";
  if (!stage.tells) return text + kGap + "what it does in detail, this stage does not tell\n";
  return text + (stage.effects.empty() ? std::string(kGap) + "nothing\n" : Lines(stage.effects));
}

json::array Effects(const std::vector<PlannedEffect>& effects) {
  json::array array;
  for (const PlannedEffect& effect : effects) {
    array.push_back({{"kind", EffectName(effect.kind)},
                     {"subject", JsonText(effect.subject)},
                     {"detail", JsonText(effect.detail)}});
  }
  return array;
}

}  // namespace

const char* EffectName(slipway_effect kind) {
  switch (kind) {
    case SLIPWAY_EFFECT_NAMESPACE:
      return "namespace";
    case SLIPWAY_EFFECT_CGROUP:
      return "cgroup";
    case SLIPWAY_EFFECT_LIMIT:
      return "limit";
    case SLIPWAY_EFFECT_MOUNT:
      return "mount";
    case SLIPWAY_EFFECT_FILE:
      return "file";
    case SLIPWAY_EFFECT_PROCESS:
      return "process";
    case SLIPWAY_EFFECT_FILTER:
      return "filter";
    case SLIPWAY_EFFECT_OTHER:
      break;
  }
  return "other";
}

std::string PlanAsText(const Plan& plan) {
  std::string text =
      Printable(plan.config) + ": a run would do this, in this order; nothing was done\n";
  for (const PlannedStage& stage : plan.stages) text += Paragraph(stage);
  text += "\nthen the runtime itself\n" + Lines(plan.host);
  if (!plan.missing.empty()) text += "\n";
  for (const Error& reason : plan.missing) {
    text += "not available here: " + reason.ToString() + "\n";
  }
  return text;
}

std::string PlanAsJson(const Plan& plan) {
  json::array stages;
  for (const PlannedStage& stage : plan.stages) {
    stages.push_back({{"name", stage.name},
                      {"summary", JsonText(stage.summary)},
                      {"tells", stage.tells},
                      {"effects", Effects(stage.effects)}});
  }
  json::array not_available;
  for (const Error& reason : plan.missing) not_available.push_back(ErrorObject(reason));
  return json::serialize(json::object{{"config", JsonText(plan.config)},
                                      {"ok", true},
                                      {"stages", std::move(stages)},
                                      {"runtime", Effects(plan.host)},
                                      {"not_available", std::move(not_available)},
                                      {"mistakes", json::array()}}) +
         "\n";
}

}  // namespace slipway::cli
