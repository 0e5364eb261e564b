#include "plugins/seccomp/rule_text.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <string.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace seccomp {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;

constexpr const char* kHowToWrite =
    "write a call such as mount, or with conditions, clone(arg0 & 0x7e020000 == 0), "
    "socket(int0 == 38 and int1 == 5)";
constexpr uint32_t kArguments = 6;

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t'; }

// Cuts the next word off: up to a blank.
std::string_view TakeWord(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  size_t size = 0;
  while (size < text.size() && !IsBlank(text[size])) ++size;
  const std::string_view word = text.substr(0, size);
  text.remove_prefix(size);
  return word;
}

std::optional<uint64_t> ReadNumber(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Op> ReadOp(std::string_view text) {
  constexpr std::pair<std::string_view, Op> kOps[] = {
      {"==", Op::kEqual},       {"!=", Op::kNotEqual}, {"<", Op::kLess},
      {"<=", Op::kLessOrEqual}, {">", Op::kGreater},   {">=", Op::kGreaterOrEqual}};
  for (const auto& [word, op] : kOps) {
    if (word == text) return op;
  }
  return std::nullopt;
}

// "arg0 & 0xff == 1"; the rest begins with "and", or is empty.
std::optional<Condition> TakeCondition(std::string_view& text) {
  Condition condition;
  const std::string_view argument = TakeWord(text);
  const bool low = argument.starts_with("int");
  if ((!low && !argument.starts_with("arg")) || argument.size() != 4) return std::nullopt;
  condition.argument = static_cast<uint32_t>(argument[3] - '0');
  if (condition.argument >= kArguments) return std::nullopt;
  if (low) condition.mask = 0xffffffff;
  std::string_view word = TakeWord(text);
  if (word == "&") {
    const auto mask = ReadNumber(TakeWord(text));
    if (!mask) return std::nullopt;
    condition.mask &= *mask;
    word = TakeWord(text);
  }
  const auto op = ReadOp(word);
  const auto value = ReadNumber(TakeWord(text));
  if (!op || !value) return std::nullopt;
  condition.op = *op;
  condition.value = *value;
  return condition;
}

bool IsName(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
}

// Cuts the next call off: up to a blank outside of its conditions.
std::string_view TakeCall(std::string_view& text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  size_t size = 0;
  bool inside = false;
  while (size < text.size() && (inside || !IsBlank(text[size]))) {
    if (text[size] == '(') inside = true;
    if (text[size] == ')') inside = false;
    ++size;
  }
  const std::string_view call = text.substr(0, size);
  text.remove_prefix(size);
  return call;
}

bool ReadInto(std::string_view text, Call& call) {
  const size_t open = text.find('(');
  call.name = text.substr(0, open);
  if (!IsName(call.name)) return false;
  if (open == std::string_view::npos) return true;
  if (text.back() != ')') return false;
  std::string_view rest = text.substr(open + 1, text.size() - open - 2);
  while (true) {
    const auto condition = TakeCondition(rest);
    if (!condition) return false;
    call.conditions.push_back(*condition);
    const std::string_view word = TakeWord(rest);
    if (word.empty()) return true;
    if (word != "and") return false;
  }
}

// What stands over calls: "errno ENOSYS:", "allow with sys_admin sys_boot:".
struct Heading {
  uint32_t action = 0;
  bool holds = true;
};

std::optional<Heading> ReadHeading(std::string_view text, uint64_t capabilities) {
  text.remove_suffix(1);
  Heading heading;
  const std::string_view action = TakeWord(text);
  if (action == "errno") {
    const auto cause = ReadErrno(TakeWord(text));
    if (!cause) return std::nullopt;
    heading.action = SECCOMP_RET_ERRNO | *cause;
  } else if (action == "allow") {
    heading.action = SECCOMP_RET_ALLOW;
  } else {
    return std::nullopt;
  }
  std::string_view word = TakeWord(text);
  if (word.empty()) return heading;
  if (word != "with") return std::nullopt;
  uint64_t needed = 0;
  while (!(word = TakeWord(text)).empty()) {
    const auto bit = ReadCapability(word);
    if (!bit) return std::nullopt;
    needed |= *bit;
  }
  heading.holds = (needed & capabilities) != 0;
  return heading;
}

Status ReadCalls(std::string_view line, const Heading& heading, Policy& policy) {
  while (true) {
    const std::string_view text = TakeCall(line);
    if (text.empty()) return Ok();
    ASSIGN_OR_RETURN(Call call, ReadCall(text));
    if (heading.holds) policy.Add(call.name, {std::move(call.conditions), heading.action});
  }
}

}  // namespace

Result<Call> ReadCall(std::string_view text) {
  Call call;
  if (!ReadInto(text, call)) return Error("not a call", text, kHowToWrite);
  return call;
}

Status ReadList(std::string_view text, uint64_t capabilities, Policy& policy) {
  std::optional<Heading> heading;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t size = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    line = line.substr(0, line.find('#'));
    while (!line.empty() && IsBlank(line.back())) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::string where = "line " + std::to_string(number);
    if (line.ends_with(':')) {
      heading = ReadHeading(line, capabilities);
      if (!heading) return Error("not a heading", line, where);
      continue;
    }
    if (!heading) return Error("no heading above", line, where);
    Status read = ReadCalls(line, *heading, policy);
    if (!read.ok()) return read.error().Hint(where);
  }
  return Ok();
}

std::optional<uint32_t> ReadErrno(std::string_view text) {
  constexpr uint64_t kMost = 4095;  // MAX_ERRNO of the kernel's linux/err.h
  if (const auto number = ReadNumber(text)) {
    return *number >= 1 && *number <= kMost ? std::optional(static_cast<uint32_t>(*number))
                                            : std::nullopt;
  }
  constexpr int kNamed = 256;
  for (int cause = 1; cause < kNamed; ++cause) {
    const char* name = strerrorname_np(cause);
    if (name != nullptr && text == name) return static_cast<uint32_t>(cause);
  }
  return std::nullopt;
}

}  // namespace seccomp
