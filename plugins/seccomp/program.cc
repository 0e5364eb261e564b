#include "plugins/seccomp/program.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

namespace seccomp {
namespace {

constexpr uint32_t kNoCall = 0xffffffff;  // a tracer's, to skip one; it stands for none anywhere

// A place in a program that is written from its end: how many instructions there are from it on.
using Label = size_t;

// Writes a program from its end, so that each jump knows where it leads: always onwards.
class Writer {
 public:
  Label Return(uint32_t action) {
    const auto [at, is_new] = returns_.try_emplace(action, 0);
    if (is_new || !Reaches(at->second)) at->second = Put(BPF_RET | BPF_K, action);
    return at->second;
  }

  // Goes on at `next`.
  Label Load(uint32_t offset, uint32_t mask, Label next) {
    if (next != instructions_.size()) StepTo(next);
    if (mask != ~uint32_t{0}) Put(BPF_ALU | BPF_AND | BPF_K, mask);
    return Put(BPF_LD | BPF_W | BPF_ABS, offset);
  }

  // code: BPF_JEQ, BPF_JGT or BPF_JGE.
  Label Jump(uint16_t code, uint32_t value, Label yes, Label no) {
    if (yes == no) return yes;
    // The first step may push the other out of reach.
    if (!Reaches(yes, 1)) yes = StepTo(yes);
    if (!Reaches(no)) no = StepTo(no);
    const auto far = [&](Label to) { return static_cast<uint8_t>(instructions_.size() - to); };
    instructions_.push_back(
        {static_cast<uint16_t>(BPF_JMP | code | BPF_K), far(yes), far(no), value});
    return instructions_.size();
  }

  Program Finish() {
    std::reverse(instructions_.begin(), instructions_.end());
    return std::move(instructions_);
  }

 private:
  // Of the next instruction but `more`.
  bool Reaches(Label to, size_t more = 0) const { return instructions_.size() + more - to <= 255; }

  Label StepTo(Label to) {
    const sock_filter target = instructions_[to - 1];
    if (target.code == (BPF_RET | BPF_K)) return Put(target.code, target.k);
    return Put(BPF_JMP | BPF_JA, static_cast<uint32_t>(instructions_.size() - to));
  }

  Label Put(int code, uint32_t value) {
    instructions_.push_back({static_cast<uint16_t>(code), 0, 0, value});
    return instructions_.size();
  }

  Program instructions_;  // the last one first
  std::map<uint32_t, Label> returns_;
};

uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }

// Where an argument's lower half lies, on the little-endian machines that there are.
uint32_t OffsetOf(uint32_t argument) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args)) + 8 * argument;
}

// What is not one of =, > and >= is the contrary of one.
uint16_t PlainOp(Op op, Label& yes, Label& no) {
  switch (op) {
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessOrEqual:
      std::swap(yes, no);
      break;
    default:
      break;
  }
  if (op == Op::kEqual || op == Op::kNotEqual) return BPF_JEQ;
  return op == Op::kGreater || op == Op::kLessOrEqual ? BPF_JGT : BPF_JGE;
}

Label Test(Writer& writer, Condition condition, bool wide, Label yes, Label no) {
  if (!wide) {
    condition.mask = Low(condition.mask);
    condition.value = Low(condition.value);
  }
  const uint16_t op = PlainOp(condition.op, yes, no);
  const uint32_t offset = OffsetOf(condition.argument);
  const uint32_t high = High(condition.value);
  if (yes == no) return yes;
  if (High(condition.mask) == 0 && high != 0) return no;
  Label test = writer.Jump(op, Low(condition.value), yes, no);
  test = writer.Load(offset, Low(condition.mask), test);
  if (High(condition.mask) == 0) return test;
  test = writer.Jump(BPF_JEQ, high, test, no);
  if (op != BPF_JEQ) test = writer.Jump(BPF_JGT, high, yes, test);
  return writer.Load(offset + 4, High(condition.mask), test);
}

// What becomes of a call, and how wide its arguments are.
struct Decision {
  Rules rules;
  uint32_t otherwise = 0;
  bool wide = true;

  bool operator==(const Decision&) const = default;
};

Label Decide(Writer& writer, const Decision& decision) {
  Label next = writer.Return(decision.otherwise);
  for (auto rule = decision.rules.rbegin(); rule != decision.rules.rend(); ++rule) {
    Label step = writer.Return(rule->action);
    for (auto it = rule->conditions.rbegin(); it != rule->conditions.rend(); ++it) {
      step = Test(writer, *it, decision.wide, step, next);
    }
    next = step;
  }
  return next;
}

struct Range {
  uint32_t first = 0;
  Decision decision;
};

// Adds what holds from `first` on; what held before ends there.
void Append(std::vector<Range>& ranges, uint32_t first, Decision decision) {
  if (!ranges.empty() && ranges.back().first == first) ranges.pop_back();
  if (ranges.empty() || ranges.back().decision != decision) {
    ranges.push_back({first, std::move(decision)});
  }
}

Decision Constant(uint32_t action) { return {.rules = {}, .otherwise = action, .wide = true}; }

Decision DecisionOf(const Policy& policy, std::string_view call, bool wide) {
  const auto rules = policy.calls.find(call);
  if (rules == policy.calls.end()) return Constant(policy.otherwise);
  const bool plain = rules->second.front().conditions.empty();
  if (plain) return Constant(rules->second.front().action);
  return {.rules = rules->second, .otherwise = policy.otherwise, .wide = wide};
}

void AppendCalls(std::vector<Range>& ranges, const Policy& policy,
                 const Architecture& architecture) {
  if (!architecture.in_use) {
    return Append(ranges, architecture.first, Constant(SECCOMP_RET_KILL_PROCESS));
  }
  std::vector<std::pair<uint32_t, std::string_view>> calls;
  uint32_t last = 0;
  for (const auto& [name, number] : architecture.calls) {
    calls.emplace_back(number, name);
    if (policy.calls.contains(name)) last = std::max(last, number);
  }
  std::sort(calls.begin(), calls.end());
  Append(ranges, architecture.first, Constant(policy.unknown));
  for (const auto& [number, name] : calls) {
    if (policy.newer_is_unknown && last != 0 && number > last) break;
    Append(ranges, number, DecisionOf(policy, name, architecture.wide));
    Append(ranges, number + 1, Constant(policy.unknown));
  }
}

// The tree over ranges [begin, end).
Label Choose(Writer& writer, const std::vector<Range>& ranges, size_t begin, size_t end) {
  if (end - begin == 1) return Decide(writer, ranges[begin].decision);
  const size_t middle = (begin + end) / 2;
  const Label right = Choose(writer, ranges, middle, end);
  const Label left = Choose(writer, ranges, begin, middle);
  return writer.Jump(BPF_JGE, ranges[middle].first, right, left);
}

}  // namespace

Program Compile(const Policy& policy, const std::vector<Architecture>& architectures) {
  std::map<uint32_t, std::vector<Range>> audits;
  for (const Architecture& architecture : architectures) {
    AppendCalls(audits[architecture.audit], policy, architecture);
  }
  Writer writer;
  std::vector<std::pair<uint32_t, Label>> trees;
  for (auto& [audit, ranges] : audits) {
    Append(ranges, kNoCall, Constant(policy.unknown));
    const Label tree = Choose(writer, ranges, 0, ranges.size());
    trees.emplace_back(audit, writer.Load(offsetof(seccomp_data, nr), ~uint32_t{0}, tree));
  }
  Label next = writer.Return(SECCOMP_RET_KILL_PROCESS);
  for (const auto& [audit, tree] : trees) next = writer.Jump(BPF_JEQ, audit, tree, next);
  writer.Load(offsetof(seccomp_data, arch), ~uint32_t{0}, next);
  return writer.Finish();
}

}  // namespace seccomp
