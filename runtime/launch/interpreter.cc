#include "runtime/launch/interpreter.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace slipway::launch {
namespace {

constexpr size_t kScriptLine = 256;               // BINPRM_BUF_SIZE of linux/binfmts.h
constexpr size_t kMaxHeaders = size_t{64} << 10;  // of all program headers; fs/binfmt_elf.c
constexpr std::string_view kBlanks = " \t";

// The beginning of the file, which mostly holds all that is asked for.
class Bytes {
 public:
  explicit Bytes(const sys::Fd& file) : file_(file) {
    const ssize_t size = pread(file.get(), head_, sizeof(head_), 0);
    size_ = size > 0 ? static_cast<size_t>(size) : 0;
  }

  std::string_view head() const { return {head_, size_}; }

  // False: the file has no such bytes.
  bool Read(uint64_t offset, void* to, size_t count) const {
    if (offset <= size_ && count <= size_ - offset) {
      std::memcpy(to, head_ + offset, count);
      return true;
    }
    if (offset > static_cast<uint64_t>(INT64_MAX)) return false;
    return pread(file_.get(), to, count, static_cast<off_t>(offset)) == static_cast<ssize_t>(count);
  }

 private:
  const sys::Fd& file_;
  char head_[1024];
  size_t size_ = 0;
};

Interpreters OfScript(std::string_view line) {
  line = line.substr(2, std::min(line.find_first_of(std::string_view("\n\0", 2)), kScriptLine) - 2);
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view path = line.substr(0, line.find_first_of(kBlanks));
  if (path.empty()) return {.script = true, .paths = {}};
  return {.script = true, .paths = {std::string(path)}};
}

template <typename Header, typename Segment>
void AddOfElf(const Bytes& bytes, std::vector<std::string>& paths) {
  Header header;
  if (!bytes.Read(0, &header, sizeof(header)) || header.e_phentsize != sizeof(Segment)) return;
  const size_t size = size_t{header.e_phnum} * sizeof(Segment);
  if (size == 0 || size > kMaxHeaders) return;
  std::vector<Segment> segments(header.e_phnum);
  if (!bytes.Read(header.e_phoff, segments.data(), size)) return;
  for (const Segment& segment : segments) {
    if (segment.p_type != PT_INTERP) continue;
    if (segment.p_filesz < 2 || segment.p_filesz > PATH_MAX) return;
    std::string path(segment.p_filesz, '\0');
    if (bytes.Read(segment.p_offset, path.data(), path.size()) && path.front() != '\0') {
      paths.emplace_back(path.c_str());
    }
    return;
  }
}

}  // namespace

Interpreters InterpretersOf(const sys::Fd& file) {
  const Bytes bytes(file);
  const std::string_view head = bytes.head();
  if (head.starts_with("#!")) return OfScript(head);
  if (head.size() < EI_NIDENT || !head.starts_with(ELFMAG)) return {};
  Interpreters found;
  AddOfElf<Elf64_Ehdr, Elf64_Phdr>(bytes, found.paths);
  AddOfElf<Elf32_Ehdr, Elf32_Phdr>(bytes, found.paths);
  return found;
}

}  // namespace slipway::launch
