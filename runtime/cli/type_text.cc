#include "runtime/cli/type_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "runtime/sdk/option_at.h"
#include "runtime/text/amount.h"

namespace slipway::cli {
namespace {

std::string Bound(const slipway_option& option, int64_t bound) {
  switch (option.type) {
    case SLIPWAY_DECIMAL:
      return text::Thousandths(bound);
    case SLIPWAY_BYTES:
      return text::Size(bound);
    case SLIPWAY_DURATION:
      return text::Duration(bound);
    case SLIPWAY_MODE:
      return text::Octal(bound);
    default:
      return std::to_string(bound);
  }
}

std::string Range(const slipway_option& option) {
  const auto [low, high] = std::pair(LowestOf(option), HighestOf(option));
  const bool bottomless = low == std::numeric_limits<int64_t>::min();
  const bool endless = high == std::numeric_limits<int64_t>::max();
  if (endless && (bottomless || low == 0)) return {};
  std::string_view unit = option.unit != nullptr ? option.unit : "";
  if (option.type == SLIPWAY_STRING) unit = "bytes";
  std::string range = ", ";
  if (endless) {
    range += "at least " + Bound(option, low);
  } else if (bottomless) {
    range += "at most " + Bound(option, high);
  } else {
    range += Bound(option, low) + " to " + Bound(option, high);
  }
  return unit.empty() ? range : range.append(" ").append(unit);
}

// ", such as 512MiB", unless the option would not take it.
std::string SuchAs(const slipway_option& option, int64_t example) {
  if (example < LowestOf(option) || example > HighestOf(option)) return {};
  return ", such as " + Bound(option, example);
}

std::string OrMax(const slipway_option& option) {
  return (option.flags & SLIPWAY_OR_MAX) != 0 ? ", or max" : "";
}

constexpr int64_t kSizeExample = int64_t{512} << 20;
constexpr int64_t kDurationExample = 100'000'000;

bool IsRequired(const slipway_option& record, std::string_view field) {
  for (uint32_t i = 0; i < record.field_count; ++i) {
    const slipway_option& candidate = OptionAt(record.fields, i);
    if (candidate.name == field) return (candidate.flags & SLIPWAY_REQUIRED) != 0;
  }
  return false;
}

// SLIPWAY_RECORD: "source:target[:ro]", "source:target[:ro,noexec,NAME=VALUE]", "device[:access]",
// "target[:NAME=VALUE,...]"; or nothing.
std::string FormText(const slipway_option& record) {
  std::string text;
  std::string words;
  size_t word_count = 0;
  bool optional = false;
  std::string_view rest = record.text_form != nullptr ? record.text_form : "";
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const std::string_view name = part.substr(0, part.find('='));
    if (name.size() != part.size()) {
      words.append(word_count++ == 0 ? "" : ",").append(name);
    } else if (text.empty() || IsRequired(record, name)) {
      text.append(text.empty() ? "" : ":").append(name);
    } else {
      text.append("[:").append(name).append("]");
      optional = true;
    }
  }
  if (text.empty()) return text;
  if (word_count > 0) return text + "[:" + words + (word_count > 1 ? ",NAME=VALUE]" : "]");
  return optional ? text : text + "[:NAME=VALUE,...]";
}

}  // namespace

std::string TypeText(const slipway_option& option) {
  switch (option.type) {
    case SLIPWAY_STRING:
      return "text" + Range(option);
    case SLIPWAY_BOOL:
      return "true or false";
    case SLIPWAY_INTEGER:
      return "integer" + Range(option) + OrMax(option);
    case SLIPWAY_DECIMAL:
      return "number" + Range(option) + OrMax(option);
    case SLIPWAY_BYTES:
      return "size" + Range(option) + SuchAs(option, kSizeExample) + OrMax(option);
    case SLIPWAY_DURATION:
      return "duration" + Range(option) + SuchAs(option, kDurationExample) + OrMax(option);
    case SLIPWAY_USER:
      return "user of the container, such as 1000, 1000:1000 or www-data";
    case SLIPWAY_MODE:
      return "permissions in octal, such as 0755";
    case SLIPWAY_PATH:
      return option.flags & SLIPWAY_IN_CONTAINER ? "path in the container" : "path on the host";
    case SLIPWAY_ENUM: {
      std::string text;
      for (const char* const* name = option.names; *name; ++name) {
        text.append(text.empty() ? "" : ", ").append(*name);
      }
      return "one of " + text;
    }
    case SLIPWAY_LIST:
      return "list of " + TypeText(*option.element);
    case SLIPWAY_MAP:
      return "map of names to " + TypeText(*option.element);
    case SLIPWAY_RECORD: {
      std::string text;
      for (uint32_t i = 0; i < option.field_count; ++i) {
        text.append(i ? ", " : "").append(OptionAt(option.fields, i).name);
      }
      const std::string form = FormText(option);
      return "{" + text + "}" + (form.empty() ? "" : " or " + form);
    }
    default:
      return "?";
  }
}

}  // namespace slipway::cli
