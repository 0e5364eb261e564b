#include "runtime/config/option_names.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "runtime/config/rows.h"
#include "runtime/sdk/option_at.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

// More names than these are no help in one line.
constexpr uint32_t kMaxNames = 12;

// "Memory_Max" and "memory-max" are both "memory.max".
std::string Plain(std::string_view name) {
  std::string plain = text::PlainName(name);
  std::replace(plain.begin(), plain.end(), '-', '.');
  return plain;
}

const slipway_option* FindPlain(std::string_view name, const slipway_option* table,
                                uint32_t count) {
  const std::string plain = Plain(name);
  for (uint32_t i = 0; i < count; ++i) {
    const slipway_option& row = OptionAt(table, i);
    if (Plain(row.name) == plain) return &row;
  }
  return nullptr;
}

// `pids: {max: 20}` and `memory: {swap: {max: 0}}`: maps in place of the dots of one name.
const slipway_option* FindNested(const std::string& name, const Node& value,
                                 const slipway_option* table, uint32_t count) {
  if (!value.is_map()) return nullptr;
  for (size_t i = 0; i < value.keys.size(); ++i) {
    const std::string whole = name + "." + value.keys[i].text;
    if (const slipway_option* found = FindPlain(whole, table, count)) return found;
    if (const slipway_option* found = FindNested(whole, value.items[i], table, count)) return found;
  }
  return nullptr;
}

// The names that begin with `name` and a dot.
std::vector<std::string_view> Below(std::string_view name, const slipway_option* table,
                                    uint32_t count) {
  const std::string prefix = Plain(name) + ".";
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < count; ++i) {
    const char* row = OptionAt(table, i).name;
    if (Plain(row).starts_with(prefix)) names.emplace_back(row);
  }
  return names;
}

std::string DidYouMean(std::string_view name) {
  return "did you mean \"" + std::string(name) + "\"?";
}

}  // namespace

OptionGuess GuessOption(std::string_view name, const Node& value, const slipway_option* table,
                        uint32_t count, std::string_view stage) {
  if (const slipway_option* found = FindPlain(name, table, count)) {
    return {found, DidYouMean(found->name)};
  }
  if (const slipway_option* found = FindNested(std::string(name), value, table, count)) {
    return {found, DidYouMean(found->name)};
  }
  if (const std::vector<std::string_view> below = Below(name, table, count); !below.empty()) {
    if (below.size() == 1) return {nullptr, DidYouMean(below[0])};
    return {nullptr, "write the whole name: one of " + text::JoinNames(below)};
  }
  const std::vector<std::string_view> names = RowNames(table, count);
  if (const std::string_view nearest = text::Nearest(name, names); !nearest.empty()) {
    return {FindPlain(nearest, table, count), DidYouMean(nearest)};
  }
  if (count > kMaxNames) {
    std::string hint = "see runtime describe ";
    return {nullptr, hint.append(stage).append(" for its options")};
  }
  return {nullptr, text::NearestHint(name, names, "it has none")};
}

}  // namespace slipway::config
