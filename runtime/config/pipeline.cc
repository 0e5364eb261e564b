#include "runtime/config/pipeline.h"

#include <algorithm>
#include <charconv>

namespace slipway::config {
namespace {

// Takes `name`, and the dot behind it, off the front of the path: "binds" of "binds[0].source".
bool TakeName(std::string_view name, std::string_view& path) {
  if (!path.starts_with(name)) return false;
  std::string_view rest = path.substr(name.size());
  if (!rest.empty() && rest[0] != '.' && rest[0] != '[') return false;
  if (rest.starts_with('.')) rest.remove_prefix(1);
  path = rest;
  return true;
}

// The item of the list that the front of the path names: "[0]"; nullptr when there is none.
const Node* TakeItem(const Node& list, std::string_view& path) {
  const size_t end = path.find(']');
  if (!list.is_list() || !path.starts_with('[') || end == std::string_view::npos) return nullptr;
  size_t index = 0;
  const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + end, index);
  if (error != std::errc() || stop != path.data() + end || index >= list.items.size()) {
    return nullptr;
  }
  path.remove_prefix(end + 1);
  if (path.starts_with('.')) path.remove_prefix(1);
  return &list.items[index];
}

// The value below a key of the map; of two keys that fit, "pids" and "pids.max", the longer one's.
const Node* TakeValue(const Node& map, std::string_view& path) {
  const Node* value = nullptr;
  std::string_view rest = path;
  for (size_t i = 0; i < map.keys.size(); ++i) {
    std::string_view tail = path;
    if (!TakeName(map.keys[i].text, tail)) continue;
    if (value != nullptr && tail.size() >= rest.size()) continue;
    value = &map.items[i];
    rest = tail;
  }
  path = rest;
  return value;
}

}  // namespace

std::string StageEntry::Locate(std::string_view option) const {
  const Given* found = nullptr;
  std::string_view rest;
  for (const Given& candidate : given) {
    std::string_view tail = option;
    if (!TakeName(candidate.name, tail)) continue;
    if (found != nullptr && tail.size() >= rest.size()) continue;
    found = &candidate;
    rest = tail;
  }
  if (found == nullptr) return where;
  const Node* node = found->value;
  const Source* source = found->source;
  while (node != nullptr) {
    if (node->source != nullptr) source = node->source;
    const Node* const next = rest.empty()     ? nullptr
                             : rest[0] == '[' ? TakeItem(*node, rest)
                                              : TakeValue(*node, rest);
    if (next == nullptr) break;
    node = next;
  }
  return source->At(node->place);
}

bool Provides(const slipway_stage& stage, std::string_view name, std::string_view token) {
  if (name == token) return true;
  const char* const* provided = stage.provides;
  for (; provided != nullptr && *provided != nullptr; ++provided) {
    if (*provided == token) return true;
  }
  return false;
}

bool Provides(const StageEntry& stage, std::string_view token) {
  return stage.descriptor != nullptr && Provides(*stage.descriptor, stage.name, token);
}

const char* CommonToken(const Step& step) {
  const slipway_stage* const first = step.alternatives.front().descriptor;
  const char* const* token = first != nullptr ? first->provides : nullptr;
  for (; token != nullptr && *token != nullptr; ++token) {
    const bool all = std::all_of(step.alternatives.begin(), step.alternatives.end(),
                                 [&](const StageEntry& entry) { return Provides(entry, *token); });
    if (all) return *token;
  }
  return nullptr;
}

Status CheckTaken(const Step& step, std::optional<size_t> taken) {
  if (!taken) {
    if (step.set_by.empty()) return Ok();
    return Error("no stage of first-of was taken", {},
                 "none was, at " + step.none_where +
                     ": it would have no effect; runtime check --probe says why")
        .At(step.set_by);
  }
  const StageEntry& chosen = step.alternatives[*taken];
  for (const StageEntry& other : step.alternatives) {
    if (&other == &chosen) continue;
    for (const NamedBy& named : other.named_by) {
      const bool both =
          std::any_of(chosen.named_by.begin(), chosen.named_by.end(),
                      [&](const NamedBy& again) { return again.option == named.option; });
      if (both) continue;
      std::string hint = chosen.name + " was, at " + chosen.where;
      if (const char* token = CommonToken(step); token != nullptr) {
        hint += "; --set " + std::string(token) + "." + named.option +
                "=... reaches whichever is taken";
      }
      return Error(other.name + " was not taken", {}, hint).At(named.written);
    }
  }
  return Ok();
}

}  // namespace slipway::config
