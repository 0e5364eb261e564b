#include "runtime/config/user.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace slipway::config {
namespace {

constexpr const char* kExamples = "write a name or a number, such as 1000, 1000:1000 or www-data";

// As useradd(8) has them, and what other tools allow; no ':', '/', blank or control character.
bool IsName(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.$@+\\").find(c) != std::string_view::npos;
  });
}

bool IsNumber(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Status CheckPart(std::string_view part, std::string_view text) {
  if (part.empty() || part.front() == '-' || !IsName(part)) {
    return Error("not a user", text, kExamples);
  }
  if (!IsNumber(part)) return Ok();
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  // The last one is none: setresuid(2) takes it for "as it is".
  if (error == std::errc() && number != UINT32_MAX) return Ok();
  return Error("not a user", text, "a number is at most 4294967294");
}

}  // namespace

Status CheckUser(std::string_view text) {
  const size_t colon = text.find(':');
  RETURN_IF_ERROR(CheckPart(text.substr(0, colon), text));
  if (colon == std::string_view::npos) return Ok();
  return CheckPart(text.substr(colon + 1), text);
}

}  // namespace slipway::config
