#include "runtime/config/yaml.h"

#include <cstdio>
#include <optional>

#include "runtime/config/scan.h"
#include "runtime/config/syntax_error.h"
#include "runtime/config/text.h"
#include "runtime/config/tree.h"
#include "runtime/config/yaml_events.h"

namespace slipway::config {
namespace {

Error StrayCharacter(char32_t character) {
  char number[16];
  snprintf(number, sizeof(number), "%04X", static_cast<unsigned>(character));
  return Error("a character that cannot stand in a config", std::string("U+") + number,
               std::string("inside \"...\" write \\u") + number);
}

Status CheckBytes(std::string_view text, const Source& source) {
  if (size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Error("a NUL byte", {}, "a config is a text").At(source.At(PlaceOf(text, nul)));
  }
  if (size_t bad = FindInvalidUtf8(text); bad != std::string_view::npos) {
    return Error("a byte that is not UTF-8", {}, "a config is a text in UTF-8")
        .At(source.At(PlaceOf(text, bad)));
  }
  if (size_t stray = FindStrayCharacter(text); stray != std::string_view::npos) {
    return StrayCharacter(CharacterAt(text, stray)).At(source.At(PlaceOf(text, stray)));
  }
  return Ok();
}

}  // namespace

Result<Node> ParseYaml(std::string_view text, const Source& source) {
  text = WithoutByteOrderMark(text);
  RETURN_IF_ERROR(CheckBytes(text, source));
  const Lines lines(text);
  ASSIGN_OR_RETURN(const Scanned scanned, ScanYaml(text, source));
  TreeBuilder tree(lines, source);
  std::optional<YamlComplaint> complaint;
  RETURN_IF_ERROR(ReadYamlEvents(
      text, lines, scanned, [&](const YamlEvent& event) { return tree.Take(event); }, complaint));
  if (complaint) return SyntaxError(*complaint, source);
  return tree.TakeRoot();
}

}  // namespace slipway::config
