#include "runtime/config/short_names.h"

#include <algorithm>

#include "runtime/sdk/option_at.h"

namespace slipway::config {

std::vector<ShortName> ShortNamesOf(const Document& document, const LoadStage& load) {
  std::vector<ShortName> names;
  for (const RawStep& step : document.steps()) {
    for (const RawStage& raw : step.alternatives) {
      if (raw.name.empty() || !document.KnowsFileOf(raw.name)) continue;
      const Result<const slipway_stage*> stage = load(raw.name);
      if (!stage.ok()) continue;
      for (uint32_t i = 0; i < (*stage)->option_count; ++i) {
        const slipway_option& option = OptionAt((*stage)->options, i);
        if (option.short_name == nullptr) continue;
        const bool is_known = std::any_of(names.begin(), names.end(), [&](const ShortName& known) {
          return known.name == option.short_name;
        });
        if (!is_known) names.push_back({option.short_name, raw.name, &option});
      }
    }
  }
  return names;
}

}  // namespace slipway::config
