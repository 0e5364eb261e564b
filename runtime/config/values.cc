#include "runtime/config/values.h"

#include <utility>

#include "runtime/config/expected.h"
#include "runtime/config/number.h"
#include "runtime/config/path.h"
#include "runtime/config/shape.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

// The way to a value, kept on the stack and written out only for an error: "binds[0].source".
struct Trail {
  const Trail* parent = nullptr;
  std::string_view name;
  size_t index = 0;  // when name is empty

  std::string ToString() const {
    std::string text = parent != nullptr ? parent->ToString() : "";
    if (name.empty()) return text + "[" + std::to_string(index) + "]";
    if (!text.empty()) text += ".";
    return text.append(name);
  }
};

class Checker {
 public:
  Checker(const slipway_stage& stage, const Source& home, OptionValues& memory)
      : stage_(stage), home_(home), memory_(memory) {}

  // A table against what is given for it; `place` is where a missing option is missed. `trail` is
  // nullptr for the stage's own table.
  Result<const slipway_value*> CheckTable(const slipway_option* table, uint32_t count,
                                          const std::vector<Given>& given, const std::string& place,
                                          const Trail* trail) {
    RETURN_IF_ERROR(RefuseUnknown(table, count, given, trail));
    slipway_value* values = memory_.NewValues(count);
    for (uint32_t i = 0; i < count; ++i) {
      const slipway_option& option = table[i];
      const Trail here{.parent = trail, .name = option.name};
      const Given* found = nullptr;
      for (const Given& candidate : given) {
        if (candidate.name == option.name) found = &candidate;
      }
      if (found != nullptr) {
        RETURN_IF_ERROR(CheckValue(option, *found->value, *found->source, here, values[i]));
      } else if ((option.flags & SLIPWAY_REQUIRED) != 0) {
        return Missing(option, place, trail);
      } else if (option.fallback != nullptr) {
        RETURN_IF_ERROR(CheckFallback(option, here, values[i]));
      }
    }
    return values;
  }

 private:
  Error Wrong(std::string_view operation, std::string_view subject, std::string_view hint,
              const std::string& where) const {
    return Error(operation, subject, hint).At(where).In(stage_.name, "");
  }

  static std::string Prefix(const Trail* trail) {
    return trail != nullptr ? trail->ToString() + ": " : std::string();
  }

  Status RefuseUnknown(const slipway_option* table, uint32_t count, const std::vector<Given>& given,
                       const Trail* trail) const {
    for (const Given& candidate : given) {
      bool known = false;
      for (uint32_t i = 0; i < count; ++i) known = known || candidate.name == table[i].name;
      if (known) continue;
      const std::string hint =
          text::NearestHint(candidate.name, RowNames(table, count), "it has none");
      return Wrong(Prefix(trail) + "unknown option", candidate.name, hint,
                   candidate.source->At(candidate.place));
    }
    return Ok();
  }

  Error Missing(const slipway_option& option, const std::string& place, const Trail* trail) const {
    return Wrong(Prefix(trail) + "missing option", option.name,
                 Expected(option) + ": " + option.summary, place);
  }

  Status CheckFallback(const slipway_option& option, const Trail& trail, slipway_value& value) {
    Node node;
    node.kind = Node::Kind::kScalar;
    node.text = option.fallback;
    Status status = CheckValue(option, node, home_, trail, value);
    if (!status.ok()) {
      // The stage's author is to blame, not the reader.
      CopyText(status.error()->operation, "default of " + std::string(status.error()->operation));
    }
    return status;
  }

  Status CheckValue(const slipway_option& option, const Node& node, const Source& source,
                    const Trail& trail, slipway_value& value) {
    value.type = option.type;
    switch (option.type) {
      case SLIPWAY_LIST:
        return CheckList(option, node, source, trail, value);
      case SLIPWAY_MAP:
        return CheckMap(option, node, source, trail, value);
      case SLIPWAY_RECORD:
        return CheckRecord(option, node, source, trail, value);
      default:
        break;
    }
    if (!node.is_scalar()) return Shape(option, node, source, trail);
    Status status = CheckScalar(option, node.text, source, value);
    if (status.ok()) return Ok();
    Error& error = status.error();
    CopyText(error->operation, trail.ToString() + ": " + std::string(error->operation));
    if (*error->hint == '\0') error.Hint("write " + Expected(option));
    return error.At(source.At(node.place)).In(stage_.name, "");
  }

  Error Shape(const slipway_option& option, const Node& node, const Source& source,
              const Trail& trail) const {
    return WrongShape(trail.ToString(), node, source, Expected(option)).In(stage_.name, "");
  }

  Status CheckList(const slipway_option& option, const Node& node, const Source& source,
                   const Trail& trail, slipway_value& value) {
    if (!node.is_list()) return Shape(option, node, source, trail);
    slipway_value* items = memory_.NewValues(node.items.size());
    for (size_t i = 0; i < node.items.size(); ++i) {
      const Trail item{.parent = &trail, .name = {}, .index = i};
      RETURN_IF_ERROR(CheckValue(*option.element, node.items[i], source, item, items[i]));
    }
    value.count = static_cast<uint32_t>(node.items.size());
    value.as.items = items;
    return Ok();
  }

  Status CheckMap(const slipway_option& option, const Node& node, const Source& source,
                  const Trail& trail, slipway_value& value) {
    if (!node.is_map()) return Shape(option, node, source, trail);
    slipway_value* items = memory_.NewValues(2 * node.items.size());
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string& key = node.keys[i].text;
      if (key.empty()) {
        return Wrong(trail.ToString() + ": an empty name", "", "write " + Expected(option),
                     source.At(node.keys[i].place));
      }
      items[2 * i].type = SLIPWAY_STRING;
      items[2 * i].as.string = memory_.NewString(key);
      const Trail item{.parent = &trail, .name = key};
      RETURN_IF_ERROR(CheckValue(*option.element, node.items[i], source, item, items[2 * i + 1]));
    }
    value.count = static_cast<uint32_t>(node.items.size());
    value.as.items = items;
    return Ok();
  }

  Status CheckRecord(const slipway_option& option, const Node& node, const Source& source,
                     const Trail& trail, slipway_value& value) {
    if (!node.is_map()) return Shape(option, node, source, trail);
    ASSIGN_OR_RETURN(value.as.items,
                     CheckTable(option.fields, option.field_count, GivenBy(node, source),
                                source.At(node.place), &trail));
    value.count = option.field_count;
    return Ok();
  }

  // The error has neither place nor option nor, mostly, a hint.
  Status CheckScalar(const slipway_option& option, const std::string& text, const Source& source,
                     slipway_value& value) {
    switch (option.type) {
      case SLIPWAY_STRING:
        return CheckString(option, text, value);
      case SLIPWAY_PATH:
        return CheckPath(option, text, source, value);
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
      case SLIPWAY_DURATION:
        return CheckNumber(option, text, ParseDuration(text), value);
      default:
        return Error("a type that this runtime does not know", std::to_string(option.type),
                     "the plugin is of another version");
    }
  }

  static Status CheckNumber(const slipway_option& option, const std::string& text,
                            Result<int64_t> number, slipway_value& value) {
    if (!number.ok()) return std::move(number).status();
    if (!InRange(option, *number)) return Error("out of range", text);
    value.as.integer = *number;
    return Ok();
  }

  Status CheckString(const slipway_option& option, const std::string& text, slipway_value& value) {
    if (!InRange(option, static_cast<int64_t>(text.size()))) {
      if (text.empty()) return Error("an empty text");
      const bool is_short = static_cast<int64_t>(text.size()) < option.minimum;
      return Error(
          std::to_string(text.size()) + (is_short ? " bytes are too few" : " bytes are too many"),
          text);
    }
    value.as.string = memory_.NewString(text);
    return Ok();
  }

  Status CheckPath(const slipway_option& option, const std::string& text, const Source& source,
                   slipway_value& value) {
    if (text.empty()) return Error("an empty path");
    if ((option.flags & SLIPWAY_IN_CONTAINER) != 0) {
      if (text[0] != '/') return Error("not absolute", text);
      value.as.string = memory_.NewString(text);
      return Ok();
    }
    if (text == "~" || text.starts_with("~/")) {
      return Error("not a path", text, "only a shell knows ~: write the home folder out");
    }
    ASSIGN_OR_RETURN(const std::string path, AbsolutePath(source.folder, text));
    value.as.string = memory_.NewString(path);
    return Ok();
  }

  static Status CheckEnum(const slipway_option& option, const std::string& text,
                          slipway_value& value) {
    const std::vector<std::string_view> names = EnumNames(option);
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] != text) continue;
      value.as.integer = static_cast<int64_t>(i);
      return Ok();
    }
    return Error("unknown value", text, text::NearestHint(text, names, "it has none"));
  }

  const slipway_stage& stage_;
  const Source& home_;
  OptionValues& memory_;
};

}  // namespace

std::vector<Given> GivenBy(const Node& map, const Source& source) {
  std::vector<Given> given;
  given.reserve(map.keys.size());
  for (size_t i = 0; i < map.keys.size(); ++i) {
    given.push_back({.name = map.keys[i].text,
                     .place = map.keys[i].place,
                     .value = &map.items[i],
                     .source = &source});
  }
  return given;
}

Result<std::shared_ptr<const OptionValues>> CheckOptions(const slipway_stage& stage,
                                                         const std::vector<Given>& given,
                                                         const Source& home) {
  auto values = std::make_shared<OptionValues>();
  Checker checker(stage, home, *values);
  ASSIGN_OR_RETURN(const slipway_value* rows, checker.CheckTable(stage.options, stage.option_count,
                                                                 given, home.name, nullptr));
  values->SetRows(rows);
  return std::shared_ptr<const OptionValues>(std::move(values));
}

}  // namespace slipway::config
