#include "runtime/cli/stage_json.h"

#include <boost/json.hpp>

#include "runtime/cli/describe.h"
#include "runtime/cli/json_text.h"
#include "runtime/sdk/option_at.h"

namespace slipway::cli {
namespace {

namespace json = boost::json;

const char* TypeName(uint32_t type) {
  switch (type) {
    case SLIPWAY_STRING:
      return "string";
    case SLIPWAY_BOOL:
      return "bool";
    case SLIPWAY_INTEGER:
      return "integer";
    case SLIPWAY_DECIMAL:
      return "decimal";
    case SLIPWAY_BYTES:
      return "bytes";
    case SLIPWAY_DURATION:
      return "duration";
    case SLIPWAY_PATH:
      return "path";
    case SLIPWAY_ENUM:
      return "enum";
    case SLIPWAY_LIST:
      return "list";
    case SLIPWAY_MAP:
      return "map";
    case SLIPWAY_RECORD:
      return "record";
    case SLIPWAY_MODE:
      return "mode";
    case SLIPWAY_USER:
      return "user";
    default:
      return "unknown";
  }
}

json::array Texts(const char* const* texts) {
  json::array array;
  for (; texts != nullptr && *texts != nullptr; ++texts) array.emplace_back(*texts);
  return array;
}

void AddText(json::object& object, const char* name, const char* text) {
  if (text != nullptr) object[name] = text;
}

// A decimal's table has thousandths.
json::value Bound(const slipway_option& option, int64_t bound) {
  constexpr double kThousand = 1000;
  if (option.type == SLIPWAY_DECIMAL) return static_cast<double>(bound) / kThousand;
  return bound;
}

json::array OptionsOf(const slipway_option* options, uint32_t count);

// What holds for an option and for the element of a list alike.
void AddShape(json::object& object, const slipway_option& option) {
  object["type"] = TypeName(option.type);
  AddText(object, "unit", option.unit);
  if (option.flags & SLIPWAY_HAS_MINIMUM) object["minimum"] = Bound(option, option.minimum);
  if (option.flags & SLIPWAY_HAS_MAXIMUM) object["maximum"] = Bound(option, option.maximum);
  if (option.flags & SLIPWAY_OR_MAX) object["or_max"] = true;
  if (option.type == SLIPWAY_PATH) {
    object["of"] = (option.flags & SLIPWAY_IN_CONTAINER) != 0 ? "container" : "host";
  }
  if (option.type == SLIPWAY_ENUM) object["values"] = Texts(option.names);
  AddText(object, "text_form", option.text_form);
  if (option.type == SLIPWAY_RECORD) {
    object["fields"] = OptionsOf(option.fields, option.field_count);
  }
  if (option.type != SLIPWAY_LIST && option.type != SLIPWAY_MAP) return;
  json::object element;
  AddShape(element, *option.element);
  object["element"] = std::move(element);
}

json::array OptionsOf(const slipway_option* options, uint32_t count) {
  json::array array;
  for (uint32_t i = 0; i < count; ++i) {
    const slipway_option& option = OptionAt(options, i);
    json::object object{{"name", option.name},
                        {"summary", option.summary},
                        {"required", (option.flags & SLIPWAY_REQUIRED) != 0},
                        {"secret", (option.flags & SLIPWAY_SECRET) != 0},
                        {"changeable", (option.flags & SLIPWAY_CHANGEABLE) != 0}};
    AddText(object, "default", option.fallback);
    AddText(object, "short_name", option.short_name);
    AddShape(object, option);
    array.push_back(std::move(object));
  }
  return array;
}

json::object ObjectOf(const StageRow& row) {
  const slipway_stage& stage = *row.stage;
  return {{"name", stage.name},
          {"version", stage.version},
          {"abi", AbiText()},
          {"file", JsonText(row.file)},
          {"summary", stage.summary},
          {"needs", NeedsText(stage)},
          {"provides", Texts(stage.provides)},
          {"requires", Texts(stage.requires_)},
          {"after", Texts(stage.after)},
          {"conflicts", Texts(stage.conflicts)},
          {"options", OptionsOf(stage.options, stage.option_count)}};
}

}  // namespace

std::string StageAsJson(const StageRow& row) { return json::serialize(ObjectOf(row)) + "\n"; }

std::string StagesAsJson(const std::vector<StageRow>& rows) {
  json::array array;
  for (const StageRow& row : rows) array.push_back(ObjectOf(row));
  return json::serialize(array) + "\n";
}

}  // namespace slipway::cli
