#include "runtime/config/scan.h"

#include <algorithm>
#include <string>

#include "runtime/config/scanner.h"

namespace slipway::config {

namespace {

bool IsAnchorCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c == '-';
}

}  // namespace

void Scanner::NextLine() {
  position_ += text_[position_] == '\r' ? 2 : 1;
  line_start_ = position_;
  ++line_;
}

bool Scanner::FollowsValue() const {
  return Follows(Kind::kClose) || Follows(Kind::kAlias) || Follows(Kind::kPlain) ||
         Follows(Kind::kQuoted) || Follows(Kind::kBlock);
}

bool Scanner::IsDocumentMark(size_t offset) const {
  if (!IsBlankOrEnd(offset + 3)) return false;
  const std::string_view mark = text_.substr(offset, 3);
  return mark == "---" || mark == "...";
}

size_t Scanner::LineEnd() const {
  return std::min(text_.find_first_of("\r\n", position_), text_.size());
}

Error Scanner::RefuseTab(size_t offset) const {
  const Place place = {.line = line_, .column = static_cast<int>(offset - line_start_) + 1};
  return Error("a tab in the indentation", {}, "YAML wants spaces").At(source_.At(place));
}

Error Scanner::RefuseShallow() const {
  return Refuse(Here(), "a value stands deeper than the key or the '-' that it belongs to");
}

Error Scanner::RefuseOpen(Place place) const {
  return Refuse(place, brackets_.back().open == '[' ? "a '[' without its ']', or a missing comma"
                                                    : "a '{' without its '}', or a missing comma");
}

Error Scanner::RefuseLine(Place place) const {
  return Refuse(place, "this line lacks its \": \" or its \"- \"");
}

Error Scanner::RefuseBegin() const {
  return Refuse(Here(), "a text must not begin with this character: put it in quotes");
}

Error Scanner::RefuseMissing() const {
  return Refuse(Here(), "a value is missing here, or a text needs quotes");
}

void Scanner::Add(Kind kind, Place place, size_t begin) {
  result_.tokens.push_back({.kind = kind,
                            .place = place,
                            .last_line = line_,
                            .text = text_.substr(begin, position_ - begin),
                            .indent = 0,
                            .hidden = false});
}

Status Scanner::Scan() {
  result_.tokens.reserve(64);
  while (true) {
    RETURN_IF_ERROR(SkipToToken());
    const bool directed = Follows(Kind::kDirective);
    const Place place = Here();
    if (position_ < text_.size()) {
      RETURN_IF_ERROR(ScanToken());
      if (!directed || Follows(Kind::kDirective) || Follows(Kind::kDocument)) continue;
    } else if (!directed) {
      break;
    }
    return Refuse(place, "after a line with a '%' in front comes one with ---");
  }
  return brackets_.empty() ? Ok() : Status(RefuseOpen(brackets_.back().place));
}

void Scanner::TakeComment() {
  const size_t end = LineEnd();
  result_.edits.push_back({.offset = position_, .length = end - position_, .stand_in = {}});
  position_ = end;
}

Status Scanner::SkipToToken() {
  for (; position_ < text_.size();) {
    const char c = text_[position_];
    if (c == '\t' && at_start_ && !InFlow()) return RefuseTab(position_);
    if (IsBlank(c)) {
      ++position_;
    } else if (c == '#') {
      TakeComment();
    } else if (IsBreak(c)) {
      NextLine();
      at_start_ = true;
    } else {
      break;
    }
  }
  return Ok();
}

Status Scanner::ScanToken() {
  const char c = text_[position_];
  if (Column() == 0 && c == '%') return ScanDirective();
  if (AtDocumentMark()) {
    const Place place = Here();
    if (c == '.' && result_.tokens.empty()) return Refuse(place, "a '...' that ends nothing");
    position_ += 3;
    Add(c == '-' ? Kind::kDocument : Kind::kDocumentEnd, place, position_ - 3);
    at_start_ = false;
    parent_ = -1;
    return Ok();
  }
  switch (c) {
    case '[':
    case '{':
      return ScanOpen(c);
    case ']':
    case '}':
      return ScanClose(c);
    case '&':
      return ScanName(Kind::kAnchor);
    case '*':
      return ScanName(Kind::kAlias);
    case '!':
      return Error("a tag",
                   text_.substr(position_, text_.find_first_of(" \t\r\n", position_) - position_),
                   "leave it out: the option decides what its value is")
          .At(source_.At(Here()));
    case '\'':
    case '"':
      return ScanQuoted(c);
    case '-':
    case '?':
    case ':':
    case ',':
      return ScanIndicator(c);
    case '|':
    case '>':
      if (!InFlow()) return ScanBlockScalar();
      [[fallthrough]];
    case '@':
    case '`':
    case '%':
      return RefuseBegin();
    default:
      return ScanPlain();
  }
}

Status Scanner::ScanDirective() {
  const Place place = Here();
  const size_t begin = position_;
  position_ = LineEnd();
  const std::string_view line = text_.substr(begin, position_ - begin);
  const bool first = result_.tokens.empty() || Follows(Kind::kDirective);
  if (!first || InFlow() || !(line.starts_with("%YAML ") || line.starts_with("%TAG "))) {
    return Refuse(place, "a text with a '%' in front needs quotes");
  }
  if (line.starts_with("%YAML")) {
    std::string_view version = line.substr(6);
    version = version.substr(std::min(version.size(), version.find_first_not_of(' ')));
    version = version.substr(0, version.find_first_of(" \t"));
    if (version != "1.1" && version != "1.2") {
      return Refuse(place, "this runtime reads %YAML 1.1 and 1.2");
    }
  }
  Add(Kind::kDirective, place, begin);
  return Ok();
}

// Of a key or a value: its first token.
Status Scanner::BeginNode() {
  const bool on_new_line = result_.tokens.empty() || result_.tokens.back().last_line < line_;
  if (Follows(Kind::kAnchor) && (InFlow() || !on_new_line)) return Ok();
  if (FollowsValue() && (InFlow() || !at_start_ || Column() > parent_)) {
    return Refuse(Here(), InFlow() ? "a missing comma"
                          : on_new_line && parent_ >= 0
                              ? "a line that does not fit: look at its indentation"
                              : "the text before this is already complete");
  }
  if (InFlow()) return Ok();
  node_column_ = Column();
  node_is_key_ = at_start_ && Column() <= parent_;
  return Ok();
}

Status Scanner::CountValue(Place place) {
  if (++values_ <= kMaxNodes) return Ok();
  return TooManyValues().At(source_.At(place));
}

Status Scanner::ScanOpen(char c) {
  RETURN_IF_ERROR(BeginNode());
  if (!InFlow() && node_is_key_) return RefuseShallow();
  if (++opened_ > kMaxNodes) return TooManyValues().At(source_.At(Here()));
  brackets_.push_back({.place = Here(), .open = c});
  if (brackets_.size() > kMaxDepth) return TooDeep().At(source_.At(Here()));
  ++position_;
  Add(Kind::kOpen, brackets_.back().place, position_ - 1);
  return Ok();
}

Status Scanner::ScanClose(char c) {
  if (!InFlow()) return Refuse(Here(), "a ']' or '}' that closes nothing");
  if ((brackets_.back().open == '[') != (c == ']')) {
    return RefuseOpen(Here());
  }
  brackets_.pop_back();
  const Place place = Here();
  ++position_;
  Add(Kind::kClose, place, position_ - 1);
  at_start_ = false;
  return Ok();
}

Status Scanner::ScanIndicator(char c) {
  const Place place = Here();
  if (c == ',') {
    if (!InFlow()) return RefuseBegin();
    if (Follows(Kind::kOpen) || Follows(Kind::kComma)) return RefuseMissing();
    ++position_;
    Add(Kind::kComma, place, position_ - 1);
    return Ok();
  }
  if (c == ':') return ScanColon();
  if (!IsBlankOrEnd(position_ + 1)) {
    if (c == '?' && InFlow()) return RefuseBegin();
    return ScanPlain();
  }
  if (InFlow() && Follows(Kind::kAnchor)) return RefuseMissing();
  if (!InFlow()) {
    parent_ = Column();
    at_start_ = true;
  }
  ++position_;
  Add(c == '-' ? Kind::kDash : Kind::kQuestion, place, position_ - 1);
  return Ok();
}

Status Scanner::ScanColon() {
  const Place place = Here();
  if (InFlow()) {
    // Behind what is in quotes or brackets it needs no space, as in JSON.
    const bool joined = Follows(Kind::kQuoted) || Follows(Kind::kClose);
    if (!joined && !IsBlankOrEnd(position_ + 1)) {
      return Refuse(place, "a ':' where none can stand: put the text in quotes");
    }
  } else {
    if (!IsBlankOrEnd(position_ + 1)) return ScanPlain();
    const bool behind_key = !result_.tokens.empty() && result_.tokens.back().last_line == line_ &&
                            !Follows(Kind::kDash) && !Follows(Kind::kQuestion) &&
                            !Follows(Kind::kColon);
    parent_ = behind_key ? node_column_ : Column();
    at_start_ = !behind_key;
  }
  ++position_;
  Add(Kind::kColon, place, position_ - 1);
  return Ok();
}

Status Scanner::ScanName(Kind kind) {
  RETURN_IF_ERROR(BeginNode());
  const Place place = Here();
  const size_t begin = position_++;
  while (IsAnchorCharacter(At(position_))) ++position_;
  const char next = At(position_);
  const bool ends = IsBlankOrEnd(position_) || next == ',' || next == ']' || next == '}';
  if (position_ == begin + 1 || !ends) {
    return Refuse(Here(), kind == Kind::kAlias
                              ? "a text with a '*' in front needs quotes"
                              : "an anchor is of letters, digits, '_' and '-'; a text with a '&' "
                                "in front needs quotes");
  }
  if (kind == Kind::kAlias) RETURN_IF_ERROR(CountValue(place));
  Add(kind, place, begin);
  at_start_ = false;
  if (kind == Kind::kAlias) return CheckKey(result_.tokens.back());
  const size_t node = std::min(text_.find_first_not_of(" \t", position_), text_.size());
  const bool alone = node == text_.size() || IsBreak(text_[node]) || text_[node] == '#';
  return alone && node_is_key_ && !InFlow() ? Status(RefuseLine(place)) : Ok();
}

Error TooDeep() {
  return Error("nested too deeply", {}, "at most " + std::to_string(kMaxDepth) + " levels");
}

Error TooManyValues() {
  return Error(
      "too many values", {},
      "at most " + std::to_string(kMaxNodes) + ", aliases counted as often as they are used");
}

Result<Scanned> ScanYaml(std::string_view text, const Source& source) {
  Scanner scanner(text, source);
  RETURN_IF_ERROR(scanner.Scan());
  return scanner.TakeResult();
}

}  // namespace slipway::config
