// Mounts by descriptor: the mount interface of Linux 5.12 and later (fsopen(2), open_tree(2),
// move_mount(2), mount_setattr(2)). Nothing is looked up by path twice, so nothing that changes
// a path in between can lead a mount astray.

#ifndef SLIPWAY_RUNTIME_SYS_MOUNT_H_
#define SLIPWAY_RUNTIME_SYS_MOUNT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

// Makes every mount of this mount namespace private: nothing reaches other namespaces, nor
// arrives from them.
Status MakeAllMountsPrivate();

// A detached copy of the mount at `path`, with the mounts below it if `recursive`.
Result<Fd> CloneTree(const std::string& path, bool recursive);

// The same of an open file or folder, perhaps with O_PATH. `path` names it in an error.
Result<Fd> CloneTree(const Fd& file, bool recursive, const std::string& path);

// Operations in errors, of which a stage knows more to say.
inline constexpr char kMakeMount[] = "make a mount of";  // fsmount(2), by NewMount and FinishMount
inline constexpr char kPivotRoot[] = "make the new root the root (pivot_root)";

// A new detached mount of a filesystem.
// options: keys and values of its mount options; one with an empty value is a flag, such as "ro".
// attributes: MOUNT_ATTR_* of mount_setattr(2).
Result<Fd> NewMount(const std::string& type,
                    const std::vector<std::pair<std::string, std::string>>& options,
                    uint64_t attributes);

// The same in two steps, fsopen(2) and the rest. context: what the first one gives.
Result<Fd> PrepareMount(const std::string& type);
Result<Fd> PrepareProcfs();
Result<Fd> FinishMount(const Fd& context, const std::string& type,
                       const std::vector<std::pair<std::string, std::string>>& options,
                       uint64_t attributes);

// Makes the mount read-only, with the mounts below it if `recursive`. `path` names it in an error.
Status SetReadonly(const Fd& mount, bool recursive, const std::string& path);

// Adds attributes, MOUNT_ATTR_* of mount_setattr(2), to the mount, and to the mounts below it if
// `recursive`. `path` names it in an error.
Status AddAttributes(const Fd& mount, uint64_t attributes, bool recursive, const std::string& path);

// Which of MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV and MOUNT_ATTR_NOEXEC the mount of `file` has.
Result<uint64_t> RestrictionsOf(const Fd& file, const std::string& path);

// ", read-only, nosuid, nodev, noexec" of MOUNT_ATTR_*, each that is there: to go on a text with.
std::string AttributesText(uint64_t attributes);

// What reaches this mount, and the mounts below it, from others: MS_PRIVATE, MS_SLAVE, MS_SHARED of
// mount_namespaces(7).
Status SetPropagation(const Fd& mount, uint64_t propagation, const std::string& path);

// Attaches a detached mount at the file or folder `target`, an O_PATH descriptor. `path` names
// the target in an error.
Status Attach(int mount, const Fd& target, const std::string& path);

// Makes the mount `root` the root of this mount namespace, detaches the old one, and goes to /.
Status PivotRoot(const Fd& root);

// chroot(2) into `root`, and goes to its /.
Status ChangeRoot(const Fd& root);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_MOUNT_H_
