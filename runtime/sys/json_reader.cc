// The reading half of json.h: one pass over the text, one function for each kind of value.

#include <algorithm>

#include "runtime/sys/json.h"

namespace slipway::sys {

class JsonReader {
 public:
  JsonReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Result<Json> ReadAll() {
    Json value;
    SkipBlanks();
    RETURN_IF_ERROR(ReadValue(&value, 0));
    SkipBlanks();
    if (!AtEnd()) return Wrong("nothing but blanks may follow the value");
    return value;
  }

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Next() const { return AtEnd() ? '\0' : text_[at_]; }
  uint32_t Column() const { return static_cast<uint32_t>(at_ - line_start_ + 1); }

  bool Take(char expected) {
    if (AtEnd() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  Error WrongAt(uint32_t line, uint32_t column, std::string_view why) const {
    const std::string place = ":" + std::to_string(line) + ":" + std::to_string(column);
    return Error("cannot read the JSON", std::string(name_) + place, why);
  }

  Error Wrong(const std::string& expected) const {
    return WrongAt(line_, Column(), AtEnd() ? "it ends here; " + expected : expected);
  }

  void SkipBlanks() {
    for (; !AtEnd(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }

  Status ReadValue(Json* value, int depth) {
    value->line_ = line_;
    value->column_ = Column();
    switch (Next()) {
      case '{':
        return ReadObject(value, depth + 1);
      case '[':
        return ReadArray(value, depth + 1);
      case '"':
        value->type_ = Json::Type::kString;
        return ReadString(&value->text_);
      case 't':
      case 'f':
      case 'n':
        return ReadWord(value);
      default:
        value->type_ = Json::Type::kNumber;
        return ReadNumber(&value->text_);
    }
  }

  Status ReadWord(Json* value) {
    for (const std::string_view word : {"true", "false", "null"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      if (word != "null") value->type_ = Json::Type::kBool;
      value->boolean_ = word == "true";
      return Ok();
    }
    return Wrong("a value is expected: only true, false and null need no quotes");
  }

  size_t SkipDigits() {
    const size_t first = at_;
    while (Next() >= '0' && Next() <= '9') ++at_;
    return at_ - first;
  }

  Status ReadNumber(std::string* text) {
    const size_t first = at_;
    Take('-');
    if (!Take('0') && SkipDigits() == 0) {
      return Wrong("a value is expected: {, [, \", a number, true, false or null");
    }
    if (Take('.') && SkipDigits() == 0) return Wrong("a digit is expected");
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      if (SkipDigits() == 0) return Wrong("a digit is expected");
    }
    *text = text_.substr(first, at_ - first);
    return Ok();
  }

  // What comes between two of them, and behind the last one. more: whether there is another one.
  Status ReadBetween(char end, bool* more) {
    SkipBlanks();
    *more = Take(',');
    if (*more) {
      SkipBlanks();
      return Ok();
    }
    if (Take(end)) return Ok();
    return Wrong(std::string("a comma or ") + end + " is expected");
  }

  Status CheckDepth(int depth) const {
    if (depth <= kMaxJsonDepth) return Ok();
    return Wrong("arrays and objects may be " + std::to_string(kMaxJsonDepth) +
                 " deep in each other, no more");
  }

  Status ReadArray(Json* value, int depth) {
    RETURN_IF_ERROR(CheckDepth(depth));
    value->type_ = Json::Type::kArray;
    ++at_;
    SkipBlanks();
    bool more = !Take(']');
    while (more) {
      RETURN_IF_ERROR(ReadValue(&value->items_.emplace_back(), depth));
      RETURN_IF_ERROR(ReadBetween(']', &more));
    }
    return Ok();
  }

  Status ReadObject(Json* value, int depth) {
    RETURN_IF_ERROR(CheckDepth(depth));
    value->type_ = Json::Type::kObject;
    ++at_;
    SkipBlanks();
    bool more = !Take('}');
    while (more) {
      RETURN_IF_ERROR(ReadMember(value, depth));
      RETURN_IF_ERROR(ReadBetween('}', &more));
    }
    return CheckNames(*value);
  }

  Status ReadMember(Json* object, int depth) {
    JsonMember& member = object->members_.emplace_back();
    if (Next() != '"') return Wrong("a name in quotes is expected");
    RETURN_IF_ERROR(ReadString(&member.name));
    SkipBlanks();
    if (!Take(':')) return Wrong("a colon is expected");
    SkipBlanks();
    return ReadValue(&member.value, depth);
  }

  // Two readers could take a different one of the two.
  Status CheckNames(const Json& object) const {
    std::vector<std::string_view> names;
    for (const JsonMember& member : object.members_) names.emplace_back(member.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return Ok();
    return WrongAt(object.line(), object.column(),
                   "the object has \"" + std::string(*twice) + "\" twice");
  }

  Status ReadString(std::string* text) {
    ++at_;
    while (!Take('"')) {
      if (AtEnd()) return Wrong("a quote is expected");
      if (Take('\\')) {
        RETURN_IF_ERROR(ReadEscape(text));
        continue;
      }
      const std::string_view rest = text_.substr(at_);
      const size_t size = SizeOfCharacter(rest);
      if (size == 0) return Wrong("a control character here is written as \\u00XX, text is UTF-8");
      text->append(rest.substr(0, size));
      at_ += size;
    }
    return Ok();
  }

  // Those that move a terminal's cursor are no concern of JSON's, but below U+0020.
  static size_t SizeOfCharacter(std::string_view text) {
    if (text[0] == '\x7f') return 1;
    const auto second = static_cast<unsigned char>(text.size() > 1 ? text[1] : 0);
    if (text[0] == '\xc2' && second >= 0x80 && second < 0xa0) return 2;
    return internal::CharacterSize(text);
  }

  Status ReadEscape(std::string* text) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (Take('u')) return ReadCodePoint(text);
    const size_t which = AtEnd() ? kEscapes.npos : kEscapes.find(Next());
    if (which == kEscapes.npos) return Wrong("one of \" \\ / b f n r t u is expected behind \\");
    ++at_;
    text->push_back(kMeant[which]);
    return Ok();
  }

  Status ReadHex(uint32_t* unit) {
    *unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const size_t digit = AtEnd() ? std::string_view::npos
                                   : std::string_view("0123456789abcdefABCDEF").find(Next());
      if (digit == std::string_view::npos) return Wrong("four hexadecimal digits are expected");
      *unit = *unit * 16 + static_cast<uint32_t>(digit < 16 ? digit : digit - 6);
    }
    return Ok();
  }

  // U+10000 and above are two such, a surrogate pair.
  Status ReadCodePoint(std::string* text) {
    uint32_t point = 0;
    RETURN_IF_ERROR(ReadHex(&point));
    if (point == 0) return Wrong("a text may not hold a NUL");
    if (point >= 0xd800 && point < 0xe000) {
      uint32_t low = 0;
      const bool high = point < 0xdc00 && Take('\\') && Take('u');
      if (high) RETURN_IF_ERROR(ReadHex(&low));
      if (low < 0xdc00 || low >= 0xe000) return Wrong("half a surrogate pair is no character");
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    AppendCharacter(point, text);
    return Ok();
  }

  static void AppendCharacter(uint32_t point, std::string* text) {
    const auto part = [text](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
    if (point < 0x80) return part(point);
    if (point < 0x800) {
      part(0xc0 | point >> 6);
    } else {
      if (point < 0x10000) {
        part(0xe0 | point >> 12);
      } else {
        part(0xf0 | point >> 18);
        part(0x80 | (point >> 12 & 0x3f));
      }
      part(0x80 | (point >> 6 & 0x3f));
    }
    part(0x80 | (point & 0x3f));
  }

  const std::string_view text_;
  const std::string_view name_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  size_t line_start_ = 0;
};

Result<Json> ParseJson(std::string_view text, std::string_view name) {
  if (text.size() > kMaxJsonSize) {
    return Error("cannot read the JSON", name,
                 "it is larger than " + std::to_string(kMaxJsonSize >> 20) + " MiB");
  }
  return JsonReader(text, name).ReadAll();
}

}  // namespace slipway::sys
