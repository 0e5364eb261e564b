#include "runtime/sys/json.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace slipway::sys {
namespace {

template <typename Number>
std::optional<Number> WholeNumber(const Json& value) {
  if (value.type() != Json::Type::kNumber) return std::nullopt;
  const std::string& text = value.text();
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void AppendQuoted(std::string_view text, std::string* to) {
  constexpr char kDigits[] = "0123456789abcdef";
  to->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      to->append("\\u00").push_back(kDigits[byte >> 4]);
      to->push_back(kDigits[byte & 0xf]);
      continue;
    }
    if (c == '"' || c == '\\') to->push_back('\\');
    to->push_back(c);
  }
  to->push_back('"');
}

}  // namespace

Json Json::Bool(bool value) {
  Json made;
  made.type_ = Type::kBool;
  made.boolean_ = value;
  return made;
}

Json Json::Number(int64_t value) {
  Json made;
  made.type_ = Type::kNumber;
  made.text_ = std::to_string(value);
  return made;
}

Json Json::String(std::string value) {
  Json made;
  made.type_ = Type::kString;
  made.text_ = std::move(value);
  return made;
}

Json Json::Array() {
  Json made;
  made.type_ = Type::kArray;
  return made;
}

Json Json::Object() {
  Json made;
  made.type_ = Type::kObject;
  return made;
}

std::optional<int64_t> Json::Integer() const { return WholeNumber<int64_t>(*this); }

std::optional<uint64_t> Json::Unsigned() const { return WholeNumber<uint64_t>(*this); }

const Json* Json::Find(std::string_view name) const {
  for (const JsonMember& member : members_) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

void Json::Set(std::string_view name, Json value) {
  for (JsonMember& member : members_) {
    if (member.name != name) continue;
    member.value = std::move(value);
    return;
  }
  members_.push_back({std::string(name), std::move(value)});
}

void Json::Remove(std::string_view name) {
  std::erase_if(members_, [name](const JsonMember& member) { return member.name == name; });
}

void Json::Append(Json value) { items_.push_back(std::move(value)); }

std::string Json::Write() const {
  std::string text;
  WriteTo(&text);
  return text;
}

void Json::WriteTo(std::string* to) const {
  const char* between = "";
  switch (type_) {
    case Type::kNull:
      to->append("null");
      break;
    case Type::kBool:
      to->append(boolean_ ? "true" : "false");
      break;
    case Type::kNumber:
      to->append(text_);
      break;
    case Type::kString:
      AppendQuoted(text_, to);
      break;
    case Type::kArray:
      to->push_back('[');
      for (const Json& item : items_) {
        to->append(between);
        item.WriteTo(to);
        between = ",";
      }
      to->push_back(']');
      break;
    case Type::kObject:
      to->push_back('{');
      for (const JsonMember& member : members_) {
        to->append(between);
        AppendQuoted(member.name, to);
        to->push_back(':');
        member.value.WriteTo(to);
        between = ",";
      }
      to->push_back('}');
      break;
  }
}

}  // namespace slipway::sys
