// Processes: pidfds, capabilities, names.

#ifndef SLIPWAY_RUNTIME_SYS_PROCESS_H_
#define SLIPWAY_RUNTIME_SYS_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

// pidfd_open(2).
Result<Fd> OpenPidfd(pid_t pid);

// Which process a pid means, told apart from every other that had or will have the number.
struct ProcessIdentity {
  pid_t pid = 0;
  uint64_t unique = 0;      // inode number of its pidfd, since Linux 6.9; 0 before
  uint64_t start_time = 0;  // where `unique` is 0: starttime of proc(5), ticks since boot
};

// Of a child that has not been reaped, so that its pid is still its own.
Result<ProcessIdentity> Identify(pid_t pid, const Fd& pidfd);

// A pidfd of that very process, when it has not ended; else an invalid one.
Result<Fd> FindProcess(const ProcessIdentity& identity);

// The id of this boot of the kernel, random(4); empty where it cannot be read.
std::string BootId();

// pidfd_send_signal(2). A process that has ended is no error.
Status SendSignal(const Fd& pidfd, int signal);

// Waits until the process of `pidfd` has ended; false when `timeout` went by first. Goes on after
// signals.
Result<bool> AwaitExit(const Fd& pidfd, std::chrono::milliseconds timeout);

// Waits until the process of `pidfd` has ended, however long that takes. Goes on after signals.
Status AwaitExit(const Fd& pidfd);

// Reaps a child that was killed. False: it has not ended within `patience`, as one that waits for a
// disk or a server does not, or one that is frozen. child: its own until it is reaped.
bool Reap(pid_t child, std::chrono::milliseconds patience);

// Waits until the parent of the process has waited for it too, after which StatusOfEnded may know;
// not longer than `timeout`. Before Linux 6.9 it cannot be seen.
void AwaitReaped(const Fd& pidfd, std::chrono::milliseconds timeout);

// How the process of `pidfd`, somebody else's child, has ended (as waitpid(2) encodes it); nullopt:
// it has not, or its parent has not waited for it, or this kernel does not tell.
// PIDFD_GET_INFO of <linux/pidfd.h>, since Linux 6.15.
std::optional<int> StatusOfEnded(const Fd& pidfd);

// How a process is going to end (as waitpid(2) encodes it) that has ended for itself, and waits for
// the others of the pid namespace whose pid 1 it is; nullopt: there is no such process, or it runs.
// From /proc/pid/stat, proc(5).
std::optional<int> StatusOfEnding(pid_t pid);

// The parent of a process that has ended, and for which the parent has not waited yet; nullopt: it
// lives, or there is none. From /proc/pid/stat, proc(5).
std::optional<pid_t> ParentOfZombie(pid_t pid);

// Has a signal stopped it? From /proc/pid/stat, proc(5).
bool IsStopped(pid_t pid);

// Does this process have `capability` (CAP_* of capabilities(7)) in its effective set?
bool HasCapability(int capability);

// Is this the machine's own user namespace? True where that cannot be asked.
bool IsInFirstUserNamespace();

// Does this process run as root, or with any capability in its effective set?
bool IsPrivileged();

// Has this process no thread but this one? True where that cannot be asked.
bool IsSingleThreaded();

// Fails when this process has more rights than the one that executed it, by a setuid or setgid bit
// or a capability of its file: AT_SECURE of getauxval(3). The caller would choose the config, the
// command and the files that those rights are used on.
Status RefuseElevation();

// Opens /dev/null for each of the descriptors 0, 1, 2 that is closed: the next file to be opened
// would take its place.
Status OpenStandardDescriptors();

// Closes the descriptors from `first` on, but for those of `kept`, in any order; close_range(2).
Status CloseAllBut(std::vector<int> kept, int first);

// sethostname(2), setdomainname(2): of this UTS namespace.
Status SetHostname(const std::string& name);
Status SetDomainname(const std::string& name);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_PROCESS_H_
