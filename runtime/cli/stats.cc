#include "runtime/cli/stats.h"

#include <boost/json.hpp>

namespace slipway::cli {

std::string StatsAsJson(const std::string& id, int exit_status,
                        const std::map<std::string, std::map<std::string, int64_t>>& figures) {
  boost::json::object stages;
  for (const auto& [stage, values] : figures) {
    boost::json::object object;
    for (const auto& [name, value] : values) object[name] = value;
    stages[stage] = std::move(object);
  }
  const boost::json::object stats = {
      {"id", id}, {"exit_status", exit_status}, {"stages", std::move(stages)}};
  return boost::json::serialize(stats) + "\n";
}

}  // namespace slipway::cli
