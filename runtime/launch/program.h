// The file that is to be executed, found in the container's root and looked at before it runs.
//
// The root is hostile. Its links lead into it alone: a magic link of procfs, which would lead to
// what this process has open or to its own file, is refused. The runtime's own file is refused too,
// as a program and as what loads one: who runs it from within could open it for writing once no
// runtime runs any more (CVE-2019-5736).

#ifndef SLIPWAY_RUNTIME_LAUNCH_PROGRAM_H_
#define SLIPWAY_RUNTIME_LAUNCH_PROGRAM_H_

#include <sys/types.h>

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

// A file, whatever its name.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;

  bool operator==(const FileId&) const = default;
};

// Of the file that this process executes; all zero where it cannot be known.
FileId OwnFile();

struct Program {
  std::string path;  // as it was asked for
  sys::Fd folder;    // that it lies in, behind all symlinks
  std::string name;  // in there
  FileId file;
  bool script = false;
  bool unread = false;  // this process may execute it, but not read it, or what it is loaded by
};

// Looks at `path`, of this process's root and working folder. own: the file that is refused.
// Errors have an errno as execve(2) would set it, where it would: ENOENT for a file that is not
// there.
Result<Program> FindProgram(const std::string& path, const FileId& own);

// Of one that was unread, once this process may read more: the same for what it is loaded by. What
// even then nobody may read is left to the kernel.
Status CheckUnread(Program& program, const FileId& own);

// Executes it; returns the errno. A script runs by its path, which is looked at once more: its
// interpreter opens it again. execveat(2), BUGS.
int Execute(const Program& program, char* const* arguments, char* const* environment);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_PROGRAM_H_
