#include "runtime/sys/capability_name.h"

#include <algorithm>

namespace slipway::sys {
namespace {

// By number; one text, so that nothing has to be relocated when the program starts.
constexpr std::string_view kNames =
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
    "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO "
    "SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME "
    "SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG "
    "WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE";

}  // namespace

std::string CapabilityNames(uint64_t set) {
  std::string names;
  std::string_view left = kNames;
  for (int number = 0; number < 64; ++number) {
    const std::string_view name = left.substr(0, left.find(' '));
    left.remove_prefix(name.size() == left.size() ? name.size() : name.size() + 1);
    if ((set >> number & 1) == 0) continue;
    if (!names.empty()) names += ", ";
    names += name.empty() ? "capability " + std::to_string(number) : "CAP_" + std::string(name);
  }
  return names;
}

std::optional<int> CapabilityNamed(std::string_view text) {
  std::string wanted;
  for (const char c : text) wanted += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (wanted.starts_with("CAP_")) wanted.erase(0, 4);
  std::string_view left = kNames;
  for (int number = 0; !left.empty(); ++number) {
    const std::string_view name = left.substr(0, left.find(' '));
    if (name == wanted) return number;
    left.remove_prefix(std::min(name.size() + 1, left.size()));
  }
  return std::nullopt;
}

}  // namespace slipway::sys
