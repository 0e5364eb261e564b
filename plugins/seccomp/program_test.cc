// Programs, run as the kernel would.

#include "plugins/seccomp/program.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "plugins/seccomp/rule_text.h"

namespace seccomp {
namespace {

constexpr uint32_t kErrno = SECCOMP_RET_ERRNO | EPERM;
constexpr uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

// The part of classic BPF that a filter may hold; bpf(2), seccomp(2).
uint32_t Execute(const Program& program, const seccomp_data& data) {
  uint32_t a = 0;
  for (size_t at = 0; at < program.size();) {
    const sock_filter& step = program[at++];
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, reinterpret_cast<const char*>(&data) + step.k, sizeof(a));
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= step.k;
        break;
      case BPF_RET | BPF_K:
        return step.k;
      case BPF_JMP | BPF_JA:
        at += step.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += a == step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        at += a > step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += a >= step.k ? step.jt : step.jf;
        break;
      default:
        ADD_FAILURE() << "an instruction that no filter has: " << step.code;
        return 0;
    }
  }
  ADD_FAILURE() << "runs over the end";
  return 0;
}

// What a rule means, without a program.
bool Holds(const Condition& condition, uint64_t argument, bool wide) {
  const uint64_t all = wide ? ~uint64_t{0} : 0xffffffff;
  const uint64_t is = argument & condition.mask & all;
  const uint64_t value = condition.value & all;
  switch (condition.op) {
    case Op::kEqual:
      return is == value;
    case Op::kNotEqual:
      return is != value;
    case Op::kLess:
      return is < value;
    case Op::kLessOrEqual:
      return is <= value;
    case Op::kGreater:
      return is > value;
    case Op::kGreaterOrEqual:
      return is >= value;
  }
  return false;
}

uint32_t Meant(const Policy& policy, const std::string& call, const uint64_t* arguments,
               bool wide) {
  const auto rules = policy.calls.find(call);
  if (rules == policy.calls.end()) return policy.otherwise;
  for (const Rule& rule : rules->second) {
    bool holds = true;
    for (const Condition& condition : rule.conditions) {
      holds = holds && Holds(condition, arguments[condition.argument], wide);
    }
    if (holds) return rule.action;
  }
  return policy.otherwise;
}

Architecture Native() {
  return {
      AUDIT_ARCH_X86_64, true, 0, true, {{"read", 0}, {"write", 1}, {"open", 2}, {"ioctl", 16}}};
}
Architecture X32() { return {AUDIT_ARCH_X86_64, true, 0x40000000, true, {{"read", 0x40000000}}}; }
Architecture I386() { return {AUDIT_ARCH_I386, false, 0, true, {{"read", 3}, {"ioctl", 54}}}; }

Policy Reads(const std::string& list) {
  Policy policy;
  policy.otherwise = kErrno;
  policy.unknown = kUnknown;
  EXPECT_TRUE(ReadList(list, 0, policy).ok());
  return policy;
}

uint32_t Ask(const Program& program, uint32_t number, uint32_t audit = AUDIT_ARCH_X86_64,
             uint64_t first = 0) {
  return Execute(program, {static_cast<int>(number), audit, 0, {first, 0, 0, 0, 0, 0}});
}

TEST(Program, DecidesByNumberAndArchitecture) {
  const Program program = Compile(Reads("allow:\n read open\n"), {Native(), X32(), I386()});
  EXPECT_EQ(Ask(program, 0), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Ask(program, 1), kErrno);
  EXPECT_EQ(Ask(program, 2), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Ask(program, 3), kUnknown);
  EXPECT_EQ(Ask(program, 16), kErrno);
  EXPECT_EQ(Ask(program, 0x3fffffff), kUnknown);
  EXPECT_EQ(Ask(program, 0x40000000), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Ask(program, 0x40000001), kUnknown);
  EXPECT_EQ(Ask(program, 0xffffffff), kUnknown);
  EXPECT_EQ(Ask(program, 3, AUDIT_ARCH_I386), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Ask(program, 0, AUDIT_ARCH_I386), kUnknown);
  EXPECT_EQ(Ask(program, 0, AUDIT_ARCH_AARCH64), SECCOMP_RET_KILL_PROCESS);
}

TEST(Program, AnArchitectureThatIsNotUsedEndsTheProcess) {
  Architecture x32 = X32();
  x32.in_use = false;
  const Program program = Compile(Reads("allow:\n read\n"), {Native(), x32});
  EXPECT_EQ(Ask(program, 0), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Ask(program, 0x40000000), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(Ask(program, 0xfffffffe), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(Ask(program, 0xffffffff), kUnknown);
  EXPECT_EQ(Ask(program, 3, AUDIT_ARCH_I386), SECCOMP_RET_KILL_PROCESS);
}

TEST(Program, WhatIsNewerThanTheRulesMayBeUnknown) {
  Policy policy = Reads("allow:\n read open\n");
  policy.newer_is_unknown = true;
  const Program program = Compile(policy, {Native()});
  EXPECT_EQ(Ask(program, 1), kErrno);
  EXPECT_EQ(Ask(program, 16), kUnknown);
}

// As a rule without conditions behind one that decides the same.
TEST(Program, WhatMakesNoDifferenceIsLeftOut) {
  const Program program =
      Compile(Reads("allow:\n read(arg0 == 1) read\n write(arg0 < 0)\n"), {Native()});
  EXPECT_EQ(Ask(program, 0), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Ask(program, 0, AUDIT_ARCH_X86_64, 1), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Ask(program, 1), kErrno);
}

// Rules by chance, and arguments near to what they ask for.
class ByChance {
 public:
  explicit ByChance(unsigned seed) : random_(seed) {}

  Policy MakePolicy(size_t calls) {
    Policy policy;
    policy.otherwise = kErrno;
    policy.unknown = kUnknown;
    for (size_t i = 0; i < calls; ++i) {
      for (size_t rules = Below(4); rules > 0; --rules) {
        Rule rule{{}, SECCOMP_RET_ERRNO | static_cast<uint32_t>(1 + Below(5))};
        for (size_t more = Below(3); more > 0; --more) {
          const uint64_t mask = Below(2) == 0 ? ~uint64_t{0} : Value() | Value();
          rule.conditions.push_back(
              {static_cast<uint32_t>(Below(3)), static_cast<Op>(Below(6)), Value(), mask});
        }
        policy.Add("call" + std::to_string(i), rule);
      }
    }
    return policy;
  }

  uint64_t Value() {
    constexpr uint64_t kValues[] = {0,           1,           2,           0xffffffff,
                                    0x100000000, 0x100000001, 0x200000000, 0xffffffffffffffff};
    return kValues[Below(8)];
  }

 private:
  size_t Below(size_t end) { return random_() % end; }

  std::mt19937 random_;
};

TEST(Program, DoesWhatTheRulesMean) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    ByChance chance(seed);
    constexpr size_t kCalls = 60;
    const Policy policy = chance.MakePolicy(kCalls);
    std::vector<std::string> names;
    for (size_t i = 0; i < kCalls; ++i) names.push_back("call" + std::to_string(i));
    Architecture wide{AUDIT_ARCH_X86_64, true, 0, true, {}};
    Architecture narrow{AUDIT_ARCH_I386, false, 0, true, {}};
    for (uint32_t i = 0; i < kCalls; ++i) {
      wide.calls.emplace_back(names[i], i);
      narrow.calls.emplace_back(names[i], i);
    }
    const Program program = Compile(policy, {wide, narrow});
    ASSERT_LE(program.size(), static_cast<size_t>(BPF_MAXINSNS));
    for (uint32_t i = 0; i < kCalls; ++i) {
      for (int round = 0; round < 40; ++round) {
        const uint64_t given[] = {chance.Value(), chance.Value(), chance.Value()};
        for (const Architecture& one : {wide, narrow}) {
          const uint64_t all = one.wide ? ~uint64_t{0} : 0xffffffff;
          const seccomp_data data{static_cast<int>(i),
                                  one.audit,
                                  0,
                                  {given[0] & all, given[1] & all, given[2] & all, 0, 0, 0}};
          ASSERT_EQ(Execute(program, data), Meant(policy, names[i], given, one.wide)) << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace seccomp
