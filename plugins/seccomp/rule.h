// What a filter of system calls says, before it is a program: rules for calls by their names.

#ifndef SLIPWAY_PLUGINS_SECCOMP_RULE_H_
#define SLIPWAY_PLUGINS_SECCOMP_RULE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace seccomp {

// How an argument compares with a value, both unsigned.
enum class Op { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

// (argument & mask) OP value.
struct Condition {
  uint32_t argument = 0;  // 0 to 5
  Op op = Op::kEqual;
  uint64_t value = 0;
  uint64_t mask = ~uint64_t{0};

  bool operator==(const Condition&) const = default;
};

// What becomes of a call for which all conditions hold.
struct Rule {
  std::vector<Condition> conditions;
  uint32_t action = 0;  // SECCOMP_RET_*, with its data

  bool operator==(const Rule&) const = default;
};

// Of one call: those with conditions, in their order, then the one without, if there is one.
using Rules = std::vector<Rule>;

struct Policy {
  std::map<std::string, Rules, std::less<>> calls;
  uint32_t otherwise = 0;  // of a call that is known, and of which no rule holds
  uint32_t unknown = 0;    // of a number that stands for no call known here

  // Is every number behind those that are named unknown too? For rules that somebody wrote when
  // there were no others.
  bool newer_is_unknown = false;

  // Adds a rule, where it belongs in the call's. One without conditions takes the place of another.
  void Add(const std::string& call, Rule rule);
};

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_RULE_H_
