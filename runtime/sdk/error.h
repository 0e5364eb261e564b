// What an error says, and how it is written as one line. Between host and stage it goes as the
// slipway_error of abi.h.
//
// Error owns an ErrorRecord, which `->` reaches. A text that is too long for its field is cut: a
// path at its front, words at their end.

#ifndef SLIPWAY_RUNTIME_SDK_ERROR_H_
#define SLIPWAY_RUNTIME_SDK_ERROR_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace slipway {

// Of fixed size, so that it can be sent between processes of one build.
struct ErrorRecord {
  int32_t errno_value;  // errno(3) of the failed call; 0 when no call failed
  int32_t exit_status;  // what the runtime exits with; 0 means 125. The host's.
  bool not_here;        // of a Probe: no mistake, but it does not work here; see NotHere
  char where[256];      // "file:line:column" of the mistake, or empty. The host's.
  char option[64];      // the option to blame, as "binds[0].source", or empty
  char stage[32];       // name of the stage, or empty for the host itself. The host's.
  char hook[16];        // "pre-clone", ..., or the host's own step. The host's.
  char operation[128];  // what could not be done, as a verb, or what is wrong in words
  char subject[512];    // what it was done to: a path, a name, a value
  char hint[512];       // why, or what would be right
  char cure[256];       // of what is not_here: what would make it work here
};

namespace internal {

inline constexpr std::string_view kEllipsis = "...";

// Of UTF-8: a byte that does not begin a character.
constexpr bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The part of `text`, at most `room` bytes of it, that holds whole characters.
constexpr std::string_view Head(std::string_view text, size_t room) {
  if (text.size() <= room) return text;
  size_t size = room;
  while (size > 0 && IsContinuation(text[size])) --size;
  return text.substr(0, size);
}

constexpr std::string_view Tail(std::string_view text, size_t room) {
  if (text.size() <= room) return text;
  text.remove_prefix(text.size() - room);
  while (!text.empty() && IsContinuation(text.front())) text.remove_prefix(1);
  return text;
}

enum class Cut { kAtEnd, kAtFront };

// Copies `text` into a field of `size` bytes, cut where it says least, with "..." in its place.
[[gnu::cold, gnu::noinline]] inline void CopyCut(char* field, size_t size, std::string_view text,
                                                 Cut cut) {
  std::string_view before;
  std::string_view after;
  if (text.size() >= size) {
    const size_t room = size - 1 - kEllipsis.size();
    text = cut == Cut::kAtEnd ? Head(text, room) : Tail(text, room);
    (cut == Cut::kAtEnd ? after : before) = kEllipsis;
  }
  for (std::string_view part : {before, text, after}) {
    if (part.empty()) continue;  // may be null, which memcpy(3) must not have
    std::memcpy(field, part.data(), part.size());
    field += part.size();
  }
  *field = '\0';
}

constexpr bool IsPath(std::string_view text) { return text.find('/') != std::string_view::npos; }

// The size of the character of UTF-8 that `text` begins with; 0: it begins with none, or with a
// control character of C0 or C1, which moves a terminal's cursor.
inline size_t CharacterSize(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  const unsigned char second = byte(1);
  const bool control = first == 0xc2 && second < 0xa0;
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool none = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return control || overlong || none ? 0 : size;
}

// Does the character end a line, or change the order in which what follows is shown? Unicode
// Standard Annex 9, "Directional Formatting Characters".
inline bool Rearranges(std::string_view character) {
  if (character == "\xd8\x9c") return true;  // U+061C
  if (character.size() != 3 || character[0] != '\xe2') return false;
  const auto last = static_cast<unsigned char>(character[2]);
  if (character[1] == '\x81') return last >= 0xa6 && last <= 0xa9;  // U+2066 to U+2069
  if (character[1] != '\x80') return false;
  return last == 0x8e || last == 0x8f || (last >= 0xa8 && last <= 0xae);  // U+200E, U+2028 ...
}

// `text` with '?' for what is no character, moves the cursor, or rearranges others.
inline std::string Printable(std::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  while (!text.empty()) {
    const size_t size = CharacterSize(text);
    const bool shown = size != 0 && !Rearranges(text.substr(0, size));
    printable.append(shown ? text.substr(0, size) : std::string_view("?"));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return printable;
}

}  // namespace internal

// The element of a list option that is to blame: `Element("binds", 2)` is "binds[2]", and
// `Element("binds", 2) + ".source"` its field. For Error::Option.
[[gnu::cold, gnu::noinline]] inline std::string Element(std::string_view list, size_t index) {
  return std::string(list).append("[").append(std::to_string(index)).append("]");
}

// Copies words: what is too long is cut at the end.
template <size_t N>
void CopyText(char (&field)[N], std::string_view text) {
  internal::CopyCut(field, N, text, internal::Cut::kAtEnd);
}

// Copies a path, of which the front says least.
template <size_t N>
void CopyPath(char (&field)[N], std::string_view path) {
  internal::CopyCut(field, N, path, internal::Cut::kAtFront);
}

// A subject: a path, or words.
template <size_t N>
void CopySubject(char (&field)[N], std::string_view subject) {
  internal::CopyCut(field, N, subject,
                    internal::IsPath(subject) ? internal::Cut::kAtFront : internal::Cut::kAtEnd);
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

// The error with each text ended within its field, whoever wrote it.
[[gnu::cold, gnu::noinline]] inline ErrorRecord EndTexts(ErrorRecord error) {
  for (auto [text, size] : {std::pair{error.where, sizeof(error.where)},
                            {error.option, sizeof(error.option)},
                            {error.stage, sizeof(error.stage)},
                            {error.hook, sizeof(error.hook)},
                            {error.operation, sizeof(error.operation)},
                            {error.subject, sizeof(error.subject)},
                            {error.hint, sizeof(error.hint)},
                            {error.cure, sizeof(error.cure)}}) {
    text[size - 1] = '\0';
  }
  return error;
}

class Error {
 public:
  explicit Error(const ErrorRecord& record) : record_(new ErrorRecord(record)) {}

  // A mistake in words: `Error("unknown key", "hostnmae", "did you mean \"hostname\"?")`.
  [[gnu::cold, gnu::noinline]] explicit Error(std::string_view operation,
                                              std::string_view subject = {},
                                              std::string_view hint = {})
      : record_(new ErrorRecord{}) {
    CopyText(record_->operation, operation);
    CopySubject(record_->subject, subject);
    CopyText(record_->hint, hint);
  }

  // A failed call, as a verb: `Error(errno, "open", path)` reads `cannot open "/etc/x": No such
  // file or directory`. An operation that says "cannot" itself is left as it is.
  [[gnu::cold, gnu::noinline]] Error(int errno_value, std::string_view operation,
                                     std::string_view subject = {}, std::string_view hint = {})
      : Error(operation, subject, hint) {
    record_->errno_value = errno_value;
    if (errno_value == 0) CopyText(record_->operation, "cannot " + std::string(operation));
  }

  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  // An Error which is none may be copied as well: a Status that is ok holds one.
  Error(const Error& other) : record_(other.record_ ? new ErrorRecord(*other.record_) : nullptr) {}
  Error& operator=(const Error& other) {
    if (this != &other) *this = Error(other);
    return *this;
  }
  ~Error() = default;

  ErrorRecord& operator*() { return *record_; }
  const ErrorRecord& operator*() const { return *record_; }
  ErrorRecord* operator->() { return record_.get(); }
  const ErrorRecord* operator->() const { return record_.get(); }

  [[gnu::cold, gnu::noinline]] Error& At(std::string_view location) {
    CopyPath(record_->where, location);
    return *this;
  }

  [[gnu::cold, gnu::noinline]] Error& In(std::string_view stage_name, std::string_view hook_name) {
    CopyText(record_->stage, stage_name);
    CopyText(record_->hook, hook_name);
    return *this;
  }

  // The option to blame, as `binds[0].source`: the host says then where it stands.
  [[gnu::cold, gnu::noinline]] Error& Option(std::string_view path) {
    CopyText(record_->option, path);
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

  // What the error is about, in front of it: `Prefix("cannot keep the container's state")`.
  [[gnu::cold, gnu::noinline]] Error& Prefix(std::string_view text) {
    const std::string after = Operation();
    CopyText(record_->operation, std::string(text).append(": ").append(after));
    return *this;
  }

  // The line that people read, without the program's name and without a newline:
  //   where: stage: cannot OPERATION "SUBJECT": strerror(errno) (hint; cure)
  //   where: stage: OPERATION "SUBJECT" (hint; cure)           when no call failed
  // A subject that is no path is cut to kMaxWords bytes, and its quotes are escaped. What would
  // move the reader's cursor, or is no UTF-8, comes out as '?': a name from a config may hold
  // anything. with_hook: for the author of a stage, the hook, or the host's own step, behind the
  // stage.
  [[gnu::cold, gnu::noinline]] std::string ToString(bool with_hook = false) const {
    std::string line;
    const char* const hook = with_hook ? record_->hook : "";
    for (const char* part :
         std::initializer_list<const char*>{record_->where, record_->stage, hook}) {
      if (*part) line.append(part).append(": ");
    }
    line.append(Operation());
    if (*record_->subject) line.append(" \"").append(Quoted(record_->subject)).append("\"");
    if (record_->errno_value) line.append(": ").append(strerror(record_->errno_value));
    // Whatever a hint says of the subject, it is not to blame for what has run out.
    const char* cure = CureOf(record_->errno_value);
    const char* hint = cure ? cure : record_->hint;
    if (!*hint && record_->errno_value == ENOSYS) {
      hint =
          "the kernel has no such system call (Linux 5.12 is needed), or a seccomp filter hides it";
    }
    const bool both = *hint && *record_->cure;
    if (*hint || *record_->cure) {
      line.append(" (").append(hint).append(both ? "; " : "").append(record_->cure).append(")");
    }
    return internal::Printable(line);
  }

 private:
  friend class Status;  // the only one that has an Error which is none

  Error() = default;

  static constexpr size_t kMaxWords = 80;

  std::string Operation() const {
    const std::string operation = record_->operation;
    const bool said = operation.find("cannot ") != std::string::npos;
    return record_->errno_value && !said ? "cannot " + operation : operation;
  }

  static std::string Quoted(std::string_view subject) {
    std::string text;
    const bool whole = internal::IsPath(subject) || subject.size() <= kMaxWords;
    for (char c : whole ? subject : internal::Head(subject, kMaxWords)) {
      if (c == '"') text += '\\';
      text += c;
    }
    return whole ? text : text.append(internal::kEllipsis);
  }

  // On the heap: a function that may fail in ten places would else keep ten records of 1.4 KiB on
  // its stack, and nearly every start touches the pages for none.
  std::unique_ptr<ErrorRecord> record_;
};

// What a Probe returns when the stage cannot work here, for reasons of the kernel, the machine or
// the user's rights: `return NotHere(Error("no controller", name), "use the stage cgroup-v1")`.
// Only then does a first-of go on to its next stage. cure: what would make it work here; may be
// empty.
[[gnu::cold, gnu::noinline]] inline Error NotHere(Error error, std::string_view cure = {}) {
  error->not_here = true;
  CopyText(error->cure, cure);
  return error;
}

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_ERROR_H_
