// A file that the runtime writes for somebody else: --stats, --pid-file, --info-fd.
//
// What is there already is never cut short. A plain file is written beside and renamed, so that
// whoever reads it sees the old text or the new one; but only one of the same kind is replaced, so
// that a forgotten value (`--stats ./program`) costs nobody a program. Anything else (a descriptor,
// a pipe, a device, or a link to one such as /dev/stderr) is written to at its end. A link to a
// plain file stays, and the file that it leads to is replaced.

#ifndef SLIPWAY_RUNTIME_COMMANDS_OUTPUT_FILE_H_
#define SLIPWAY_RUNTIME_COMMANDS_OUTPUT_FILE_H_

#include <string>
#include <string_view>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::commands {

class OutputFile {
 public:
  // Finds out before anything starts whether the text can be written. `option` is named in errors:
  // "--stats". target: a path, "-" for standard output, or "fd:N". first: the characters of which a
  // file that may be replaced begins with one; an empty one always may.
  static Result<OutputFile> Open(std::string option, const std::string& target,
                                 std::string_view first);

  // Will a later text take the place of this one? Else texts follow each other.
  bool replaces() const { return fd_.get() < 0; }

  Status Write(std::string_view text) const;

 private:
  OutputFile() = default;

  Status OpenToAppend(const std::string& path, bool is_magic);
  Status PrepareToReplace(const std::string& path);
  Status Replace(std::string_view text) const;
  Error Failed(int errno_value, std::string_view what) const;

  std::string option_;
  std::string target_;
  sys::Fd folder_;    // of a plain file
  std::string name_;  // of a plain file, in the folder
  sys::Fd fd_;        // of anything else
};

// The number of a descriptor that the caller of this process has left open: text is "N".
Result<int> InheritedDescriptor(const std::string& option, std::string_view text);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_OUTPUT_FILE_H_
