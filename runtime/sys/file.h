// Files, folders and names of the host. Every descriptor is opened with O_CLOEXEC.

#ifndef SLIPWAY_RUNTIME_SYS_FILE_H_
#define SLIPWAY_RUNTIME_SYS_FILE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::sys {

// While it lives, what this process makes gets the mode that it asks for: umask(2). What a runtime
// makes for itself, or in a container, does not depend on its caller's habits.
class NoUmask {
 public:
  NoUmask();
  NoUmask(const NoUmask&) = delete;
  NoUmask& operator=(const NoUmask&) = delete;
  ~NoUmask();

 private:
  unsigned before_;
};

// open(2). flags without O_CLOEXEC; mode for O_CREAT.
Result<Fd> Open(const std::string& path, int flags, unsigned mode = 0);

// openat(2) of `name` in the directory `directory`. `path` names the file in an error.
Result<Fd> OpenAt(const Fd& directory, const std::string& name, int flags, const std::string& path);

// Opens `path` beneath the directory `root` as a process with that root would see it: no symlink
// and no ".." leads out (RESOLVE_IN_ROOT of openat2(2)). With O_NOFOLLOW in flags, a path
// through any symlink fails with ELOOP.
Result<Fd> OpenInRoot(const Fd& root, const std::string& path, int flags);

// Looks at `path`, of this process's root and working folder, through no link of /proc that leads
// to what a process has open: RESOLVE_NO_MAGICLINKS of openat2(2). An O_PATH descriptor; flags:
// others besides that. Invalid, with errno, when it fails: ELOOP for such a link.
Fd Look(const std::string& path, int flags = 0);

// What the symlink `name` in the folder says; empty: it is none, or there is nothing.
std::string ReadLinkAt(const Fd& folder, const std::string& name);

// What MakeInRoot makes at the end of a path.
enum class Kind { kFolder, kFile };

// Makes what is missing of `path` beneath `root`: folders (mode 0755, whatever the umask), and at
// the end a folder or an empty file (0644). It is walked as a process with that root would; a
// symlink that leads to nothing leads to where its target is made. may_make: asked with the open
// folder before anything is made in it. Returns the end of the path, opened as O_PATH.
Result<Fd> MakeInRoot(const Fd& root, const std::string& path, Kind kind,
                      const std::function<Status(const Fd& folder)>& may_make);

// Makes the end of `path` beneath `root`, where it alone is missing and no symlink is on the way: a
// folder or an empty file, with modes as above. Returns it, opened as O_PATH; invalid: something is
// there already, more is missing, may_make refuses, or it fails. Where most is missing it is a
// quicker first try of MakeInRoot.
Fd MakeLastInRoot(const Fd& root, const std::string& path, Kind kind,
                  const std::function<Status(const Fd& folder)>& may_make);

// Which mount of this mount namespace the file lies on: stx_mnt_id of statx(2), Linux 5.8.
Result<uint64_t> MountOf(int file);

// The folder in which this process works, for the relative path `path`, which is the only thing
// that needs it: the error says so.
Result<std::string> CurrentFolder(const std::string& path);

// `path`; a relative one behind the folder in which this process works.
Result<std::string> Absolute(const std::string& path);

// What the symlink holds, which may lead anywhere; readlink(2).
Result<std::string> ReadLink(const std::string& path);

// The whole content; meant for small files, of /proc and the like.
Result<std::string> ReadFile(const std::string& path);

// What is in `file` from where it stands to its end. `path` names it in an error.
Result<std::string> ReadFile(const Fd& file, const std::string& path);

// Writes `text` with one write(2) to a file that exists, as the files of cgroups want it.
Status WriteFile(const std::string& path, std::string_view text);

// The same, to a file that is open. `path` names it in an error.
Status WriteFile(const Fd& file, const std::string& path, std::string_view text);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_FILE_H_
