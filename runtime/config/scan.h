// A first look at a YAML text, before yaml-cpp: its tokens, and where each begins and ends.
//
// yaml-cpp says what the tokens mean together. This holds it to them, because it is lax where a
// config must not be: it takes the end of a text for a closing quote, reads a comment in a flow
// list as a value, passes over lines that begin with '%'. What is refused here is also told where
// the mistake is, and not lines below, where a parser notices it.

#ifndef SLIPWAY_RUNTIME_CONFIG_SCAN_H_
#define SLIPWAY_RUNTIME_CONFIG_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/config/node.h"
#include "runtime/sdk/error.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

struct Token {
  enum class Kind : uint8_t {
    kDirective,
    kDocument,     // ---
    kDocumentEnd,  // ...
    kDash,
    kQuestion,
    kColon,
    kComma,
    kOpen,   // [ or {
    kClose,  // ] or }
    kAnchor,
    kAlias,
    kPlain,
    kQuoted,
    kBlock,  // | or >
  };

  Kind kind;
  Place place;
  int last_line;          // in which it ends
  std::string_view text;  // as written: with quotes; kAnchor, kAlias: with '&', '*'; kBlock: with
                          // the newline behind it
  int indent = 0;         // kBlock: the columns in front of its lines
  bool hidden = false;    // yaml-cpp sees kTextStandIn in its place
};

// A piece of one line that yaml-cpp does not get to see, and what it sees in its place.
struct Edit {
  size_t offset;
  size_t length;
  std::string_view stand_in;
};

// For a text: what it says is read from its token. yaml-cpp would match each of its characters with
// expressions that it makes when it first meets a plain text, a third of what reading a config
// costs.
inline constexpr std::string_view kTextStandIn = "\"\"";
// For a character of a text in more lines; no text holds it.
inline constexpr std::string_view kCharacterStandIn = "\x01";

struct Scanned {
  std::vector<Token> tokens;  // they borrow the text
  std::vector<Edit> edits;
};

// The text is valid UTF-8 and holds only what FindStrayCharacter has nothing against.
Result<Scanned> ScanYaml(std::string_view text, const Source& source);

// What both this and the tree refuse.
Error TooDeep();
Error TooManyValues();

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SCAN_H_
