#include "plugins/landlock/rights.h"

namespace slipway::landlock {
namespace {

struct Extension {
  int abi;
  const char* linux;  // the first that has the ABI
  const char* words;
  Restricted restricts;
};

constexpr uint64_t kBoth = 3;  // of two bits

// What came after the first ABI of Linux 5.13. Moving files to another folder (refer) is not among
// them: before ABI 2 it is always refused.
constexpr Extension kExtensions[] = {
    {3, "6.2", "truncate", {.files = Bit(Right::kTruncate)}},
    {4, "6.7", "TCP ports", {.tcp = kBoth}},
    {5, "6.10", "ioctl_dev", {.files = Bit(Right::kIoctlDev)}},
    {6, "6.12", "abstract unix sockets and signals", {.scope = kBoth}},
};
constexpr const char* kFirstLinux = "5.13";
constexpr int kAbiOfRefer = 2;

bool Wants(const Restricted& wanted, const Extension& extension) {
  const Restricted& of = extension.restricts;
  return (wanted.files & of.files) != 0 || (wanted.tcp & of.tcp) != 0 ||
         (wanted.scope & of.scope) != 0;
}

}  // namespace

uint64_t AllFilesBut(const std::vector<Right>& unrestricted) {
  uint64_t rights = (Bit(Right::kIoctlDev) << 1) - 1;
  for (const Right right : unrestricted) rights &= ~Bit(right);
  return rights;
}

Restricted Possible(const Restricted& wanted, int abi) {
  Restricted possible = wanted;
  if (abi < kAbiOfRefer) possible.files &= ~Bit(Right::kRefer);
  for (const Extension& extension : kExtensions) {
    if (abi >= extension.abi) continue;
    possible.files &= ~extension.restricts.files;
    possible.tcp &= ~extension.restricts.tcp;
    possible.scope &= ~extension.restricts.scope;
  }
  return possible;
}

std::string Lacking(const Restricted& wanted, int abi) {
  std::string words;
  for (const Extension& extension : kExtensions) {
    if (abi >= extension.abi || !Wants(wanted, extension)) continue;
    words += (words.empty() ? "" : ", ") + std::string(extension.words);
  }
  return words;
}

const char* LinuxFor(const Restricted& wanted) {
  const char* linux = kFirstLinux;
  for (const Extension& extension : kExtensions) {
    if (Wants(wanted, extension)) linux = extension.linux;
  }
  return linux;
}

}  // namespace slipway::landlock
