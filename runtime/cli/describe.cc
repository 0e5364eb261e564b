#include "runtime/cli/describe.h"

#include <functional>
#include <limits>
#include <string_view>
#include <vector>

namespace slipway::cli {
namespace {

std::string DecimalText(int64_t thousandths) {
  std::string text = std::to_string(thousandths / 1000);
  if (int64_t rest = thousandths % 1000; rest != 0) {
    std::string places = std::to_string(1000 + rest).substr(1);
    places.erase(places.find_last_not_of('0') + 1);
    text += "." + places;
  }
  return text;
}

std::string Bound(const slipway_option& option, int64_t bound) {
  return option.type == SLIPWAY_DECIMAL ? DecimalText(bound) : std::to_string(bound);
}

std::string Range(const slipway_option& option) {
  if (option.minimum == 0 && option.maximum == 0) return {};
  const std::string unit = option.unit ? std::string(" ") + option.unit : std::string();
  const std::string of = option.type == SLIPWAY_STRING ? " of length " : " ";
  if (option.maximum == std::numeric_limits<int64_t>::max())
    return "," + of + "at least " + Bound(option, option.minimum) + unit;
  return "," + of + Bound(option, option.minimum) + " to " + Bound(option, option.maximum) + unit;
}

std::string TypeText(const slipway_option& option) {
  switch (option.type) {
    case SLIPWAY_STRING:
      return "string" + Range(option);
    case SLIPWAY_BOOL:
      return "true or false";
    case SLIPWAY_INTEGER:
      return "integer" + Range(option);
    case SLIPWAY_DECIMAL:
      return "number" + Range(option);
    case SLIPWAY_BYTES:
      return "bytes, such as 512MiB";
    case SLIPWAY_DURATION:
      return "duration, such as 100ms";
    case SLIPWAY_PATH:
      return option.flags & SLIPWAY_IN_CONTAINER ? "path in the container" : "path";
    case SLIPWAY_ENUM: {
      std::string text;
      for (const char* const* name = option.names; *name; ++name) {
        text.append(text.empty() ? "" : ", ").append(*name);
      }
      return "one of: " + text;
    }
    case SLIPWAY_LIST:
      return "list of " + TypeText(*option.element);
    case SLIPWAY_MAP:
      return "map of names to " + TypeText(*option.element);
    case SLIPWAY_RECORD: {
      std::string text;
      for (uint32_t i = 0; i < option.field_count; ++i) {
        text.append(i ? ", " : "").append(option.fields[i].name);
      }
      return "{" + text + "}";
    }
    default:
      return "?";
  }
}

std::string DefaultText(const slipway_option& option) {
  if (option.flags & SLIPWAY_REQUIRED) return "required";
  return option.fallback ? option.fallback : "none";
}

// The fields of a record within an option, or null.
const slipway_option* RecordIn(const slipway_option& option) {
  if (option.type == SLIPWAY_RECORD) return &option;
  if (option.type == SLIPWAY_LIST || option.type == SLIPWAY_MAP) return RecordIn(*option.element);
  return nullptr;
}

using Row = std::function<void(const std::string& name, const slipway_option&)>;

// Each option, and below it the fields of its records, as `binds.source`.
void ForEach(const slipway_option* options, uint32_t count, const std::string& prefix,
             const Row& row) {
  for (uint32_t i = 0; i < count; ++i) {
    const std::string name = prefix + options[i].name;
    row(name, options[i]);
    if (const slipway_option* record = RecordIn(options[i])) {
      ForEach(record->fields, record->field_count, name + ".", row);
    }
  }
}

std::string Tokens(const char* const* tokens) {
  std::string text;
  for (; tokens && *tokens; ++tokens) text.append(text.empty() ? "" : ", ").append(*tokens);
  return text;
}

std::string PrivilegesText(uint32_t privileges) {
  switch (privileges) {
    case SLIPWAY_UNPRIVILEGED:
      return "no privileges";
    case SLIPWAY_ROOT_OR_USERNS:
      return "CAP_SYS_ADMIN in the container's user namespace (root)";
    default:
      return "CAP_SYS_ADMIN on the host (root)";
  }
}

void AddLine(std::string& text, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  text.append(label).append(12 - label.size(), ' ').append(value).append("\n");
}

}  // namespace

std::string DescribeStage(const slipway_stage& stage) {
  std::string text = std::string(stage.name) + " " + stage.version + ": " + stage.summary + "\n\n";
  AddLine(text, "needs", PrivilegesText(stage.privileges));
  AddLine(text, "provides", Tokens(stage.provides));
  AddLine(text, "requires", Tokens(stage.requires_));
  AddLine(text, "after", Tokens(stage.after));
  AddLine(text, "conflicts", Tokens(stage.conflicts));
  if (stage.option_count == 0) return text + "\nIt has no options.\n";
  text += "\nOptions:\n";
  ForEach(stage.options, stage.option_count, "",
          [&](const std::string& name, const slipway_option& option) {
            text += "  " + name + "\n      " + option.summary + ".\n      " + TypeText(option) +
                    "; default: " + DefaultText(option) + "\n";
          });
  return text;
}

std::string OptionsAsMarkdown(const slipway_stage& stage) {
  if (stage.option_count == 0) return "It has no options.\n";
  std::string text = "| option | type | default | meaning |\n|---|---|---|---|\n";
  ForEach(stage.options, stage.option_count, "",
          [&](const std::string& name, const slipway_option& option) {
            text += "| `" + name + "` | " + TypeText(option) + " | " + DefaultText(option) + " | " +
                    option.summary + " |\n";
          });
  return text;
}

}  // namespace slipway::cli
