#include "runtime/cli/stats.h"

#include <boost/json.hpp>

#include "runtime/cli/json_text.h"
#include "runtime/cli/json_texts.h"

namespace slipway::cli {
namespace {

namespace json = boost::json;

json::value ErrorOf(const Stats& stats) {
  if (!stats.error) return nullptr;
  const Error& error = *stats.error;
  return json::object{{"text", error.ToString()},
                      {"kind", stats.error_kind},
                      {"where", JsonText(error->where)},
                      {"stage", error->stage},
                      {"errno", error->errno_value}};
}

json::array ChoicesOf(const Stats& stats) {
  json::array choices;
  for (const Choice& choice : stats.choices) {
    json::array refused;
    for (const auto& [stage, reason] : choice.refused) {
      refused.push_back(json::object{{"stage", stage}, {"reason", reason.ToString()}});
    }
    choices.push_back(json::object{{"where", JsonText(choice.where)},
                                   {"taken", choice.taken},
                                   {"at", JsonText(choice.at)},
                                   {"refused", std::move(refused)}});
  }
  return choices;
}

json::object FiguresOf(const Stats& stats) {
  json::object stages;
  for (const auto& [stage, figures] : stats.figures) {
    json::object object;
    for (const auto& [name, value] : figures) object[name] = value;
    stages[stage] = std::move(object);
  }
  return stages;
}

}  // namespace

std::string StatsAsJson(const Stats& stats) {
  const json::object object = {
      {"id", stats.id},
      {"config", stats.config.empty() ? json::value() : json::value(JsonText(stats.config))},
      {"ended", stats.ended},
      {"status", stats.status ? json::value(*stats.status) : json::value()},
      {"error", ErrorOf(stats)},
      {"wall_ns", stats.wall_ns},
      {"cpu_user_ns", stats.cpu_user_ns},
      {"cpu_system_ns", stats.cpu_system_ns},
      {"max_rss_bytes", stats.max_rss_bytes},
      {"minor_faults", stats.minor_faults},
      {"major_faults", stats.major_faults},
      {"extends", JsonTexts(stats.extends)},
      {"first_of", ChoicesOf(stats)},
      {"stages", FiguresOf(stats)}};
  return json::serialize(object) + "\n";
}

std::string InfoAsJson(const std::string& id, int64_t pid) {
  return json::serialize(json::object{{"id", id}, {"pid", pid}, {"status", "running"}}) + "\n";
}

}  // namespace slipway::cli
