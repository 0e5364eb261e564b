#include "runtime/config/values.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/config/expected.h"
#include "runtime/config/option_names.h"
#include "runtime/config/rows.h"
#include "runtime/config/scalar.h"
#include "runtime/config/shape.h"
#include "runtime/config/text_form.h"
#include "runtime/config/yaml.h"
#include "runtime/sdk/option_at.h"

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

bool IsGroup(const slipway_option& option) {
  return option.type == SLIPWAY_LIST || option.type == SLIPWAY_MAP || option.type == SLIPWAY_RECORD;
}

// Each function takes note of the mistakes that it finds and goes on; what it returns or fills in
// counts only when there is none in the end.
class Checker {
 public:
  // secret: what is checked is part of one.
  Checker(const slipway_stage& stage, const Source& home, OptionValues& memory, Mistakes& mistakes,
          bool secret = false)
      : stage_(stage), home_(home), memory_(memory), mistakes_(mistakes), secret_(secret) {}

  // A table against what is given for it; `place` is where a missing option is missed. `trail` is
  // nullptr for the stage's own table.
  const slipway_value* CheckTable(const slipway_option* table, uint32_t count,
                                  const std::vector<Given>& given, const std::string& place,
                                  const Trail* trail, const slipway_value* current = nullptr) {
    const std::vector<const slipway_option*> meant = RefuseUnknown(table, count, given, trail);
    slipway_value* values = memory_.NewValues(count);
    for (uint32_t i = 0; i < count; ++i) {
      const slipway_option& option = OptionAt(table, i);
      const std::string_view name = option.name;
      const Trail here{.parent = trail, .name = name};
      const Given* found = nullptr;
      for (const Given& candidate : given) {
        if (candidate.name == name) found = &candidate;
      }
      if (found != nullptr) {
        CheckValue(option, *found->value, *found->source, here, values[i]);
      } else if (current != nullptr) {
        values[i] = current[i];
      } else if ((option.flags & SLIPWAY_REQUIRED) != 0) {
        const bool is_meant = std::find(meant.begin(), meant.end(), &option) != meant.end();
        if (!is_meant) mistakes_.Add(Missing(option, place, trail));
      } else if (option.fallback != nullptr) {
        CheckFallback(option, here, values[i]);
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

  // Returns the options that were meant: it is enough to tell of the wrong name.
  std::vector<const slipway_option*> RefuseUnknown(const slipway_option* table, uint32_t count,
                                                   const std::vector<Given>& given,
                                                   const Trail* trail) {
    std::vector<const slipway_option*> meant;
    for (const Given& candidate : given) {
      if (FindRow(table, count, candidate.name) != nullptr) continue;
      const OptionGuess guess =
          GuessOption(candidate.name, *candidate.value, table, count, stage_.name);
      if (guess.option != nullptr) meant.push_back(guess.option);
      Error error = Wrong(Prefix(trail) + "unknown option", candidate.name, guess.hint,
                          candidate.source->At(candidate.place));
      Hide(error);
      mistakes_.Add(std::move(error));
    }
    return meant;
  }

  Error Missing(const slipway_option& option, const std::string& place, const Trail* trail) const {
    return Wrong(Prefix(trail) + "missing option", option.name,
                 Expected(option) + ": " + option.summary, place);
  }

  void CheckFallback(const slipway_option& option, const Trail& trail, slipway_value& value) {
    // Of most options, and of each start: no Node is made for it.
    if (!IsGroup(option)) {
      value.type = option.type;
      if (CheckScalar(option, option.fallback, home_.folder, memory_, value).ok()) return;
    }
    Mistakes found;
    const std::optional<Node> node = FallbackOf(option, found);
    if (node) Checker(stage_, home_, memory_, found).CheckValue(option, *node, home_, trail, value);
    for (Error error : found.errors()) {
      // The stage's author is to blame, not the reader.
      CopyText(error->operation, "default of " + std::string(error->operation));
      mistakes_.Add(std::move(error));
    }
  }

  // Of a group it is read as YAML, like what a config gives.
  std::optional<Node> FallbackOf(const slipway_option& option, Mistakes& found) const {
    if (IsGroup(option)) {
      // Most are empty, and of each start: no parser is made for them.
      const std::string_view text = option.fallback;
      if (text == "[]" || text == "{}") {
        Node node;
        node.kind = text == "[]" ? Node::Kind::kList : Node::Kind::kMap;
        return node;
      }
      auto node = ParseYaml(option.fallback, home_);
      if (!node.ok()) node.error().In(stage_.name, "");
      return found.Take(std::move(node));
    }
    Node node;
    node.kind = Node::Kind::kScalar;
    node.text = option.fallback;
    return node;
  }

  // What is wrong is said without a secret, or what may be a part of one.
  void Hide(Error& error) const {
    if (secret_) *error->subject = '\0';
  }

  void CheckValue(const slipway_option& option, const Node& node, const Source& tree_source,
                  const Trail& trail, slipway_value& value) {
    const bool outside = std::exchange(secret_, secret_ || (option.flags & SLIPWAY_SECRET) != 0);
    CheckHidden(option, node, tree_source, trail, value);
    secret_ = outside;
  }

  void CheckHidden(const slipway_option& option, const Node& node, const Source& tree_source,
                   const Trail& trail, slipway_value& value) {
    const Source& source = node.source != nullptr ? *node.source : tree_source;
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
    if (!node.is_scalar()) return RefuseShape(option, node, source, trail);
    Status status = CheckScalar(option, node.text, source.folder, memory_, value);
    if (status.ok()) return;
    Error& error = status.error();
    CopyText(error->operation, trail.ToString() + ": " + std::string(error->operation));
    if (*error->hint == '\0') error.Hint("write " + Expected(option));
    Hide(error);
    mistakes_.Add(error.At(source.At(node.place)).In(stage_.name, "").Option(trail.ToString()));
  }

  void RefuseShape(const slipway_option& option, const Node& node, const Source& source,
                   const Trail& trail) {
    Error error = WrongShape(trail.ToString(), node, source, Expected(option));
    Hide(error);
    mistakes_.Add(error.In(stage_.name, "").Option(trail.ToString()));
  }

  void CheckList(const slipway_option& option, const Node& node, const Source& source,
                 const Trail& trail, slipway_value& value) {
    if (!node.is_list()) return RefuseShape(option, node, source, trail);
    slipway_value* items = memory_.NewValues(node.items.size());
    for (size_t i = 0; i < node.items.size(); ++i) {
      const Trail item{.parent = &trail, .name = {}, .index = i};
      CheckValue(*option.element, node.items[i], source, item, items[i]);
    }
    value.count = static_cast<uint32_t>(node.items.size());
    value.as.items = items;
  }

  void CheckMap(const slipway_option& option, const Node& node, const Source& source,
                const Trail& trail, slipway_value& value) {
    if (!node.is_map()) return RefuseShape(option, node, source, trail);
    slipway_value* items = memory_.NewValues(2 * node.items.size());
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string& key = node.keys[i].text;
      if (key.empty()) {
        mistakes_.Add(Wrong(trail.ToString() + ": an empty name", "", "write " + Expected(option),
                            source.At(node.keys[i].place)));
        continue;
      }
      items[2 * i].type = SLIPWAY_STRING;
      items[2 * i].as.string = memory_.NewString(key);
      const Trail item{.parent = &trail, .name = key};
      CheckValue(*option.element, node.items[i], source, item, items[2 * i + 1]);
    }
    value.count = static_cast<uint32_t>(node.items.size());
    value.as.items = items;
  }

  void CheckRecord(const slipway_option& option, const Node& node, const Source& source,
                   const Trail& trail, slipway_value& value) {
    if (node.is_scalar() && option.text_form != nullptr) {
      return CheckText(option, node, source, trail, value);
    }
    if (!node.is_map()) return RefuseShape(option, node, source, trail);
    value.as.items = CheckTable(option.fields, option.field_count, GivenBy(node, source),
                                source.At(node.place), &trail);
    value.count = option.field_count;
  }

  // A record that is written as one text.
  void CheckText(const slipway_option& option, const Node& node, const Source& source,
                 const Trail& trail, slipway_value& value) {
    Result<Node> fields = SplitTextForm(option, node);
    if (!fields.ok()) {
      Error& error = fields.error();
      CopyText(error->operation, trail.ToString() + ": " + std::string(error->operation));
      AddHint(error, "write " + Expected(option));
      Hide(error);
      mistakes_.Add(error.At(source.At(node.place)).In(stage_.name, ""));
      return;
    }
    Mistakes found;
    Checker(stage_, home_, memory_, found, secret_)
        .CheckRecord(option, *fields, source, trail, value);
    for (Error error : found.errors()) {
      AddHint(error, "the form is " + TextFormExamples(option));
      mistakes_.Add(std::move(error));
    }
  }

  static void AddHint(Error& error, const std::string& further) {
    const std::string hint = error->hint;
    error.Hint(hint.empty() ? further : hint + "; " + further);
  }

  const slipway_stage& stage_;
  const Source& home_;
  OptionValues& memory_;
  Mistakes& mistakes_;
  bool secret_;
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

std::shared_ptr<const OptionValues> CheckOptions(const slipway_stage& stage,
                                                 const std::vector<Given>& given,
                                                 const Source& home, Mistakes& mistakes,
                                                 const slipway_value* current) {
  const size_t before = mistakes.size();
  auto values = std::make_shared<OptionValues>();
  values->SetRows(
      Checker(stage, home, *values, mistakes)
          .CheckTable(stage.options, stage.option_count, given, home.name, nullptr, current));
  if (mistakes.size() > before) return nullptr;
  return values;
}

}  // namespace slipway::config
