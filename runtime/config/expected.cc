#include "runtime/config/expected.h"

#include <limits>
#include <utility>

#include "runtime/config/rows.h"
#include "runtime/config/text_form.h"
#include "runtime/sdk/option_at.h"
#include "runtime/text/amount.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

std::string Amount(const slipway_option& option, int64_t number) {
  switch (option.type) {
    case SLIPWAY_DECIMAL:
      return text::Thousandths(number);
    case SLIPWAY_BYTES:
      return text::Size(number);
    case SLIPWAY_DURATION:
      return text::Duration(number);
    case SLIPWAY_MODE:
      return text::Octal(number);
    default:
      return std::to_string(number);
  }
}

// " from 1 to 64", or nothing; for a string `from` is " of".
std::string Range(const slipway_option& option, std::string_view from = " from") {
  const auto [low, high] = std::pair(LowestOf(option), HighestOf(option));
  const bool bottomless = low == std::numeric_limits<int64_t>::min();
  const bool endless = high == std::numeric_limits<int64_t>::max();
  if (endless && (bottomless || low == 0)) return {};
  if (endless) return " of at least " + Amount(option, low);
  if (bottomless) return " of at most " + Amount(option, high);
  return std::string(from) + " " + Amount(option, low) + " to " + Amount(option, high);
}

// ", such as 512MiB", unless the option would not take it.
std::string SuchAs(const slipway_option& option, int64_t example) {
  return InRange(option, example) ? ", such as " + Amount(option, example) : std::string();
}

std::string OrMax(const slipway_option& option) {
  return (option.flags & SLIPWAY_OR_MAX) != 0 ? ", or max" : "";
}

constexpr int64_t kSizeExample = int64_t{512} << 20;
constexpr int64_t kDurationExample = 100'000'000;  // 100ms
constexpr int64_t kDecimalExample = 1500;          // 1.5

std::string InUnit(const slipway_option& option) {
  return option.unit != nullptr ? std::string(", in ") + option.unit : std::string();
}

std::string Fields(const slipway_option& record) {
  return text::JoinNames(RowNames(record.fields, record.field_count));
}

std::string Plural(const slipway_option& element) {
  switch (element.type) {
    case SLIPWAY_STRING:
      return "texts";
    case SLIPWAY_BOOL:
      return "true or false";
    case SLIPWAY_INTEGER:
      return "integers";
    case SLIPWAY_DECIMAL:
      return "numbers";
    case SLIPWAY_BYTES:
      return "sizes";
    case SLIPWAY_DURATION:
      return "durations";
    case SLIPWAY_PATH:
      return "paths";
    case SLIPWAY_MODE:
      return "permissions in octal";
    case SLIPWAY_USER:
      return "users of the container";
    case SLIPWAY_ENUM:
      return "names, of " + text::JoinNames(EnumNames(element));
    case SLIPWAY_LIST:
      return "lists of " + Plural(*element.element);
    case SLIPWAY_MAP:
      return "maps of names to " + Plural(*element.element);
    default:
      break;
  }
  std::string maps = "maps of " + Fields(element);
  if (element.text_form == nullptr) return maps;
  return maps + ", or of texts such as " + TextFormExamples(element);
}

}  // namespace

std::string Expected(const slipway_option& option) {
  switch (option.type) {
    case SLIPWAY_STRING: {
      const std::string length = Range(option, " of");
      const std::string_view bytes = length.ends_with(" 1") ? " byte" : " bytes";
      return "a text" + length + std::string(length.empty() ? "" : bytes);
    }
    case SLIPWAY_BOOL:
      return "true or false";
    case SLIPWAY_INTEGER:
      return "an integer" + Range(option) + InUnit(option) + OrMax(option);
    case SLIPWAY_DECIMAL:
      return "a number" + Range(option) + InUnit(option) + SuchAs(option, kDecimalExample) +
             OrMax(option);
    case SLIPWAY_BYTES:
      return "a size" + Range(option) + SuchAs(option, kSizeExample) + OrMax(option);
    case SLIPWAY_DURATION:
      return "a duration" + Range(option) + SuchAs(option, kDurationExample) + OrMax(option);
    case SLIPWAY_MODE:
      return "permissions in octal" + Range(option) + ", such as 755" +
             (HighestOf(option) >= 01777 ? " or 1777" : "");
    case SLIPWAY_USER:
      return "a user of the container, such as 1000, 1000:1000 or www-data";
    case SLIPWAY_PATH:
      return (option.flags & SLIPWAY_IN_CONTAINER) != 0 ? "an absolute path inside the container"
                                                        : "a path";
    case SLIPWAY_ENUM:
      return "one of " + text::JoinNames(EnumNames(option));
    case SLIPWAY_LIST:
      return "a list of " + Plural(*option.element);
    case SLIPWAY_MAP:
      return "a map of names to " + Plural(*option.element);
    default:
      break;
  }
  const std::string map = "a map of " + Fields(option);
  return option.text_form == nullptr ? map : TextFormExamples(option) + ", or " + map;
}

bool InRange(const slipway_option& option, int64_t number) {
  return number >= LowestOf(option) && number <= HighestOf(option);
}

std::vector<std::string_view> EnumNames(const slipway_option& option) {
  std::vector<std::string_view> names;
  for (const char* const* name = option.names; *name != nullptr; ++name) names.emplace_back(*name);
  return names;
}

}  // namespace slipway::config
