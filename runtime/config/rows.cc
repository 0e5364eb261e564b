#include "runtime/config/rows.h"

namespace slipway::config {

const slipway_option* FindRow(const slipway_option* table, uint32_t count, std::string_view name) {
  for (uint32_t i = 0; i < count; ++i) {
    if (table[i].name == name) return &table[i];
  }
  return nullptr;
}

std::vector<std::string_view> RowNames(const slipway_option* table, uint32_t count) {
  std::vector<std::string_view> names;
  names.reserve(count);
  for (uint32_t i = 0; i < count; ++i) names.emplace_back(table[i].name);
  return names;
}

}  // namespace slipway::config
