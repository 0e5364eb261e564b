#include "plugins/seccomp/rule.h"

#include <utility>

namespace seccomp {

void Policy::Add(const std::string& call, Rule rule) {
  Rules& rules = calls[call];
  const bool has_last = !rules.empty() && rules.back().conditions.empty();
  if (!rule.conditions.empty()) {
    rules.insert(has_last ? rules.end() - 1 : rules.end(), std::move(rule));
  } else if (has_last) {
    rules.back() = std::move(rule);
  } else {
    rules.push_back(std::move(rule));
  }
}

}  // namespace seccomp
