#include "runtime/loader/elf.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace slipway::loader {
namespace {

// The headers of most plugins and their table of names lie in it; another read is for the dynamic
// segment.
constexpr size_t kFirstRead = 3072;
// Far more than any library has.
constexpr size_t kMaxSegments = 256;
constexpr size_t kMaxEntries = 1024;
constexpr size_t kMaxName = 255;  // bytes

Error Broken(const std::string& path, const char* what) {
  return Error("not a shared library", path,
               std::string("its ELF headers are broken: ") + what + "; build or copy it anew");
}

template <typename T>
T At(std::string_view bytes, size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

const char* NameOfStray(int64_t tag) {
  switch (tag) {
    case DT_RPATH:
      return "DT_RPATH";
    case DT_RUNPATH:
      return "DT_RUNPATH";
    case DT_FILTER:
      return "DT_FILTER";
    case DT_AUXILIARY:
      return "DT_AUXILIARY";
    case DT_AUDIT:
      return "DT_AUDIT";
    case DT_DEPAUDIT:
      return "DT_DEPAUDIT";
    case DT_CONFIG:
      return "DT_CONFIG";
    default:
      return nullptr;
  }
}

class Reader {
 public:
  Reader(const ReadAt& read, const std::string& path) : read_(read), path_(path) {}

  Result<Dynamic> Read() {
    ASSIGN_OR_RETURN(head_size_, read_(0, head_));
    if (head_size_ < sizeof(Elf64_Ehdr)) return Dynamic();
    const auto header = At<Elf64_Ehdr>({head_.data(), head_size_}, 0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr)) {
      return Dynamic();
    }
    RETURN_IF_ERROR(ReadSegments(header));
    if (!segment_) return Dynamic();
    return ReadEntries();
  }

 private:
  // These bytes, or fewer where the file ends before; until the next call.
  Result<std::string_view> Some(uint64_t offset, size_t size) {
    if (offset <= head_size_ && size <= head_size_ - offset) {
      return std::string_view(&head_[static_cast<size_t>(offset)], size);
    }
    if (offset > INT64_MAX) return std::string_view();
    buffer_.resize(size);
    ASSIGN_OR_RETURN(const size_t read, read_(offset, buffer_));
    return std::string_view(buffer_.data(), read);
  }

  // All of these bytes.
  Result<std::string_view> Bytes(uint64_t offset, size_t size, const char* what) {
    ASSIGN_OR_RETURN(const std::string_view bytes, Some(offset, size));
    if (bytes.size() != size) return Broken(path_, what);
    return bytes;
  }

  Status ReadSegments(const Elf64_Ehdr& header) {
    if (header.e_phnum > kMaxSegments) return Broken(path_, "too many segments");
    ASSIGN_OR_RETURN(const std::string_view table,
                     Bytes(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr),
                           "the program headers lie beyond its end"));
    for (size_t i = 0; i < header.e_phnum; ++i) {
      const auto segment = At<Elf64_Phdr>(table, i);
      if (segment.p_type == PT_LOAD) loads_.push_back(segment);
      if (segment.p_type != PT_DYNAMIC) continue;
      if (segment_) return Broken(path_, "two dynamic segments");
      segment_ = segment;
    }
    return Ok();
  }

  // Where in the file lies what is loaded at `address`?
  std::optional<uint64_t> OffsetOf(uint64_t address) const {
    for (const Elf64_Phdr& load : loads_) {
      if (address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz) {
        return load.p_offset + (address - load.p_vaddr);
      }
    }
    return std::nullopt;
  }

  Result<Dynamic> ReadEntries() {
    const size_t count = segment_->p_filesz / sizeof(Elf64_Dyn);
    // The loader reads it where it is loaded.
    const auto offset = OffsetOf(segment_->p_vaddr);
    if (count > kMaxEntries || !offset) return Broken(path_, "the dynamic segment is misplaced");
    ASSIGN_OR_RETURN(
        const std::string_view entries,
        Bytes(*offset, count * sizeof(Elf64_Dyn), "the dynamic segment lies beyond its end"));
    Dynamic dynamic;
    std::vector<uint64_t> needed;
    std::optional<uint64_t> own_name;
    for (size_t i = 0; i < count; ++i) {
      const auto entry = At<Elf64_Dyn>(entries, i);
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_STRTAB) names_ = entry.d_un.d_ptr;
      if (entry.d_tag == DT_STRSZ) names_size_ = entry.d_un.d_val;
      if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
      if (entry.d_tag == DT_SONAME) own_name = entry.d_un.d_val;
      if (dynamic.stray == nullptr) dynamic.stray = NameOfStray(entry.d_tag);
    }
    for (const uint64_t at : needed) {
      ASSIGN_OR_RETURN(std::string name, NameAt(at));
      dynamic.needed.push_back(std::move(name));
    }
    if (own_name) {
      ASSIGN_OR_RETURN(dynamic.own_name, NameAt(*own_name));
    }
    return dynamic;
  }

  // Of the table of names.
  Result<std::string> NameAt(uint64_t at) {
    const auto table = OffsetOf(names_);
    if (!table || at >= names_size_) {
      return Broken(path_, "a name lies outside of the table of names");
    }
    const uint64_t room = std::min<uint64_t>(names_size_ - at, kMaxName + 1);
    ASSIGN_OR_RETURN(const std::string_view bytes, Some(*table + at, static_cast<size_t>(room)));
    const size_t end = bytes.find('\0');
    if (end == std::string_view::npos) return Broken(path_, "a name has no end");
    return std::string(bytes.substr(0, end));
  }

  const ReadAt& read_;
  const std::string& path_;
  std::array<char, kFirstRead> head_;
  size_t head_size_ = 0;
  std::vector<char> buffer_;
  std::vector<Elf64_Phdr> loads_;
  std::optional<Elf64_Phdr> segment_;  // PT_DYNAMIC
  uint64_t names_ = 0;                 // DT_STRTAB
  uint64_t names_size_ = 0;            // DT_STRSZ
};

}  // namespace

Result<Dynamic> ReadDynamic(const ReadAt& read, const std::string& path) {
  return Reader(read, path).Read();
}

}  // namespace slipway::loader
