// The tokens that are texts: plain, in quotes, and as blocks.

#include <algorithm>
#include <string>

#include "runtime/config/scanner.h"
#include "runtime/config/text.h"

namespace slipway::config {
namespace {

constexpr std::string_view kFlowIndicators = ",[]{}";

// A key is refused that takes more than 1024 characters, with its anchor; YAML 1.2, 7.4.2.
constexpr size_t kLongestHidden = 256;

std::string_view FirstLine(std::string_view text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace

// What ends a plain text, other than the end of its line.
bool Scanner::EndsPlain(size_t offset) const {
  const char c = text_[offset];
  if (c == ':') {
    const char next = At(offset + 1);
    return IsBlankOrEnd(offset + 1) || (InFlow() && (next == ',' || next == ']' || next == '}'));
  }
  if (c == '#') return offset == 0 || IsBlank(text_[offset - 1]) || IsBreak(text_[offset - 1]);
  return InFlow() && kFlowIndicators.find(c) != std::string_view::npos;
}

// Goes behind the last character of a plain text in this line, and returns where that is.
size_t Scanner::EndPlainLine() {
  size_t end = position_;
  for (size_t i = position_; i < text_.size() && !IsBreak(text_[i]) && !EndsPlain(i); ++i) {
    if (IsBlank(text_[i])) continue;
    end = i + 1;
    // yaml-cpp takes it for an indicator.
    if (InFlow() && text_[i] == '?') {
      result_.edits.push_back({.offset = i, .length = 1, .stand_in = kCharacterStandIn});
    }
  }
  return position_ = end;
}

// What was scanned is a text: in one line, and no longer than a key may be, it is not for yaml-cpp.
void Scanner::HideText() {
  Token& token = result_.tokens.back();
  if (token.last_line > token.place.line || token.text.size() > kLongestHidden) return;
  token.hidden = true;
  const size_t begin = position_ - token.text.size();
  std::vector<Edit>& edits = result_.edits;
  while (!edits.empty() && edits.back().offset >= begin) edits.pop_back();
  edits.push_back({.offset = begin, .length = token.text.size(), .stand_in = kTextStandIn});
}

// Does the plain text that was scanned go on in one of the next lines, with more than `indent`
// columns in front? Goes to that place then.
bool Scanner::PlainGoesOn(int indent) {
  size_t start = position_;
  size_t i = position_;
  int lines = 0;
  while (i < text_.size() && (IsBlank(text_[i]) || IsBreak(text_[i]))) {
    if (text_[i] == '\n') {
      ++lines;
      start = i + 1;
    }
    ++i;
  }
  if (lines == 0 || i == text_.size() || EndsPlain(i)) return false;
  const auto column = static_cast<int>(i - start);
  if (!InFlow() && column <= indent) return false;
  if (i == start && IsDocumentMark(i)) return false;
  position_ = i;
  line_start_ = start;
  line_ += lines;
  return true;
}

Status Scanner::ScanPlain() {
  RETURN_IF_ERROR(BeginNode());
  const Place place = Here();
  RETURN_IF_ERROR(CountValue(place));
  const size_t begin = position_;
  const int indent = std::min(parent_, Column());
  EndPlainLine();
  while (PlainGoesOn(indent)) {
    const std::string_view indentation = text_.substr(line_start_, position_ - line_start_);
    const size_t tab = indentation.find('\t');
    if (tab != std::string_view::npos) return RefuseTab(line_start_ + tab);
    EndPlainLine();
  }
  Add(Kind::kPlain, place, begin);
  HideText();
  at_start_ = false;
  return CheckKey(result_.tokens.back());
}

Status Scanner::ScanQuoted(char quote) {
  RETURN_IF_ERROR(BeginNode());
  const Place place = Here();
  RETURN_IF_ERROR(CountValue(place));
  const size_t begin = position_++;
  while (position_ < text_.size() && !AtDocumentMark()) {
    const char c = text_[position_];
    if (IsBreak(c)) {
      NextLine();
    } else if (c == '\\' && quote == '"') {
      RETURN_IF_ERROR(ScanEscape());
    } else if (c != quote) {
      ++position_;
    } else if (quote == '\'' && At(position_ + 1) == quote) {
      position_ += 2;
    } else {
      ++position_;
      Add(Kind::kQuoted, place, begin);
      HideText();
      at_start_ = false;
      return CheckKey(result_.tokens.back());
    }
  }
  return Refuse(place, "a quoted text that does not end");
}

Status Scanner::ScanEscape() {
  constexpr std::string_view kSingle = "0abt\tnvfre \"/\\N_LP";
  const Place place = Here();
  const char c = At(position_ + 1);
  ++position_;
  if (IsBreak(c)) return Ok();
  const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits == 0 && (c == '\0' || kSingle.find(c) == std::string_view::npos)) {
    return Refuse(place, "an unknown escape: inside \"...\" write \\\\ for a backslash");
  }
  ++position_;
  uint32_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char digit = At(position_ + i);
    const bool decimal = digit >= '0' && digit <= '9';
    const char letter = static_cast<char>(digit | 0x20);
    if (!decimal && (letter < 'a' || letter > 'f')) value = UINT32_MAX;
    if (value != UINT32_MAX) {
      value = value << 4 | static_cast<uint32_t>(decimal ? digit - '0' : letter - 'a' + 10);
    }
  }
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
    return Refuse(Here(),
                  "a wrong escape: inside \"...\" two hexadecimal digits follow \\x, four \\u, "
                  "eight \\U");
  }
  position_ += digits;
  return Ok();
}

// What stands behind '|' or '>' in its line. `indent` becomes that of the text, or stays 0 when the
// first line of it tells.
Status Scanner::ScanBlockHeader(int& indent) {
  bool chomped = false;
  for (;; ++position_) {
    const char c = At(position_);
    if ((c == '+' || c == '-') && !chomped) {
      chomped = true;
    } else if (c >= '0' && c <= '9' && indent == 0) {
      if (c == '0') return Refuse(Here(), "after '|' or '>' the indentation is 1 to 9");
      indent = std::max(parent_, 0) + (c - '0');
    } else {
      break;
    }
  }
  while (IsBlank(At(position_))) ++position_;
  if (At(position_) == '#') TakeComment();
  if (position_ == text_.size() || IsBreak(text_[position_])) return Ok();
  return Refuse(Here(), "after '|' or '>' the text begins on the next line");
}

Status Scanner::ScanBlockScalar() {
  RETURN_IF_ERROR(BeginNode());
  if (node_is_key_) return RefuseShallow();
  const Place place = Here();
  RETURN_IF_ERROR(CountValue(place));
  const size_t begin = position_++;
  int indent = 0;
  RETURN_IF_ERROR(ScanBlockHeader(indent));
  int deepest = std::max(parent_ + 1, 1);  // of the blank lines in front
  size_t end = position_;
  int last_line = line_;
  while (position_ < text_.size()) {
    NextLine();
    while (At(position_) == ' ' && (indent == 0 || Column() < indent)) ++position_;
    const bool blank = position_ == text_.size() || IsBreak(text_[position_]);
    if (!blank) {
      if (At(position_) == '\t' && (indent == 0 || Column() < indent)) return RefuseTab(position_);
      if (indent == 0) indent = std::max(deepest, Column());
      if (Column() < indent) break;
    }
    if (indent == 0) deepest = std::max(deepest, Column());
    position_ = LineEnd();
    end = position_;
    last_line = line_;
  }
  position_ = end;
  line_ = last_line;
  line_start_ = text_.rfind('\n', end - 1) + 1;
  Add(Kind::kBlock, place, begin);
  Token& token = result_.tokens.back();
  token.indent = indent > 0 ? indent : deepest;
  token.text = text_.substr(begin, std::min(text_.find('\n', end), text_.size() - 1) + 1 - begin);
  at_start_ = false;
  return Ok();
}

// A scalar was scanned: is it a key where only one can stand?
Status Scanner::CheckKey(const Token& token) const {
  size_t next = position_;
  while (IsBlank(At(next))) ++next;
  const Place colon = {.line = line_, .column = static_cast<int>(next - line_start_) + 1};
  if (InFlow()) return token.kind == Kind::kPlain ? CheckFlowKey(token) : Ok();
  if (At(next) == ':' && IsBlankOrEnd(next + 1)) {
    return token.last_line == token.place.line ? Ok() : CheckLongKey(token, colon);
  }
  if (!node_is_key_) return Ok();
  if (token.kind == Kind::kPlain) RETURN_IF_ERROR(CheckSpaces(token.place, FirstLine(token.text)));
  return RefuseLine(token.place);
}

// A key ends in the line in which it begins: what stands in front of its last line is no part of
// it, but lacks something.
Status Scanner::CheckLongKey(const Token& token, Place colon) const {
  if (token.kind == Kind::kPlain) RETURN_IF_ERROR(CheckSpaces(token.place, FirstLine(token.text)));
  return Refuse(colon,
                "a ':' where none can stand: look at the indentation, or put the text in quotes");
}

// In brackets a ':' without a space is a part of the text, and {root:/} a key without a value.
Status Scanner::CheckFlowKey(const Token& token) const {
  const char next = At(position_);
  if (next == ':' && token.last_line > token.place.line) {
    // A key ends in its line: something is missing behind what stands in the first.
    const auto width = static_cast<int>(FirstLine(token.text).size());
    return RefuseOpen({.line = token.place.line, .column = token.place.column + width});
  }
  if ((next == '[' || next == '{') && token.text.ends_with(':')) {
    return CheckSpaces(token.place,
                       text_.substr(position_ - token.text.size(), token.text.size() + 1));
  }
  const Kind before = result_.tokens[result_.tokens.size() - 2].kind;
  const bool is_key = before == Kind::kOpen || before == Kind::kComma;
  if (brackets_.back().open != '{' || !is_key || next == ':') return Ok();
  return CheckSpaces(token.place, FirstLine(token.text));
}

Status Scanner::CheckSpaces(Place place, std::string_view line) const {
  const size_t missing = FindMissingSpace(line);
  if (missing == std::string_view::npos) return Ok();
  place.column += static_cast<int>(missing);
  return Error("a missing space", line, MissingSpaceHint(line)).At(source_.At(place));
}

}  // namespace slipway::config
