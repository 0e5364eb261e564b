// The file that the output of a detached container goes to.

#ifndef SLIPWAY_RUNTIME_COMMANDS_LOG_FILE_H_
#define SLIPWAY_RUNTIME_COMMANDS_LOG_FILE_H_

#include <string>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::commands {

struct LogFile {
  sys::Fd file;           // open for writing, at its end
  std::string path = {};  // absolute; empty: nothing is kept

  // Makes the file, mode 0600, or opens one that is there. named: was one wanted? Else the output
  // goes nowhere. What is no plain file of this user's own is refused, and so is a symlink: in a
  // folder that others can write to, it could lead to any file.
  static Result<LogFile> Open(bool named, const std::string& path);
};

// For reading; refuses the same.
Result<sys::Fd> OpenLog(const std::string& path);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_LOG_FILE_H_
