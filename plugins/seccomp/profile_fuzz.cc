// Fuzzes profiles: what is read becomes a program that the kernel could take, or an error that says
// where.

#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/seccomp/profile.h"

namespace seccomp {
namespace {

void Check(std::string_view text) {
  const auto profile = ReadProfile(text, "profile", {.capabilities = 0x5555, .kernel_major = 6});
  if (!profile.ok()) {
    if (profile.error().ToString().find("profile:") == std::string::npos) std::abort();
    return;
  }
  const Program program = Compile(profile->policy, ArchitecturesOf(*profile));
  for (size_t i = 0; i < program.size(); ++i) {
    const sock_filter& step = program[i];
    if (BPF_CLASS(step.code) == BPF_JMP) {
      const size_t far = BPF_OP(step.code) == BPF_JA ? step.k : std::max(step.jt, step.jf);
      if (i + 1 + far >= program.size()) std::abort();
    }
  }
  if (program.empty() || BPF_CLASS(program.back().code) != BPF_RET) std::abort();
}

}  // namespace
}  // namespace seccomp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  seccomp::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
