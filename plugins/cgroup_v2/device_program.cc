// bpf(2), Documentation/bpf/standardization/instruction-set.rst, Documentation/admin-guide/
// cgroup-v2.rst ("Device controller").

#include "plugins/cgroup_v2/device_program.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "plugins/cgroup/devices.h"

namespace slipway::cgroup_v2 {
namespace {

using cgroup::DeviceType;

// Where the program keeps what it is asked.
constexpr uint8_t kContext = BPF_REG_1;
constexpr uint8_t kType = BPF_REG_2;
constexpr uint8_t kAccess = BPF_REG_3;
constexpr uint8_t kMajor = BPF_REG_4;
constexpr uint8_t kMinor = BPF_REG_5;
constexpr uint8_t kScratch = BPF_REG_6;

constexpr int32_t kAllAccess = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;

constexpr bpf_insn Instruction(uint8_t code, uint8_t target, uint8_t source, int16_t offset,
                               int32_t value) {
  bpf_insn instruction{};
  instruction.code = code;
  instruction.dst_reg = target & 0xF;
  instruction.src_reg = source & 0xF;
  instruction.off = offset;
  instruction.imm = value;
  return instruction;
}

bpf_insn Load(uint8_t target, size_t offset) {
  return Instruction(BPF_LDX | BPF_MEM | BPF_W, target, kContext, static_cast<int16_t>(offset), 0);
}

bpf_insn Copy(uint8_t target, uint8_t source) {
  return Instruction(BPF_ALU | BPF_MOV | BPF_X, target, source, 0, 0);
}

bpf_insn Compute(uint8_t operation, uint8_t target, int32_t value) {
  return Instruction(BPF_ALU | operation | BPF_K, target, 0, 0, value);
}

// To the next rule; the distance is filled in when the rule is complete.
bpf_insn SkipUnless(uint8_t target, int32_t value) {
  return Instruction(BPF_JMP | BPF_JNE | BPF_K, target, 0, 0, value);
}

bool IsSkip(const bpf_insn& instruction) { return instruction.code == (BPF_JMP | BPF_JNE | BPF_K); }

// Ends the program with 1 (allowed) or 0.
void Return(std::vector<bpf_insn>& program, int32_t value) {
  program.push_back(Compute(BPF_MOV, BPF_REG_0, value));
  program.push_back(Instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

int32_t AccessBits(std::string_view access) {
  int32_t bits = 0;
  for (char letter : access) {
    bits |= letter == 'm'   ? BPF_DEVCG_ACC_MKNOD
            : letter == 'r' ? BPF_DEVCG_ACC_READ
                            : BPF_DEVCG_ACC_WRITE;
  }
  return bits;
}

// "If all of this holds, it is allowed."
Result<std::vector<bpf_insn>> Rule(const cgroup::DeviceRule& rule) {
  ASSIGN_OR_RETURN(const cgroup::DeviceNumber number, cgroup::ParseDeviceNumber(rule.device));
  std::vector<bpf_insn> code;
  if (const DeviceType type = rule.type.value_or(DeviceType::kAll); type != DeviceType::kAll) {
    const bool block = type == DeviceType::kBlock;
    code.push_back(SkipUnless(kType, block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
  }
  if (const int32_t bits = AccessBits(rule.access); bits != kAllAccess) {
    code.push_back(Copy(kScratch, kAccess));
    code.push_back(Compute(BPF_AND, kScratch, ~bits));
    code.push_back(SkipUnless(kScratch, 0));
  }
  if (number.major) code.push_back(SkipUnless(kMajor, static_cast<int32_t>(*number.major)));
  if (number.minor) code.push_back(SkipUnless(kMinor, static_cast<int32_t>(*number.minor)));
  Return(code, 1);
  for (size_t i = 0; i < code.size(); ++i) {
    if (IsSkip(code[i])) code[i].off = static_cast<int16_t>(code.size() - i - 1);
  }
  return code;
}

long Bpf(int command, bpf_attr& attributes) {
  return syscall(SYS_bpf, command, &attributes, sizeof(attributes));
}

}  // namespace

Result<std::vector<bpf_insn>> DeviceProgram(const std::vector<cgroup::DeviceRule>& rules) {
  // access_type holds the access in its upper half and the type in its lower.
  std::vector<bpf_insn> program = {
      Load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)),
      Copy(kAccess, kType),
      Compute(BPF_AND, kType, 0xFFFF),
      Compute(BPF_RSH, kAccess, 16),
      Load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
      Load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
  };
  for (const cgroup::DeviceRule& rule : rules) {
    ASSIGN_OR_RETURN(const std::vector<bpf_insn> code, Rule(rule));
    program.insert(program.end(), code.begin(), code.end());
    // It allows everything; and the kernel refuses a program with code that nothing reaches.
    if (!IsSkip(code.front()) && code.size() == 2) return program;
  }
  Return(program, 0);
  return program;
}

Result<sys::Fd> LoadDeviceProgram(const std::vector<bpf_insn>& program) {
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.expected_attach_type = BPF_CGROUP_DEVICE;
  attributes.insns = reinterpret_cast<uintptr_t>(program.data());
  attributes.insn_cnt = static_cast<uint32_t>(program.size());
  attributes.license = reinterpret_cast<uintptr_t>("");  // it calls no helper of the kernel
  sys::Fd fd(static_cast<int>(Bpf(BPF_PROG_LOAD, attributes)));
  if (fd.valid()) return fd;
  const int saved = errno;
  const char* hint = "";
  if (saved == EPERM) hint = "needs CAP_BPF or CAP_SYS_ADMIN on the host (root)";
  // bpf(2): the system call, or this type of program, is not there.
  if (saved == ENOSYS || saved == EINVAL) {
    hint = "this kernel cannot filter devices on cgroup v2; it needs CONFIG_CGROUP_BPF";
  }
  return Error(saved, "bpf", "BPF_PROG_LOAD of devices", hint);
}

Status AttachDeviceProgram(const sys::Fd& cgroup, const sys::Fd& program) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<uint32_t>(cgroup.get());
  attributes.attach_bpf_fd = static_cast<uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  if (Bpf(BPF_PROG_ATTACH, attributes) == 0) return Ok();
  const int saved = errno;
  return Error(saved, "bpf", "BPF_PROG_ATTACH of devices",
               saved == EPERM ? "needs CAP_NET_ADMIN or CAP_SYS_ADMIN on the host, and no program "
                                "above that forbids others"
                              : "");
}

}  // namespace slipway::cgroup_v2
