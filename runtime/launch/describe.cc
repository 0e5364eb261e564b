#include "runtime/launch/describe.h"

#include <string>
#include <string_view>
#include <utility>

#include "runtime/launch/host_table.h"
#include "runtime/sdk/option_at.h"

namespace slipway::launch {
namespace {

constexpr std::string_view kLeftOut = "(secret)";

void AddTexts(const slipway_value& value, std::vector<std::string_view>& texts) {
  switch (value.type) {
    case SLIPWAY_STRING:
    case SLIPWAY_PATH:
    case SLIPWAY_USER:
      if (*value.as.string != '\0') texts.emplace_back(value.as.string);
      return;
    case SLIPWAY_LIST:
    case SLIPWAY_MAP:
    case SLIPWAY_RECORD:
      for (uint32_t i = 0; i < value.count; ++i) AddTexts(value.as.items[i], texts);
      return;
    default:
      return;
  }
}

std::vector<std::string_view> SecretsOf(const StageSpec& spec) {
  std::vector<std::string_view> secrets;
  for (uint32_t i = 0; i < spec.descriptor->option_count; ++i) {
    const slipway_option& option = OptionAt(spec.descriptor->options, i);
    if ((option.flags & SLIPWAY_SECRET) != 0) AddTexts(spec.options[i], secrets);
  }
  return secrets;
}

void HideSecrets(const std::vector<std::string_view>& secrets, std::string& text) {
  for (const std::string_view secret : secrets) {
    if (text.find(secret) == std::string::npos) continue;
    text = kLeftOut;
    return;
  }
}

}  // namespace

Result<std::vector<std::vector<Effect>>> DescribeStages(const std::vector<Stage>& stages,
                                                        const Occasion& occasion) {
  std::vector<std::vector<Effect>> all;
  slipway_context context = ContextFor(occasion);
  for (const Stage& stage : stages) {
    std::vector<Effect>& effects = all.emplace_back();
    context.effects = &effects;
    RETURN_IF_ERROR(stage.Describe(context));
    const std::vector<std::string_view> secrets = SecretsOf(stage.spec());
    for (Effect& effect : effects) {
      HideSecrets(secrets, effect.subject);
      HideSecrets(secrets, effect.detail);
    }
    ++context.stage;
  }
  return all;
}

}  // namespace slipway::launch
