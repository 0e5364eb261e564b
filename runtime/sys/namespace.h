// Namespaces by their files, ioctl_ns(2): /proc/PID/ns/net and what is bound to others like it.

#ifndef SLIPWAY_RUNTIME_SYS_NAMESPACE_H_
#define SLIPWAY_RUNTIME_SYS_NAMESPACE_H_

#include <sched.h>
#include <sys/types.h>

#include <cstdint>

#include "runtime/sdk/result.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080  // since Linux 5.6, but not in older C libraries
#endif

namespace slipway::sys {

// As in /proc/PID/ns: "net" for CLONE_NEWNET; "" for what is no namespace's flag, or several.
const char* NamespaceName(uint64_t flag);

// Which namespace a file is of: two that are the same have the same file.
struct NamespaceId {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const NamespaceId&) const = default;
};

// The inode of the machine's own user namespace: PROC_USER_INIT_INO of the kernel's proc_ns.h.
inline constexpr ino_t kFirstUserNamespace = 0xEFFFFFFD;

Result<NamespaceId> IdentifyNamespace(int file);

// This process's own, by its flag.
Result<NamespaceId> OwnNamespace(uint64_t flag);

// Are its children born in its own pid namespace, and not in another that was joined for them?
// pid_namespaces(7). True also where there is no procfs to tell.
bool HasChildrenInItsPidNamespace();

// Its CLONE_NEW*. ENOTTY: the file is no namespace's.
Result<uint64_t> NamespaceKind(int file);

// Does the user namespace `user`, or one inside it, own the namespace? False also where this
// process may not know: it owns nothing that is further out than this process is.
bool IsOwnedBy(int file, const NamespaceId& user);

// This process, which has entered its user namespace, is `user` and `group` of it from now on, and
// in no other group, as far as it may leave them; user_namespaces(7). It must not stay who it was
// outside, who may own files there.
Status Become(uint32_t user, uint32_t group);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_NAMESPACE_H_
