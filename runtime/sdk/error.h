// The one error record, and how it is written as one line.
//
// Error owns a C record of abi.h, which `->` reaches. Texts that are too long for their field are
// cut at the front, where a path says least, and begin with "..." then.

#ifndef SLIPWAY_RUNTIME_SDK_ERROR_H_
#define SLIPWAY_RUNTIME_SDK_ERROR_H_

#include <cerrno>
#include <cstring>
#include <memory>
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

// Where the errno itself says what would be right, whatever the call: something has run out. null:
// it does not say.
[[gnu::cold, gnu::noinline]] inline const char* CureOf(int errno_value) {
  switch (errno_value) {
    case EMFILE:
      return "the limit of open descriptors, RLIMIT_NOFILE, is too low: raise it with ulimit -n";
    case ENFILE:
      return "the whole machine has too many files open: see /proc/sys/fs/file-max";
    case EFBIG:
      return "the limit of a file's size, RLIMIT_FSIZE, is too low: raise it with ulimit -f";
    case ENOMEM:
      return "a memory limit may be too small: ulimit -v, or memory.max of a cgroup around this";
    case EDQUOT:
      return "the disk quota of this user is used up";
    default:
      return nullptr;
  }
}

class Error {
 public:
  explicit Error(const slipway_error& record) : record_(new slipway_error(record)) {}

  // A mistake in words: `Error("unknown key", "hostnmae", "did you mean \"hostname\"?")`.
  [[gnu::cold, gnu::noinline]] explicit Error(std::string_view operation,
                                              std::string_view subject = {},
                                              std::string_view hint = {})
      : record_(new slipway_error{}) {
    CopyText(record_->operation, operation);
    CopyText(record_->subject, subject);
    CopyText(record_->hint, hint);
  }

  // A failed call: `Error(errno, "open", path)`.
  [[gnu::cold, gnu::noinline]] Error(int errno_value, std::string_view operation,
                                     std::string_view subject = {}, std::string_view hint = {})
      : Error(operation, subject, hint) {
    record_->errno_value = errno_value;
  }

  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  Error(const Error& other) : Error(*other) {}
  Error& operator=(const Error& other) {
    if (this != &other) *this = Error(other);
    return *this;
  }
  ~Error() = default;

  slipway_error& operator*() { return *record_; }
  const slipway_error& operator*() const { return *record_; }
  slipway_error* operator->() { return record_.get(); }
  const slipway_error* operator->() const { return record_.get(); }

  [[gnu::cold, gnu::noinline]] Error& At(std::string_view location) {
    CopyText(record_->where, location);
    return *this;
  }

  [[gnu::cold, gnu::noinline]] Error& In(std::string_view stage_name, std::string_view hook_name) {
    CopyText(record_->stage, stage_name);
    CopyText(record_->hook, hook_name);
    return *this;
  }

  [[gnu::cold, gnu::noinline]] Error& Hint(std::string_view text) {
    CopyText(record_->hint, text);
    return *this;
  }

  Error& ExitStatus(int status) {
    record_->exit_status = status;
    return *this;
  }

  // The line that people read, without the program's name and without a newline. Control
  // characters come out as '?': a name from a config must not move the reader's cursor.
  [[gnu::cold, gnu::noinline]] std::string ToString() const {
    std::string line;
    for (const char* part : {record_->where, record_->stage, record_->hook}) {
      if (*part) line.append(part).append(": ");
    }
    line.append(record_->operation);
    if (record_->errno_value) {
      line.append("(");
      if (*record_->subject) line.append("\"").append(record_->subject).append("\"");
      line.append("): ").append(strerror(record_->errno_value));
    } else if (*record_->subject) {
      line.append(" \"").append(record_->subject).append("\"");
    }
    // Whatever a hint says of the subject, it is not to blame for what has run out.
    const char* cure = CureOf(record_->errno_value);
    const char* hint = cure ? cure : record_->hint;
    if (*hint) line.append(" (").append(hint).append(")");
    for (char& c : line) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return line;
  }

 private:
  friend class Status;  // the only one that has an Error which is none

  Error() = default;

  // On the heap: a function that may fail in ten places would else keep ten records of 1.4 KiB on
  // its stack, and nearly every start touches the pages for none.
  std::unique_ptr<slipway_error> record_;
};

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_ERROR_H_
