#include "plugins/seccomp/json.h"

#include <charconv>

namespace seccomp {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;

constexpr int kDeepest = 32;
constexpr uint32_t kHighSurrogate = 0xd800;  // Unicode, 3.9
constexpr uint32_t kLowSurrogate = 0xdc00;
constexpr uint32_t kBehindSurrogates = 0xe000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendCharacter(uint32_t code, std::string& text) {
  const auto byte = [&](uint32_t bits) { text += static_cast<char>(bits); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xe0 | code >> 12);
    } else {
      byte(0xf0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3f));
    }
    byte(0x80 | (code >> 6 & 0x3f));
  }
  byte(0x80 | (code & 0x3f));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Json> ReadAll() {
    Json json;
    RETURN_IF_ERROR(Read(json, 0));
    SkipBlanks();
    if (at_ < text_.size()) return Wrong("more than one value");
    return json;
  }

 private:
  // Where it stands: each newline is counted once.
  std::string Where() {
    for (; counted_ < at_; ++counted_) {
      if (text_[counted_] != '\n') continue;
      ++line_;
      line_begin_ = counted_ + 1;
    }
    return std::to_string(line_) + ":" + std::to_string(at_ - line_begin_ + 1);
  }

  Error Wrong(std::string_view what) { return Error("not JSON", what, Where()); }

  void SkipBlanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool TakeWord(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Status Read(Json& json, int depth) {
    SkipBlanks();
    if (depth > kDeepest) return Wrong("nested too deep");
    json.where = Where();
    if (at_ >= text_.size()) return Wrong("a value is missing");
    const char c = text_[at_];
    if (c == '{') return ReadObject(json, depth);
    if (c == '[') return ReadArray(json, depth);
    if (c == '"') {
      json.kind = Json::Kind::kString;
      return ReadString(json.text);
    }
    if (c == '-' || IsDigit(c)) return ReadNumber(json);
    if (TakeWord("null")) return Ok();
    json.kind = Json::Kind::kBool;
    json.boolean = TakeWord("true");
    if (json.boolean || TakeWord("false")) return Ok();
    return Wrong("no value begins like this");
  }

  Status ReadArray(Json& json, int depth) {
    json.kind = Json::Kind::kArray;
    ++at_;
    SkipBlanks();
    if (Take(']')) return Ok();
    while (true) {
      RETURN_IF_ERROR(Read(json.items.emplace_back(), depth + 1));
      SkipBlanks();
      if (Take(']')) return Ok();
      if (!Take(',')) return Wrong("a comma or ] is missing");
    }
  }

  Status ReadObject(Json& json, int depth) {
    json.kind = Json::Kind::kObject;
    ++at_;
    SkipBlanks();
    if (Take('}')) return Ok();
    while (true) {
      SkipBlanks();
      if (at_ >= text_.size() || text_[at_] != '"') return Wrong("a name in quotes is missing");
      std::string name;
      RETURN_IF_ERROR(ReadString(name));
      for (const auto& [other, value] : json.members) {
        if (other == name) return Wrong("the name \"" + name + "\" is there twice");
      }
      SkipBlanks();
      if (!Take(':')) return Wrong("a colon is missing");
      json.members.emplace_back(std::move(name), Json());
      RETURN_IF_ERROR(Read(json.members.back().second, depth + 1));
      SkipBlanks();
      if (Take('}')) return Ok();
      if (!Take(',')) return Wrong("a comma or } is missing");
    }
  }

  // Of digits, a fraction and an exponent; only whole numbers are kept.
  Status ReadNumber(Json& json) {
    json.kind = Json::Kind::kNumber;
    const size_t begin = at_;
    (void)Take('-');
    const size_t digits = at_;
    if (!TakeDigits()) return Wrong("a digit is missing");
    if (text_[digits] == '0' && at_ > digits + 1) return Wrong("a number begins with 0");
    const size_t whole = at_;
    if (Take('.') && !TakeDigits()) return Wrong("a digit is missing");
    if (Take('e') || Take('E')) {
      if (!Take('+')) (void)Take('-');
      if (!TakeDigits()) return Wrong("a digit is missing");
    }
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(&text_[begin], text_.data() + at_, number);
    if (whole == at_ && digits == begin && error == std::errc()) json.number = number;
    return Ok();
  }

  bool TakeDigits() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ > begin;
  }

  Status ReadString(std::string& text) {
    ++at_;
    while (true) {
      if (at_ >= text_.size()) return Wrong("a quote is missing");
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return Wrong("a control character");
      ++at_;
      if (c == '"') return Ok();
      if (c == '\\') {
        RETURN_IF_ERROR(ReadEscape(text));
      } else {
        text += c;
      }
    }
  }

  Status ReadEscape(std::string& text) {
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const size_t escape = kEscapes.find(c);
    if (c != '\0' && escape != std::string_view::npos) {
      ++at_;
      text += kMeanings[escape];
      return Ok();
    }
    if (!Take('u')) return Wrong("no such escape");
    uint32_t code = 0;
    if (!TakeHex(code)) return Wrong("four hexadecimal digits are missing");
    if (code >= kHighSurrogate && code < kBehindSurrogates) {
      uint32_t low = 0;
      if (code >= kLowSurrogate || !TakeWord("\\u") || !TakeHex(low) || low < kLowSurrogate ||
          low >= kBehindSurrogates) {
        return Wrong("half of a character");
      }
      code = 0x10000 + ((code - kHighSurrogate) << 10) + (low - kLowSurrogate);
    }
    if (code == 0) return Wrong("a NUL in a text");
    AppendCharacter(code, text);
    return Ok();
  }

  bool TakeHex(uint32_t& code) {
    constexpr size_t kDigits = 4;
    if (text_.size() - at_ < kDigits) return false;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, begin + kDigits, code, 16);
    if (error != std::errc() || end != begin + kDigits) return false;
    at_ += kDigits;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;  // never further than the end of the text
  size_t counted_ = 0;
  size_t line_ = 1;
  size_t line_begin_ = 0;
};

}  // namespace

Result<Json> ParseJson(std::string_view text) { return Reader(text).ReadAll(); }

}  // namespace seccomp
