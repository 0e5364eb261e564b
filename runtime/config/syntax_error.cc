#include "runtime/config/syntax_error.h"

#include <optional>
#include <string>

namespace slipway::config {
namespace {

// What yaml-cpp says -> what the author of a config can act on.
std::string PlainWords(const std::string& message) {
  struct Wording {
    const char* theirs;
    const char* ours;
  };
  const Wording wordings[] = {
      {YAML::ErrorMsg::END_OF_MAP, "a line that does not fit: look at its indentation"},
      {YAML::ErrorMsg::END_OF_SEQ,
       "a line that does not fit: look at its indentation and its \"- \""},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' without its '}', or a missing comma"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' without its ']', or a missing comma"},
      {YAML::ErrorMsg::FLOW_END, "a ']' or '}' that closes nothing"},
      {YAML::ErrorMsg::BLOCK_ENTRY, "a \"- \" where no list item can stand"},
      {YAML::ErrorMsg::MAP_KEY, "a key where none can stand: look at the indentation"},
      {YAML::ErrorMsg::MAP_VALUE,
       "a ':' where none can stand: look at the indentation, or put the text in quotes"},
      {YAML::ErrorMsg::EOF_IN_SCALAR, "a quoted text that does not end"},
      {YAML::ErrorMsg::DOC_IN_SCALAR, "a quoted text that does not end"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN,
       "a text must not begin with this character: put it in quotes"},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR,
       "an alias whose anchor is not there: a text with a '*' in front needs quotes"},
      {YAML::ErrorMsg::ALIAS_CONTENT, "an alias stands for a whole value: nothing can follow it"},
      {YAML::ErrorMsg::ALIAS_NOT_FOUND, "a text with a '*' in front needs quotes"},
      {YAML::ErrorMsg::CHAR_IN_ALIAS, "a text with a '*' in front needs quotes"},
      {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "a text with a '&' in front needs quotes"},
      {YAML::ErrorMsg::CHAR_IN_ANCHOR, "a text with a '&' in front needs quotes"},
      {YAML::ErrorMsg::INVALID_ESCAPE,
       "an unknown escape: inside \"...\" write \\\\ for a backslash"},
      {YAML::ErrorMsg::CHAR_IN_BLOCK, "after '|' or '>' the text begins on the next line"},
  };
  for (const Wording& wording : wordings) {
    if (message.starts_with(wording.theirs)) return wording.ours;
  }
  return message;
}

// A tab in the indentation is noticed late, and as something else.
std::optional<Place> TabNear(const Lines& lines, int line) {
  for (int i = line; i > 0; --i) {
    if (auto tab = TabInIndentation(lines, i)) return tab;
    if (i < line && !lines[i].empty()) break;
  }
  return std::nullopt;
}

}  // namespace

Error SyntaxError(const YAML::Exception& exception, const Lines& lines, const Source& source) {
  const Place place = ToPlace(exception.mark);
  if (auto tab = TabNear(lines, place.line)) {
    return Error("a tab in the indentation", {}, "YAML wants spaces").At(source.At(*tab));
  }
  return Error("not valid YAML", {}, PlainWords(exception.msg)).At(source.At(place));
}

}  // namespace slipway::config
