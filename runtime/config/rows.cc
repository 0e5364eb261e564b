#include "runtime/config/rows.h"

#include "runtime/sdk/option_at.h"

namespace slipway::config {

const slipway_option* FindRow(const slipway_option* table, uint32_t count, std::string_view name) {
  for (uint32_t i = 0; i < count; ++i) {
    const slipway_option& row = OptionAt(table, i);
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::vector<std::string_view> RowNames(const slipway_option* table, uint32_t count) {
  std::vector<std::string_view> names;
  names.reserve(count);
  for (uint32_t i = 0; i < count; ++i) names.emplace_back(OptionAt(table, i).name);
  return names;
}

}  // namespace slipway::config
