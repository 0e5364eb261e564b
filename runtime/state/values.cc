// One value is its type's number in abi.h, ':' and, by type,
//   nothing at all        type 0, an option without a value
//   a number ';'          bool, integer, decimal, bytes, duration, mode, enum
//   a size ':' the bytes  string, path, user
//   a count ':' values    list, map (key, element, key, ...), record

#include "runtime/state/values.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "runtime/sdk/option_at.h"

namespace slipway::state {
namespace {

constexpr std::string_view kNoValue = "0:";

bool IsText(uint32_t type) {
  return type == SLIPWAY_STRING || type == SLIPWAY_PATH || type == SLIPWAY_USER;
}

bool IsGroup(uint32_t type) {
  return type == SLIPWAY_LIST || type == SLIPWAY_MAP || type == SLIPWAY_RECORD;
}

size_t ItemsOf(uint32_t type, uint32_t count) {
  return type == SLIPWAY_MAP ? size_t{2} * count : count;
}

constexpr int64_t kAllModeBits = 07777;  // chmod(2)

// Of an enum a stage takes the number for an index.
bool HasRoomFor(const slipway_option& option, int64_t number) {
  if (option.type == SLIPWAY_BOOL) return number == 0 || number == 1;
  if (option.type == SLIPWAY_MODE) return number >= 0 && number <= kAllModeBits;
  if (option.type != SLIPWAY_ENUM) return true;
  int64_t names = 0;
  while (option.names[names] != nullptr) ++names;
  return number >= 0 && number < names;
}

void Format(const slipway_value& value, std::string& text) {
  text.append(std::to_string(value.type)).append(":");
  if (value.type == 0) return;
  if (IsText(value.type)) {
    const size_t size = std::strlen(value.as.string);
    text.append(std::to_string(size)).append(":").append(value.as.string, size);
  } else if (IsGroup(value.type)) {
    text.append(std::to_string(value.count)).append(":");
    for (size_t i = 0; i < ItemsOf(value.type, value.count); ++i) Format(value.as.items[i], text);
  } else {
    text.append(std::to_string(value.as.integer)).append(";");
  }
}

class Parser {
 public:
  Parser(std::string_view text, Values& values) : text_(text), values_(values) {}

  bool at_end() const { return text_.empty(); }

  // One value for each of the first rows of a table, which may have grown at its end since.
  bool OldRows(const slipway_option* table, uint32_t count, slipway_value* rows) {
    for (uint32_t i = 0; i < count && !at_end(); ++i) {
      if (!Row(OptionAt(table, i), rows[i])) return false;
    }
    return true;
  }

  // One value for each of the `count` rows of a table.
  bool Rows(const slipway_option* table, uint32_t count, slipway_value* rows) {
    for (uint32_t i = 0; i < count; ++i) {
      if (!Row(OptionAt(table, i), rows[i])) return false;
    }
    return true;
  }

 private:
  template <typename T>
  bool Number(char end, T& number) {
    const char* last = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data(), last, number);
    if (error != std::errc() || stop == last || *stop != end) return false;
    text_.remove_prefix(static_cast<size_t>(stop - text_.data()) + 1);
    return true;
  }

  bool Text(slipway_value& value) {
    size_t size = 0;
    if (!Number(':', size) || size > text_.size()) return false;
    const std::string_view text = text_.substr(0, size);
    if (text.find('\0') != std::string_view::npos) return false;
    value.as.string = values_.NewString(text);
    text_.remove_prefix(size);
    return true;
  }

  bool Group(const slipway_option& option, slipway_value& value) {
    if (!Number(':', value.count)) return false;
    // Each value takes two characters at least.
    const size_t items = ItemsOf(value.type, value.count);
    if (items > text_.size()) return false;
    if (value.type == SLIPWAY_RECORD && value.count != option.field_count) return false;
    slipway_value* array = values_.NewArray(items);
    value.as.items = array;
    if (value.type == SLIPWAY_RECORD) return Rows(option.fields, value.count, array);
    slipway_option key{};
    key.type = SLIPWAY_STRING;
    for (size_t i = 0; i < items; ++i) {
      const bool is_key = value.type == SLIPWAY_MAP && i % 2 == 0;
      if (!Value(is_key ? key : *option.element, array[i])) return false;
    }
    return true;
  }

  // A row may be without a value, an element may not: a stage would read it.
  bool Row(const slipway_option& option, slipway_value& value) {
    if (!text_.starts_with(kNoValue)) return Value(option, value);
    text_.remove_prefix(kNoValue.size());
    return true;
  }

  bool Value(const slipway_option& option, slipway_value& value) {
    if (!Number(':', value.type) || value.type != option.type) return false;
    if (IsText(value.type)) return Text(value);
    if (IsGroup(value.type)) return Group(option, value);
    return Number(';', value.as.integer) && HasRoomFor(option, value.as.integer);
  }

  std::string_view text_;
  Values& values_;
};

}  // namespace

std::string FormatValues(const slipway_stage& stage, const slipway_value* values) {
  std::string text;
  for (uint32_t i = 0; i < stage.option_count; ++i) {
    const bool secret = (OptionAt(stage.options, i).flags & SLIPWAY_SECRET) != 0;
    Format(secret ? slipway_value{} : values[i], text);
  }
  return text;
}

Result<Values> ParseValues(const slipway_stage& stage, std::string_view text) {
  Values values;
  slipway_value* rows = values.NewArray(stage.option_count);
  Parser parser(text, values);
  if (!parser.OldRows(stage.options, stage.option_count, rows) || !parser.at_end()) {
    return Error("options that are not those of the stage", text);
  }
  return values;
}

}  // namespace slipway::state
