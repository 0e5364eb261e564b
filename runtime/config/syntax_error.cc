#include "runtime/config/syntax_error.h"

#include <optional>
#include <string_view>

namespace slipway::config {
namespace {

constexpr std::string_view kNoKey = "did not find expected key";
constexpr std::string_view kNoValue = "did not find expected node content";
constexpr std::string_view kNoItem = "did not find expected '-' indicator";
constexpr std::string_view kNoMore = "did not find expected <document start>";

struct Wording {
  std::string_view context;  // libyaml's; empty: any
  std::string_view problem;  // libyaml's; empty: any
  std::string_view words;
  bool at_start = false;  // where the context began says more than where it was given up
};

// The first that fits counts.
constexpr Wording kWordings[] = {
    {"", kNoKey, "a line that does not fit: look at its indentation"},
    {"", kNoItem, "a line that does not fit: look at its indentation and its \"- \""},
    {"", "did not find expected ',' or '}'", "a '{' without its '}', or a missing comma"},
    {"", "did not find expected ',' or ']'", "a '[' without its ']', or a missing comma"},
    {"", kNoMore, "the text before this is already complete"},
    {"", kNoValue, "a value is missing here, or a text needs quotes"},
    {"", "block sequence entries are not allowed in this context",
     "a \"- \" where no list item can stand"},
    {"", "mapping keys are not allowed in this context",
     "a key where none can stand: look at the indentation"},
    {"", "mapping values are not allowed in this context",
     "a ':' where none can stand: look at the indentation, or put the text in quotes"},
    {"", "found unexpected ':'", "a ':' where none can stand: put the text in quotes"},
    {"", "could not find expected ':'", "this line lacks its \": \" or its \"- \"", true},
    {"while scanning a quoted scalar", "", "a quoted text that does not end", true},
    {"", "found character that cannot start any token",
     "a text must not begin with this character: put it in quotes"},
    {"while scanning an alias", "", "a text with a '*' in front needs quotes"},
    {"while scanning an anchor", "",
     "an anchor is of letters, digits, '_' and '-'; a text with a '&' in front needs quotes"},
    {"", "found undefined tag handle", "a text with a '!' in front needs quotes", true},
    {"while scanning a tag", "", "a text with a '!' in front needs quotes"},
    {"while parsing a tag", "", "a text with a '!' in front needs quotes"},
    {"", "found unknown escape character",
     "an unknown escape: inside \"...\" write \\\\ for a backslash"},
    {"while parsing a quoted scalar", "",
     "a wrong escape: inside \"...\" two hexadecimal digits follow \\x, four \\u, eight \\U"},
    {"while scanning a block scalar", "did not find expected comment or line break",
     "after '|' or '>' the text begins on the next line"},
    {"while scanning a block scalar", "found an indentation indicator equal to 0",
     "after '|' or '>' the indentation is 1 to 9"},
    {"", "found incompatible YAML document", "this runtime reads %YAML 1.1 and 1.2"},
    {"while scanning a directive", "", "a text with a '%' in front needs quotes", true},
    {"while scanning a %YAML directive", "", "a text with a '%' in front needs quotes", true},
    {"while parsing a %TAG directive", "", "a text with a '%' in front needs quotes", true},
};

const Wording& WordingOf(const YamlComplaint& complaint) {
  static constexpr Wording kAnyOther = {"", "", "it cannot be read"};
  for (const Wording& wording : kWordings) {
    if (!wording.context.empty() && wording.context != complaint.context) continue;
    if (!wording.problem.empty() && wording.problem != complaint.problem) continue;
    return wording;
  }
  return kAnyOther;
}

bool IsBlankOrEnd(std::string_view text) {
  return text.empty() || text[0] == ' ' || text[0] == '\n' || text[0] == '\r';
}

// The character that stands where it cannot, `rest` begins with it, may say more than the rule
// that it breaks. Nothing when it does not.
std::string_view WordsFor(const YamlComplaint& complaint, std::string_view rest) {
  const bool no_value = complaint.problem == kNoValue;
  if (!no_value && complaint.problem != kNoKey && complaint.problem != kNoItem &&
      complaint.problem != kNoMore) {
    return {};
  }
  if (rest.starts_with(']') || rest.starts_with('}')) return "a ']' or '}' that closes nothing";
  if (no_value && rest.starts_with(':'))
    return "a ':' where none can stand: put the text in quotes";
  if (no_value && rest.empty()) return "a '[' or '{' that nothing closes";
  return {};
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

Error SyntaxError(const YamlComplaint& complaint, const Lines& lines, const Source& source) {
  std::optional<Place> tab = TabNear(lines, complaint.place.line);
  const std::string_view rest = lines.From(complaint.place);
  if (!tab && rest.starts_with('\t')) tab = complaint.place;
  if (tab) return Error("a tab in the indentation", {}, "YAML wants spaces").At(source.At(*tab));
  // Nothing but a missing key or value lets the parser stumble over a ':' alone.
  if (rest.starts_with(':') && IsBlankOrEnd(rest.substr(1)) &&
      (complaint.problem == kNoKey || complaint.problem == kNoValue)) {
    return Error("a key that is not a text", {}, "put a text in quotes before the colon")
        .At(source.At(complaint.place));
  }
  if (const std::string_view words = WordsFor(complaint, rest); !words.empty()) {
    return Error("not valid YAML", {}, words).At(source.At(complaint.place));
  }
  const Wording& wording = WordingOf(complaint);
  return Error("not valid YAML", {}, wording.words)
      .At(source.At(wording.at_start ? complaint.start : complaint.place));
}

}  // namespace slipway::config
