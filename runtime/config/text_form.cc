#include "runtime/config/text_form.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config/rows.h"
#include "runtime/sdk/option_at.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  parts.reserve(1 + static_cast<size_t>(std::count(text.begin(), text.end(), separator)));
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

const slipway_option* FindField(const slipway_option& record, std::string_view name) {
  return FindRow(record.fields, record.field_count, name);
}

// "source:target:ro=readonly", taken apart.
struct Form {
  struct Word {
    std::string_view word;
    std::string_view field;
  };

  explicit Form(const slipway_option& record) {
    for (const std::string_view part : Split(record.text_form, ':')) {
      const size_t equals = part.find('=');
      if (equals != std::string_view::npos) {
        words.push_back({part.substr(0, equals), part.substr(equals + 1)});
        continue;
      }
      positions.push_back(part);
      const slipway_option* field = FindField(record, part);
      if (field != nullptr && (field->flags & SLIPWAY_REQUIRED) != 0) required = positions.size();
    }
    required = std::max<size_t>(required, 1);
  }

  const Word* Find(std::string_view word) const {
    const auto found = std::find_if(words.begin(), words.end(),
                                    [word](const Word& known) { return known.word == word; });
    return found == words.end() ? nullptr : &*found;
  }

  std::vector<std::string_view> positions;  // fields
  size_t required = 0;                      // of positions: as many must be there
  std::vector<Word> words;
};

// Puts one text together from what Split has taken apart.
class Splitter {
 public:
  Splitter(const slipway_option& record, const Node& text)
      : record_(record), text_(text), form_(record) {
    map_.kind = Node::Kind::kMap;
    map_.place = text.place;
    const size_t most = form_.positions.size() + form_.words.size();
    map_.keys.reserve(most);
    map_.items.reserve(most);
  }

  Result<Node> Split() {
    const std::vector<std::string_view> parts = config::Split(text_.text, ':');
    if (parts.size() < form_.required) {
      return Error("no " + std::string(form_.positions[parts.size()]) + " in", text_.text);
    }
    size_t next = 0;
    while (next < parts.size() && next < form_.positions.size() &&
           (next < form_.required || !IsSettings(parts[next]))) {
      RETURN_IF_ERROR(Set(form_.positions[next], parts[next]));
      ++next;
    }
    if (next == parts.size()) return std::move(map_);
    if (next + 1 < parts.size()) {
      return Error("too many parts in", text_.text, "a value with a ':' in it needs the map");
    }
    for (const std::string_view setting : config::Split(parts[next], ',')) {
      RETURN_IF_ERROR(AddSetting(setting));
    }
    return std::move(map_);
  }

 private:
  // "ro,size=1MiB": words and fields that there are.
  bool IsSettings(std::string_view part) const {
    const std::vector<std::string_view> settings = config::Split(part, ',');
    return std::all_of(settings.begin(), settings.end(), [this](std::string_view setting) {
      const size_t equals = setting.find('=');
      if (equals == std::string_view::npos) return form_.Find(setting) != nullptr;
      return FindField(record_, setting.substr(0, equals)) != nullptr;
    });
  }

  Status AddSetting(std::string_view setting) {
    const size_t equals = setting.find('=');
    const std::string_view name = setting.substr(0, equals);
    if (equals != std::string_view::npos && FindField(record_, name) != nullptr) {
      return Set(name, setting.substr(equals + 1));
    }
    if (equals == std::string_view::npos) {
      if (const Form::Word* word = form_.Find(setting)) return Set(word->field, "true");
    }
    if (setting.empty()) return Error("nothing behind the last ':' or ','", text_.text);
    return Error("unknown part", setting, Nearest(name));
  }

  std::string Nearest(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const Form::Word& word : form_.words) names.push_back(word.word);
    for (uint32_t i = 0; i < record_.field_count; ++i)
      names.emplace_back(OptionAt(record_.fields, i).name);
    const std::string_view nearest = text::Nearest(name, names);
    return nearest.empty() ? "" : "did you mean \"" + std::string(nearest) + "\"?";
  }

  Status Set(std::string_view field, std::string_view value) {
    if (map_.Find(field) != nullptr) return Error("given twice", field);
    map_.keys.push_back({.text = std::string(field), .place = text_.place});
    Node& item = map_.items.emplace_back();
    item.kind = Node::Kind::kScalar;
    item.place = text_.place;
    item.text = value;
    return Ok();
  }

  const slipway_option& record_;
  const Node& text_;
  const Form form_;
  Node map_;
};

// What may stand for a field in an example.
std::string Sample(const slipway_option& field) {
  switch (field.type) {
    case SLIPWAY_PATH:
      return std::string("/") + field.name;
    case SLIPWAY_BYTES:
      return "512MiB";
    case SLIPWAY_DURATION:
      return "100ms";
    case SLIPWAY_MODE:
      return "0755";
    case SLIPWAY_USER:
      return "1000:1000";
    case SLIPWAY_INTEGER:
      return "10";
    default: {
      std::string name = field.name;
      for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      return name;
    }
  }
}

std::string Joined(const slipway_option& record, const Form& form, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    const slipway_option* field = FindField(record, form.positions[i]);
    if (field == nullptr) continue;
    if (!text.empty()) text += ":";
    text += Sample(*field);
  }
  return text;
}

// What may stand behind the positions, for an example: a word; or, where all positions must be
// there and the example would show nothing that may be left out, a field that has none.
std::string FurtherPart(const slipway_option& record, const Form& form) {
  if (!form.words.empty()) return std::string(form.words[0].word);
  if (form.positions.size() > form.required) return {};
  for (uint32_t i = 0; i < record.field_count; ++i) {
    const slipway_option& field = OptionAt(record.fields, i);
    const auto& taken = form.positions;
    if (std::find(taken.begin(), taken.end(), field.name) != taken.end()) continue;
    return field.name + ("=" + Sample(field));
  }
  return {};
}

}  // namespace

Result<Node> SplitTextForm(const slipway_option& record, const Node& text) {
  return Splitter(record, text).Split();
}

std::string TextFormExamples(const slipway_option& record) {
  const Form form(record);
  const std::string shortest = Joined(record, form, form.required);
  std::string longest = Joined(record, form, form.positions.size());
  const std::string further = FurtherPart(record, form);
  if (!further.empty()) longest += ":" + further;
  return longest == shortest ? shortest : shortest + " or " + longest;
}

}  // namespace slipway::config
