#include "runtime/config/yaml_events.h"

#include <algorithm>
#include <new>

namespace slipway::config {
namespace {

std::string_view View(const yaml_char_t* text) {
  return text != nullptr ? reinterpret_cast<const char*>(text) : std::string_view();
}

std::string_view View(const char* text) { return text != nullptr ? text : std::string_view(); }

}  // namespace

YamlEvents::YamlEvents(std::string_view text, const Lines& lines) : lines_(lines) {
  if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
}

YamlEvents::~YamlEvents() {
  yaml_event_delete(&raw_);
  yaml_parser_delete(&parser_);
}

const YamlEvent* YamlEvents::Next() {
  do {
    yaml_event_delete(&raw_);
    if (yaml_parser_parse(&parser_, &raw_) == 0) return nullptr;
  } while (!Translate());
  return &event_;
}

YamlComplaint YamlEvents::complaint() {
  if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
  return {.problem = View(parser_.problem),
          .place = ToPlace(parser_.problem_mark),
          .context = View(parser_.context),
          .start = ToPlace(parser_.context_mark)};
}

// Goes on from the last place where it can: a long line is walked through once.
Place YamlEvents::ToPlace(const yaml_mark_t& mark) {
  // libyaml ends a last line that has no newline.
  if (mark.line >= static_cast<size_t>(lines_.count())) {
    const int last = lines_.count();
    return {.line = last, .column = static_cast<int>(lines_[last].size()) + 1};
  }
  if (mark.line != cursor_.line || mark.column < cursor_.characters) cursor_ = {.line = mark.line};
  const std::string_view line = lines_.From({.line = static_cast<int>(mark.line) + 1, .column = 1});
  while (cursor_.characters < mark.column && cursor_.bytes < line.size()) {
    ++cursor_.characters;
    do ++cursor_.bytes;
    while (cursor_.bytes < line.size() && (line[cursor_.bytes] & 0xc0) == 0x80);
  }
  return {.line = static_cast<int>(mark.line) + 1, .column = static_cast<int>(cursor_.bytes) + 1};
}

// Fills in event_; false for an event that says nothing.
bool YamlEvents::Translate() {
  event_ = {};
  using Kind = YamlEvent::Kind;
  switch (raw_.type) {
    case YAML_DOCUMENT_START_EVENT:
      event_.kind = Kind::kDocument;
      break;
    case YAML_ALIAS_EVENT:
      event_.kind = Kind::kAlias;
      event_.anchor = View(raw_.data.alias.anchor);
      break;
    case YAML_SCALAR_EVENT:
      TranslateScalar();
      return true;
    case YAML_SEQUENCE_START_EVENT:
      event_.kind = Kind::kList;
      event_.block = raw_.data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
      event_.anchor = View(raw_.data.sequence_start.anchor);
      event_.tag = View(raw_.data.sequence_start.tag);
      break;
    case YAML_MAPPING_START_EVENT:
      event_.kind = Kind::kMap;
      event_.anchor = View(raw_.data.mapping_start.anchor);
      event_.tag = View(raw_.data.mapping_start.tag);
      break;
    case YAML_SEQUENCE_END_EVENT:
      event_.kind = Kind::kListEnd;
      return true;
    case YAML_MAPPING_END_EVENT:
      event_.kind = Kind::kMapEnd;
      return true;
    case YAML_STREAM_END_EVENT:
      event_.kind = Kind::kEnd;
      return true;
    default:
      return false;
  }
  event_.place = ToPlace(raw_.start_mark);
  return true;
}

void YamlEvents::TranslateScalar() {
  const auto& scalar = raw_.data.scalar;
  event_.kind = YamlEvent::Kind::kScalar;
  event_.place = ToPlace(raw_.start_mark);
  event_.last_line = static_cast<int>(raw_.end_mark.line) + 1;
  event_.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
  event_.text = {reinterpret_cast<const char*>(scalar.value), scalar.length};
  event_.anchor = View(scalar.anchor);
  event_.tag = View(scalar.tag);
  if (event_.tag.empty() && HasBareTag()) event_.tag = "!";
}

// libyaml says nothing of a "!" alone in front of a scalar.
bool YamlEvents::HasBareTag() const {
  if (raw_.start_mark.index == raw_.end_mark.index) return false;
  std::string_view text = lines_.From(event_.place);
  if (!event_.anchor.empty()) {
    text.remove_prefix(std::min(text.size(), 1 + event_.anchor.size()));
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t\r\n")));
  }
  return text.starts_with('!');
}

}  // namespace slipway::config
