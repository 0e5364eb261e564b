#include "runtime/loader/digest.h"

#include <dlfcn.h>
#include <elf.h>
#include <sha256.h>
#include <strings.h>
#include <sys/types.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "runtime/sys/file.h"

namespace slipway::loader {
namespace {

constexpr size_t kDigits = SHA256_DIGEST_STRING_LENGTH - 1;

bool IsDigest(const std::string& text) {
  return text.size() == kDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c); });
}

// In a file a note lies at its p_offset; in memory at its p_vaddr, counted from the ELF header.
enum class Layout { kFile, kMemory };

template <typename T>
bool Read(std::string_view bytes, size_t at, T& value) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return false;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return true;
}

constexpr std::string_view kOwner{"GNU\0", 4};  // of the build id's note; its NUL counts

constexpr size_t Padded(size_t size) { return (size + 3) & ~size_t{3}; }

std::string Hex(std::string_view bytes) {
  std::string text;
  for (unsigned char c : bytes) {
    text += "0123456789abcdef"[c >> 4];
    text += "0123456789abcdef"[c & 15];
  }
  return text;
}

// NT_GNU_BUILD_ID among the notes, elf(5); empty if it is not there.
std::string BuildIdIn(std::string_view notes) {
  Elf64_Nhdr note;
  while (Read(notes, 0, note)) {
    const size_t name_end = sizeof(note) + Padded(note.n_namesz);
    const size_t end = name_end + Padded(note.n_descsz);
    if (name_end > notes.size() || note.n_descsz > notes.size() - name_end) break;
    const std::string_view name = notes.substr(sizeof(note), note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && name == kOwner) {
      return Hex(notes.substr(name_end, note.n_descsz));
    }
    notes.remove_prefix(std::min(end, notes.size()));
  }
  return {};
}

std::string BuildIdOf(std::string_view image, Layout layout) {
  Elf64_Ehdr header;
  if (!Read(image, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return {};
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!Read(image, header.e_phoff + i * sizeof(segment), segment)) break;
    if (segment.p_type != PT_NOTE) continue;
    const size_t at = layout == Layout::kFile ? segment.p_offset : segment.p_vaddr;
    if (at > image.size() || segment.p_filesz > image.size() - at) continue;
    std::string id = BuildIdIn(image.substr(at, segment.p_filesz));
    if (!id.empty()) return id;
  }
  return {};
}

std::string Sha256Of(std::string_view bytes) {
  char found[SHA256_DIGEST_STRING_LENGTH];
  SHA256Data(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), found);
  return found;
}

}  // namespace

Status CheckDigest(std::string_view bytes, const std::string& path, const std::string& wanted) {
  if (!IsDigest(wanted)) {
    return Error("not a sha256", wanted, "it has 64 hexadecimal digits; see sha256sum " + path);
  }
  const std::string found = Sha256Of(bytes);
  if (strcasecmp(found.c_str(), wanted.c_str()) == 0) return Ok();
  return Error("wrong sha256", found, "the config pins " + wanted + "; file: " + path)
      .Option("sha256");
}

Result<std::string> DigestOfLoaded(const void* symbol, const std::string& path) {
  dl_find_object object;
  if (_dl_find_object(const_cast<void*>(symbol), &object) != 0) {
    return Error("not loaded", path);
  }
  const auto* begin = static_cast<const char*>(object.dlfo_map_start);
  const auto* end = static_cast<const char*>(object.dlfo_map_end);
  const std::string_view image(begin, static_cast<size_t>(end - begin));
  const std::string build_id = BuildIdOf(image, Layout::kMemory);
  if (!build_id.empty()) return "build-id:" + build_id;
  ASSIGN_OR_RETURN(const std::string bytes, sys::ReadFile(path));
  return DigestOfBytes(bytes);
}

std::string DigestOfBytes(std::string_view bytes) {
  const std::string build_id = BuildIdOf(bytes, Layout::kFile);
  return build_id.empty() ? "sha256:" + Sha256Of(bytes) : "build-id:" + build_id;
}

}  // namespace slipway::loader
