// The one error record, and how it is written as one line.
//
// Error is the C record of abi.h with constructors. Texts that are too long for their field are
// cut at the front, where a path says least, and begin with "..." then.

#ifndef SLIPWAY_RUNTIME_SDK_ERROR_H_
#define SLIPWAY_RUNTIME_SDK_ERROR_H_

#include <cstring>
#include <string>
#include <string_view>

#include "runtime/sdk/abi.h"

namespace slipway {

template <size_t N>
void CopyText(char (&field)[N], std::string_view text) {
  std::string_view ellipsis = "";
  if (text.empty()) text = "";  // not null, which memcpy(3) must not have
  if (text.size() >= N) {
    ellipsis = "...";
    text.remove_prefix(text.size() - (N - 1 - ellipsis.size()));
  }
  std::memcpy(field, ellipsis.data(), ellipsis.size());
  std::memcpy(field + ellipsis.size(), text.data(), text.size());
  field[ellipsis.size() + text.size()] = '\0';
}

struct Error : slipway_error {
  Error() : slipway_error{} {}
  explicit Error(const slipway_error& record) : slipway_error(record) {}

  // A mistake in words: `Error("unknown key", "hostnmae", "did you mean \"hostname\"?")`.
  explicit Error(std::string_view operation, std::string_view subject = {},
                 std::string_view hint = {})
      : Error() {
    CopyText(this->operation, operation);
    CopyText(this->subject, subject);
    CopyText(this->hint, hint);
  }

  // A failed call: `Error(errno, "open", path)`.
  Error(int errno_value, std::string_view operation, std::string_view subject = {},
        std::string_view hint = {})
      : Error(operation, subject, hint) {
    this->errno_value = errno_value;
  }

  Error& At(std::string_view location) {
    CopyText(where, location);
    return *this;
  }

  Error& In(std::string_view stage_name, std::string_view hook_name) {
    CopyText(stage, stage_name);
    CopyText(hook, hook_name);
    return *this;
  }

  Error& Hint(std::string_view text) {
    CopyText(hint, text);
    return *this;
  }

  Error& ExitStatus(int status) {
    exit_status = status;
    return *this;
  }

  // The line that people read, without the program's name and without a newline. Control
  // characters come out as '?': a name from a config must not move the reader's cursor.
  std::string ToString() const {
    std::string line;
    for (const char* part : {where, stage, hook}) {
      if (*part) line.append(part).append(": ");
    }
    line.append(operation);
    if (errno_value) {
      line.append("(");
      if (*subject) line.append("\"").append(subject).append("\"");
      line.append("): ").append(strerror(errno_value));
    } else if (*subject) {
      line.append(" \"").append(subject).append("\"");
    }
    if (*hint) line.append(" (").append(hint).append(")");
    for (char& c : line) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return line;
  }
};

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_ERROR_H_
