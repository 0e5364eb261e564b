// What Landlock can restrict, and since which version of its interface: landlock(7). Each Linux has
// one ABI number, and a higher one restricts more.

#ifndef SLIPWAY_PLUGINS_LANDLOCK_RIGHTS_H_
#define SLIPWAY_PLUGINS_LANDLOCK_RIGHTS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::landlock {

// Each is the bit of LANDLOCK_ACCESS_FS_* with its number; Debian 12's header lacks the last two.
enum class Right {
  kExecute,
  kWriteFile,
  kReadFile,
  kReadDir,
  kRemoveDir,
  kRemoveFile,
  kMakeChar,
  kMakeDir,
  kMakeReg,
  kMakeSock,
  kMakeFifo,
  kMakeBlock,
  kMakeSym,
  kRefer,
  kTruncate,
  kIoctlDev
};

constexpr uint64_t Bit(Right right) { return uint64_t{1} << static_cast<unsigned>(right); }

// The sets that have a list of their own in the options.
inline constexpr uint64_t kRead = Bit(Right::kReadFile) | Bit(Right::kReadDir);
inline constexpr uint64_t kExecute = kRead | Bit(Right::kExecute);
inline constexpr uint64_t kDevices = kRead | Bit(Right::kWriteFile) | Bit(Right::kIoctlDev);
inline constexpr uint64_t kWrite =
    kRead | Bit(Right::kWriteFile) | Bit(Right::kTruncate) | Bit(Right::kRemoveDir) |
    Bit(Right::kRemoveFile) | Bit(Right::kMakeDir) | Bit(Right::kMakeReg) | Bit(Right::kMakeSock) |
    Bit(Right::kMakeFifo) | Bit(Right::kMakeSym) | Bit(Right::kRefer);

// Of a file that is no folder the kernel takes no others.
inline constexpr uint64_t kOfFiles = Bit(Right::kExecute) | Bit(Right::kWriteFile) |
                                     Bit(Right::kReadFile) | Bit(Right::kTruncate) |
                                     Bit(Right::kIoctlDev);

inline constexpr uint64_t kBindTcp = 1;     // LANDLOCK_ACCESS_NET_BIND_TCP
inline constexpr uint64_t kConnectTcp = 2;  // LANDLOCK_ACCESS_NET_CONNECT_TCP

// What is to be restricted, as the kernel's struct landlock_ruleset_attr has it.
struct Restricted {
  uint64_t files = 0;
  uint64_t tcp = 0;
  uint64_t scope = 0;

  bool operator==(const Restricted&) const = default;
};

// All rights to files but those.
uint64_t AllFilesBut(const std::vector<Right>& unrestricted);

// Of `wanted`, what a kernel with this ABI restricts.
Restricted Possible(const Restricted& wanted, int abi);

// Of `wanted`, what a kernel with this ABI does not restrict, in words; empty: it restricts all.
std::string Lacking(const Restricted& wanted, int abi);

// The Linux that is the first to restrict all of it, such as "6.10".
const char* LinuxFor(const Restricted& wanted);

}  // namespace slipway::landlock

#endif  // SLIPWAY_PLUGINS_LANDLOCK_RIGHTS_H_
