#include "runtime/cli/figures.h"

#include <algorithm>
#include <boost/json.hpp>

namespace slipway::cli {

std::string FiguresAsTable(const Figures& figures) {
  size_t stage_width = 0;
  size_t name_width = 0;
  for (const auto& [stage, values] : figures) {
    stage_width = std::max(stage_width, stage.size());
    for (const auto& [name, value] : values) name_width = std::max(name_width, name.size());
  }
  std::string text;
  for (const auto& [stage, values] : figures) {
    for (const auto& [name, value] : values) {
      text += stage + std::string(stage_width - stage.size() + 2, ' ') + name +
              std::string(name_width - name.size() + 2, ' ') + std::to_string(value) + "\n";
    }
  }
  return text;
}

std::string FiguresAsJson(const Figures& figures) {
  boost::json::object object;
  for (const auto& [stage, values] : figures) {
    boost::json::object inner;
    for (const auto& [name, value] : values) inner[name] = value;
    object[stage] = std::move(inner);
  }
  return boost::json::serialize(object) + "\n";
}

}  // namespace slipway::cli
