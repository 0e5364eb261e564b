// elf(5): the program headers say where notes lie; each has an owner, a type and bytes of its own.

#include "runtime/loader/note.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include "runtime/loader/descriptor.h"
#include "runtime/sdk/abi.h"

namespace slipway::loader {
namespace {

// Of the headers, and of the notes of one segment: linkers put both at the file's beginning, so
// that the first read mostly has all.
constexpr size_t kWindow = 1024;
constexpr size_t kMaxSegments = 64;  // linkers make about ten

template <typename T>
bool Get(std::string_view bytes, size_t at, T& value) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return false;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return true;
}

constexpr size_t Padded(size_t size) { return (size + 3) & ~size_t{3}; }

struct Abi {
  uint32_t major = 0;
  uint32_t minor = 0;
};

// The ABI that one of these notes names.
bool FindAbi(std::string_view notes, Abi& abi) {
  constexpr std::string_view kOwner{SLIPWAY_NOTE_OWNER, sizeof(SLIPWAY_NOTE_OWNER)};
  Elf64_Nhdr note;
  while (Get(notes, 0, note)) {
    notes.remove_prefix(sizeof(note));
    const std::string_view owner = notes.substr(0, note.n_namesz);
    notes.remove_prefix(std::min(Padded(note.n_namesz), notes.size()));
    if (note.n_type == SLIPWAY_NOTE_TYPE && owner == kOwner && note.n_descsz >= sizeof(abi)) {
      return Get(notes, 0, abi);
    }
    notes.remove_prefix(std::min(Padded(note.n_descsz), notes.size()));
  }
  return false;
}

class File {
 public:
  explicit File(const sys::Fd& fd) : fd_(fd), size_(Read(0, begin_)) {}

  std::string_view begin() const { return {begin_, size_}; }
  // errno(3) of a read that failed; 0: none did.
  int error() const { return error_; }

  // At most kWindow of the `size` bytes at `at`, valid until the next call.
  std::string_view Bytes(uint64_t at, uint64_t size) {
    size = std::min<uint64_t>(size, kWindow);
    if (at <= size_ && size <= size_ - at) return begin().substr(at, size);
    return {other_, std::min<size_t>(Read(at, other_), size)};
  }

 private:
  size_t Read(uint64_t at, char* to) {
    if (at > std::numeric_limits<off_t>::max()) return 0;  // no file has as much
    ssize_t size = 0;
    do {
      size = pread(fd_.get(), to, kWindow, static_cast<off_t>(at));
    } while (size < 0 && errno == EINTR);
    if (size < 0) error_ = errno;
    return size < 0 ? 0 : static_cast<size_t>(size);
  }

  const sys::Fd& fd_;
  int error_ = 0;
  char begin_[kWindow];
  size_t size_;
  char other_[kWindow];
};

Status CheckHeader(std::string_view begin, const std::string& path, Elf64_Ehdr& header) {
  if (!Get(begin, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return Error("not a shared library", path, "no ELF file; build the plugin with -shared -fPIC");
  }
  if (header.e_type != ET_DYN) {
    return Error("not a shared library", path,
                 header.e_type == ET_REL ? "an object file: link it with -shared"
                                         : "a program: link it with -shared -fPIC");
  }
  if (header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_phentsize == sizeof(Elf64_Phdr)) {
    return Ok();
  }
  return Error("not a shared library of this machine", path, "it is not of 64 bits");
}

}  // namespace

Status CheckNote(const sys::Fd& fd, const std::string& path) {
  File file(fd);
  if (file.error()) return Error(file.error(), "read", path);
  Elf64_Ehdr header;
  RETURN_IF_ERROR(CheckHeader(file.begin(), path, header));
  for (size_t i = 0; i < std::min<size_t>(header.e_phnum, kMaxSegments); ++i) {
    Elf64_Phdr segment;
    const uint64_t place = header.e_phoff + i * sizeof(segment);
    if (!Get(file.Bytes(place, sizeof(segment)), 0, segment)) break;
    if (segment.p_type != PT_NOTE) continue;
    Abi abi;
    if (FindAbi(file.Bytes(segment.p_offset, segment.p_filesz), abi)) {
      return CheckAbi(abi.major, abi.minor, path);
    }
  }
  if (file.error()) return Error(file.error(), "read", path);
  return Error("not a plugin of Slipway", path,
               "it has no note .note.slipway, which SLIPWAY_STAGE makes, or SLIPWAY_PLUGIN in C");
}

}  // namespace slipway::loader
