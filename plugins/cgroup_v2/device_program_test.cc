// What the generated programs answer, by a small interpreter of the instructions that they use.

#include "plugins/cgroup_v2/device_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace slipway::cgroup_v2 {
namespace {

using cgroup::DeviceRule;
using cgroup::DeviceType;

constexpr uint32_t kChar = BPF_DEVCG_DEV_CHAR;
constexpr uint32_t kBlock = BPF_DEVCG_DEV_BLOCK;
constexpr uint32_t kRead = BPF_DEVCG_ACC_READ;
constexpr uint32_t kWrite = BPF_DEVCG_ACC_WRITE;
constexpr uint32_t kMknod = BPF_DEVCG_ACC_MKNOD;

uint32_t Run(const std::vector<bpf_insn>& program, const std::array<uint32_t, 3>& context) {
  std::array<uint32_t, 10> registers{};
  for (size_t at = 0; at < program.size(); ++at) {
    const bpf_insn& step = program[at];
    uint32_t& target = registers[step.dst_reg];
    const auto value = static_cast<uint32_t>(step.imm);
    switch (step.code) {
      case BPF_LDX | BPF_MEM | BPF_W:
        target = context[static_cast<size_t>(step.off) / sizeof(uint32_t)];
        break;
      case BPF_ALU | BPF_MOV | BPF_X:
        target = registers[step.src_reg];
        break;
      case BPF_ALU | BPF_MOV | BPF_K:
        target = value;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        target &= value;
        break;
      case BPF_ALU | BPF_RSH | BPF_K:
        target >>= value;
        break;
      case BPF_JMP | BPF_JNE | BPF_K:
        if (target != value) at += static_cast<size_t>(step.off);
        break;
      case BPF_JMP | BPF_EXIT:
        return registers[BPF_REG_0];
      default:
        ADD_FAILURE() << "unknown code " << int{step.code};
        return 2;
    }
  }
  ADD_FAILURE() << "ran over the end";
  return 2;
}

bool Allows(const std::vector<DeviceRule>& rules, uint32_t type, uint32_t access, uint32_t major,
            uint32_t minor) {
  const auto program = DeviceProgram(rules);
  EXPECT_TRUE(program.ok());
  return Run(*program, {type | access << 16, major, minor}) == 1;
}

TEST(DeviceProgram, AnEmptyListDeniesEverything) { EXPECT_FALSE(Allows({}, kChar, kRead, 1, 3)); }

TEST(DeviceProgram, ARuleAllowsItsDeviceAndNoOther) {
  const std::vector<DeviceRule> rules = {{DeviceType::kChar, "1:3", "rwm"},
                                         {DeviceType::kBlock, "8:1", "rwm"}};
  EXPECT_TRUE(Allows(rules, kChar, kRead | kWrite, 1, 3));
  EXPECT_TRUE(Allows(rules, kBlock, kRead, 8, 1));
  EXPECT_FALSE(Allows(rules, kBlock, kRead, 1, 3));
  EXPECT_FALSE(Allows(rules, kChar, kRead, 1, 5));
  EXPECT_FALSE(Allows(rules, kChar, kRead, 8, 1));
}

TEST(DeviceProgram, AllThatIsAskedMustBeAllowed) {
  const std::vector<DeviceRule> rules = {{DeviceType::kChar, "1:3", "rm"}};
  EXPECT_TRUE(Allows(rules, kChar, kRead, 1, 3));
  EXPECT_TRUE(Allows(rules, kChar, kMknod, 1, 3));
  EXPECT_FALSE(Allows(rules, kChar, kRead | kWrite, 1, 3));
}

TEST(DeviceProgram, StarsStandForAnyNumberAndAllForBothTypes) {
  const std::vector<DeviceRule> rules = {{DeviceType::kChar, "136:*", "rw"},
                                         {DeviceType::kAll, "*:*", "m"}};
  EXPECT_TRUE(Allows(rules, kChar, kRead, 136, 77));
  EXPECT_FALSE(Allows(rules, kBlock, kRead, 136, 77));
  EXPECT_TRUE(Allows(rules, kBlock, kMknod, 8, 0));
  EXPECT_FALSE(Allows(rules, kBlock, kMknod | kRead, 8, 0));
}

TEST(DeviceProgram, ARuleForEverythingEndsTheProgram) {
  const std::vector<DeviceRule> rules = {{DeviceType::kAll, "*:*", "rwm"},
                                         {DeviceType::kChar, "1:3", "rwm"}};
  EXPECT_TRUE(Allows(rules, kBlock, kRead | kWrite, 8, 0));
  EXPECT_EQ(DeviceProgram(rules)->size(), 8U);
}

TEST(LoadDeviceProgram, TheKernelTakesWhatIsGenerated) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  for (const std::vector<DeviceRule>& rules :
       {std::vector<DeviceRule>{},
        {{DeviceType::kChar, "1:3", "rm"}, {DeviceType::kBlock, "*:*", "rwm"}},
        {{DeviceType::kAll, "*:*", "rwm"}, {DeviceType::kChar, "1:3", "rwm"}}}) {
    const auto program = DeviceProgram(rules);
    ASSERT_TRUE(program.ok());
    const auto loaded = LoadDeviceProgram(*program);
    EXPECT_TRUE(loaded.ok()) << loaded.error().ToString();
  }
}

}  // namespace
}  // namespace slipway::cgroup_v2
