// The work behind scan.h: one pass over the text, in which each function takes one token.

#ifndef SLIPWAY_RUNTIME_CONFIG_SCANNER_H_
#define SLIPWAY_RUNTIME_CONFIG_SCANNER_H_

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config/node.h"
#include "runtime/config/scan.h"
#include "runtime/sdk/error.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

class Scanner {
 public:
  Scanner(std::string_view text, const Source& source) : text_(text), source_(source) {}

  Status Scan();
  Scanned TakeResult() { return std::move(result_); }

 private:
  using Kind = Token::Kind;

  struct Bracket {
    Place place;
    char open;
  };

  static bool IsBlank(char c) { return c == ' ' || c == '\t'; }
  static bool IsBreak(char c) { return c == '\n' || c == '\r'; }  // '\r' only stands before '\n'
  char At(size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  bool IsBlankOrEnd(size_t offset) const {
    return offset >= text_.size() || IsBlank(text_[offset]) || IsBreak(text_[offset]);
  }
  int Column() const { return static_cast<int>(position_ - line_start_); }  // counts from 0
  Place Here() const { return {.line = line_, .column = Column() + 1}; }
  bool InFlow() const { return !brackets_.empty(); }
  bool Follows(Kind kind) const {
    return !result_.tokens.empty() && result_.tokens.back().kind == kind;
  }
  bool FollowsValue() const;
  void NextLine();
  bool IsDocumentMark(size_t offset) const;  // where a line begins
  bool AtDocumentMark() const { return Column() == 0 && IsDocumentMark(position_); }
  size_t LineEnd() const;  // of the line that position_ is in

  Error Refuse(Place place, std::string_view words) const {
    return Error("not valid YAML", {}, words).At(source_.At(place));
  }
  Error RefuseTab(size_t offset) const;
  Error RefuseShallow() const;
  Error RefuseLine(Place place) const;
  Error RefuseOpen(Place place) const;  // there is a bracket
  Error RefuseBegin() const;
  Error RefuseMissing() const;

  void Add(Kind kind, Place place, size_t begin);
  void TakeComment();
  void HideText();
  Status SkipToToken();
  Status ScanToken();
  Status ScanIndicator(char c);
  Status ScanDirective();
  Status ScanOpen(char c);
  Status ScanClose(char c);
  Status ScanColon();
  Status ScanName(Kind kind);
  Status ScanPlain();
  Status ScanQuoted(char quote);
  Status ScanBlockScalar();
  Status BeginNode();
  Status CountValue(Place place);
  bool EndsPlain(size_t offset) const;
  size_t EndPlainLine();
  bool PlainGoesOn(int indent);
  Status ScanEscape();
  Status ScanBlockHeader(int& indent);
  Status CheckSpaces(Place place, std::string_view line) const;
  Status CheckKey(const Token& token) const;
  Status CheckLongKey(const Token& token, Place colon) const;
  Status CheckFlowKey(const Token& token) const;

  const std::string_view text_;
  const Source& source_;
  Scanned result_;
  size_t position_ = 0;
  size_t line_start_ = 0;
  int line_ = 1;
  std::vector<Bracket> brackets_;
  int values_ = 0;  // without lists and maps
  int opened_ = 0;

  // Of the block context:
  bool at_start_ = true;      // a key, a '-' or a '?' may stand here
  int parent_ = -1;           // the column of the last '-', '?' or key
  int node_column_ = 0;       // of the last value or key, with its anchor
  bool node_is_key_ = false;  // it stands where only a key can
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SCANNER_H_
