// Writes, for the build, what a start must not spend time on: the numbers of all calls, and the
// program of the default list.
//
//   list_tool DEFAULT_LIST NEWER_CALLS >generated.inc

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "plugins/seccomp/program.h"
#include "plugins/seccomp/rule_text.h"

namespace seccomp {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;
constexpr int kMostNumbers = 1024;
constexpr int kArmPrivate = 0x0f0000;  // __ARM_NR_BASE of asm/unistd.h

struct Kind {
  const char* oci;     // as the OCI runtime specification names it
  const char* docker;  // as Go does
  uint32_t libseccomp;
  uint32_t audit;
  bool wide;
  uint32_t first;
};

// The architectures of one kernel's, its own first.
struct Family {
  const char* macro;  // of the compiler
  std::vector<Kind> kinds;
};

using Calls = std::map<std::string, uint32_t>;

const std::vector<Family>& Families() {
  static const std::vector<Family> families = {
      {"__x86_64__",
       {{"SCMP_ARCH_X86_64", "amd64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, true, 0},
        {"SCMP_ARCH_X32", "x32", SCMP_ARCH_X32, AUDIT_ARCH_X86_64, true, kX32Bit},
        {"SCMP_ARCH_X86", "x86", SCMP_ARCH_X86, AUDIT_ARCH_I386, false, 0}}},
      {"__aarch64__",
       {{"SCMP_ARCH_AARCH64", "arm64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, true, 0},
        {"SCMP_ARCH_ARM", "arm", SCMP_ARCH_ARM, AUDIT_ARCH_ARM, false, 0}}}};
  return families;
}

std::string Text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void AddRange(const Kind& kind, int first, int count, Calls& calls) {
  for (int number = first; number < first + count; ++number) {
    char* name = seccomp_syscall_resolve_num_arch(kind.libseccomp, number);
    if (name == nullptr) continue;
    calls.emplace(name, static_cast<uint32_t>(number));
    free(name);
  }
}

Calls CallsOf(const Kind& kind, const std::string& newer) {
  Calls calls;
  AddRange(kind, static_cast<int>(kind.first), kMostNumbers, calls);
  if (kind.audit == AUDIT_ARCH_ARM) AddRange(kind, kArmPrivate, 16, calls);
  std::istringstream lines(newer);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    uint32_t number = 0;
    if (line.starts_with('#') || !(words >> name >> number)) continue;
    calls.emplace(name, number + kind.first);
  }
  return calls;
}

void WriteTable(const Family& family, const std::vector<Calls>& all) {
  std::set<std::string> names;
  for (const Calls& calls : all) {
    for (const auto& [name, number] : calls) names.insert(name);
  }
  printf("constexpr char kNames[] =\n");
  for (const std::string& name : names) printf("    \"%s\\0\"\n", name.c_str());
  printf("    ;\n\n// Where each begins.\nconstexpr uint16_t kNameAt[] = {");
  size_t at = 0;
  for (const std::string& name : names) {
    printf("%zu, ", at);
    at += name.size() + 1;
  }
  printf("};\n\nconstexpr uint32_t kNone = 0xffffffff;\n\n");
  printf(
      "// In the order of kNames, for each of kKinds.\nconstexpr uint32_t kNumbers[%zu][%zu] = {\n",
      all.size(), names.size());
  for (const Calls& calls : all) {
    printf("    {");
    for (const std::string& name : names) {
      const auto call = calls.find(name);
      printf("%s, ", call == calls.end() ? "kNone" : std::to_string(call->second).c_str());
    }
    printf("},\n");
  }
  printf("};\n\nconstexpr Kind kKinds[] = {\n");
  for (const Kind& kind : family.kinds) {
    printf("    {\"%s\", \"%s\", 0x%x, %s, 0x%x},\n", kind.oci, kind.docker, kind.audit,
           kind.wide ? "true" : "false", kind.first);
  }
  printf("};\n\n");
}

void WriteProgram(const char* name, const Program& program) {
  printf("constexpr sock_filter %s[] = {\n", name);
  for (const sock_filter& step : program) {
    printf("    {0x%x, %u, %u, 0x%x},\n", step.code, step.jt, step.jf, step.k);
  }
  printf("};\n");
}

// TIOCSTI, TIOCLINUX and TIOCSETD fail, and nothing else.
Policy TerminalPolicy() {
  Policy policy;
  policy.otherwise = SECCOMP_RET_ALLOW;
  policy.unknown = SECCOMP_RET_ALLOW;
  for (const uint64_t request : {TIOCSTI, TIOCLINUX, TIOCSETD}) {
    policy.Add("ioctl", {{{1, Op::kEqual, request, 0xffffffff}}, SECCOMP_RET_ERRNO | EPERM});
  }
  return policy;
}

// A name that no architecture has is a slip of the pen.
bool AllAreKnown(const Policy& policy, const std::set<std::string>& known) {
  bool all = true;
  for (const auto& [name, rules] : policy.calls) {
    if (known.contains(name)) continue;
    fprintf(stderr, "list_tool: no such call: %s\n", name.c_str());
    all = false;
  }
  return all;
}

int Main(const std::string& list, const std::string& newer) {
  Policy policy{
      .calls = {}, .otherwise = SECCOMP_RET_ERRNO | EPERM, .unknown = SECCOMP_RET_ERRNO | ENOSYS};
  const auto read = ReadList(list, 0, policy);
  if (!read.ok()) {
    fprintf(stderr, "list_tool: %s\n", read.error().ToString().c_str());
    return 1;
  }
  std::set<std::string> known;
  for (const Family& family : Families()) {
    std::vector<Calls> all;
    std::vector<Architecture> architectures;
    for (const Kind& kind : family.kinds) {
      all.push_back(CallsOf(kind, newer));
      for (const auto& [name, number] : all.back()) known.insert(name);
    }
    for (size_t i = 0; i < all.size(); ++i) {
      const Kind& kind = family.kinds[i];
      architectures.push_back(
          {kind.audit, kind.wide, kind.first, true, {all[i].begin(), all[i].end()}});
    }
    printf("#ifdef %s\n\n", family.macro);
    WriteTable(family, all);
    WriteProgram("kDefaultProgram", Compile(policy, architectures));
    WriteProgram("kTerminalProgram", Compile(TerminalPolicy(), architectures));
    printf("\n#endif  // %s\n\n", family.macro);
  }
  printf("constexpr char kDefaultList[] = R\"list(%s)list\";\n", list.c_str());
  return AllAreKnown(policy, known) ? 0 : 1;
}

}  // namespace
}  // namespace seccomp

int main(int count, char** words) {
  if (count != 3) return 2;
  return seccomp::Main(seccomp::Text(words[1]), seccomp::Text(words[2]));
}
