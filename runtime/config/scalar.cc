#include "runtime/config/scalar.h"

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config/expected.h"
#include "runtime/config/number.h"
#include "runtime/config/path.h"
#include "runtime/config/user.h"
#include "runtime/sdk/option_at.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

constexpr std::string_view kMaxWord = "max";

Status CheckNumber(const slipway_option& option, const std::string& text, Result<int64_t> number,
                   slipway_value& value) {
  if ((option.flags & SLIPWAY_OR_MAX) != 0 && text == kMaxWord) {
    value.as.integer = std::numeric_limits<int64_t>::max();
    return Ok();
  }
  if (!number.ok()) return std::move(number).status();
  if (!InRange(option, *number)) return Error("out of range", text);
  value.as.integer = *number;
  return Ok();
}

// Without a minimum it is a length of time, which is never negative.
Result<int64_t> ParseDurationOf(const slipway_option& option, const std::string& text) {
  const bool may_be_negative = (option.flags & SLIPWAY_HAS_MINIMUM) != 0 && option.minimum < 0;
  return may_be_negative ? ParseSignedDuration(text) : ParseDuration(text);
}

Status CheckString(const slipway_option& option, const std::string& text, OptionValues& memory,
                   slipway_value& value) {
  if (!InRange(option, static_cast<int64_t>(text.size()))) {
    if (text.empty()) return Error("an empty text");
    const bool is_short = static_cast<int64_t>(text.size()) < LowestOf(option);
    return Error(
        std::to_string(text.size()) + (is_short ? " bytes are too few" : " bytes are too many"),
        text);
  }
  value.as.string = memory.NewString(text);
  return Ok();
}

Status CheckPath(const slipway_option& option, const std::string& text, const std::string& folder,
                 OptionValues& memory, slipway_value& value) {
  if (text.empty()) return Error("an empty path");
  if ((option.flags & SLIPWAY_IN_CONTAINER) != 0) {
    if (text[0] != '/') return Error("not absolute", text);
    value.as.string = memory.NewString(text);
    return Ok();
  }
  ASSIGN_OR_RETURN(const std::string path, HostPath(folder, text));
  value.as.string = memory.NewString(path);
  return Ok();
}

Status CheckEnum(const slipway_option& option, const std::string& text, slipway_value& value) {
  const std::vector<std::string_view> names = EnumNames(option);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] != text) continue;
    value.as.integer = static_cast<int64_t>(i);
    return Ok();
  }
  return Error("unknown value", text, text::NearestHint(text, names, "it has none"));
}

}  // namespace

Status CheckScalar(const slipway_option& option, const std::string& text, const std::string& folder,
                   OptionValues& memory, slipway_value& value) {
  switch (option.type) {
    case SLIPWAY_STRING:
      return CheckString(option, text, memory, value);
    case SLIPWAY_PATH:
      return CheckPath(option, text, folder, memory, value);
    case SLIPWAY_ENUM:
      return CheckEnum(option, text, value);
    case SLIPWAY_BOOL:
      return CheckNumber(option, text, ParseBool(text), value);
    case SLIPWAY_INTEGER:
      return CheckNumber(option, text, ParseInteger(text), value);
    case SLIPWAY_DECIMAL:
      return CheckNumber(option, text, ParseDecimal(text), value);
    case SLIPWAY_BYTES:
      return CheckNumber(option, text, ParseBytes(text), value);
    case SLIPWAY_MODE:
      return CheckNumber(option, text, ParseMode(text), value);
    case SLIPWAY_USER:
      RETURN_IF_ERROR(CheckUser(text));
      value.as.string = memory.NewString(text);
      return Ok();
    case SLIPWAY_DURATION:
      return CheckNumber(option, text, ParseDurationOf(option, text), value);
    default:
      return Error("a type that this runtime does not know", std::to_string(option.type),
                   "the plugin is of another version");
  }
}

}  // namespace slipway::config
