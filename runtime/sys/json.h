// JSON, RFC 8259, for stages that read what other programs wrote: profiles, lists of networks,
// answers. Strict: no comments, no key twice, UTF-8 only, no NUL in a string. The input may be
// hostile: its size and its depth have bounds.

#ifndef SLIPWAY_RUNTIME_SYS_JSON_H_
#define SLIPWAY_RUNTIME_SYS_JSON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::sys {

struct JsonMember;

// A value, with all that is in it.
class Json {
 public:
  enum class Type : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

  Json() = default;  // null
  static Json Bool(bool value);
  static Json Number(int64_t value);
  static Json String(std::string value);
  static Json Array();
  static Json Object();

  Type type() const { return type_; }
  bool IsString() const { return type_ == Type::kString; }
  bool IsArray() const { return type_ == Type::kArray; }
  bool IsObject() const { return type_ == Type::kObject; }

  // Where it begins in the text that it was read from, from 1 on, in bytes; 0: it was made here.
  uint32_t line() const { return line_; }
  uint32_t column() const { return column_; }

  bool boolean() const { return type_ == Type::kBool && boolean_; }  // false of another type
  // Of a string; of a number, as it was written; empty of another type.
  const std::string& text() const { return text_; }
  // nullopt: not a number, not written as a whole one, or too large.
  std::optional<int64_t> Integer() const;
  std::optional<uint64_t> Unsigned() const;

  const std::vector<Json>& items() const { return items_; }            // of an array
  const std::vector<JsonMember>& members() const { return members_; }  // in the order of the text

  // Of an object; null: it has no such member, or is none.
  const Json* Find(std::string_view name) const;

  // Of an object: in place of a member of that name, or behind the last one.
  void Set(std::string_view name, Json value);
  void Remove(std::string_view name);
  // Of an array.
  void Append(Json value);

  // In one line, without blanks.
  std::string Write() const;

 private:
  friend class JsonReader;

  void WriteTo(std::string* to) const;

  Type type_ = Type::kNull;
  bool boolean_ = false;
  uint32_t line_ = 0;
  uint32_t column_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<JsonMember> members_;
};

struct JsonMember {
  std::string name;
  Json value;
};

inline constexpr size_t kMaxJsonSize = size_t{4} << 20;  // bytes
inline constexpr int kMaxJsonDepth = 64;                 // arrays and objects in each other

// `name`: the file, say; an error has it with line and column: "NAME:3:14".
Result<Json> ParseJson(std::string_view text, std::string_view name);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_JSON_H_
