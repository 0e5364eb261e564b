// What a shared library would have the dynamic loader do, read from the file before any of it is
// loaded: elf(5), ld.so(8).
//
// It takes a few small reads of the headers and of the dynamic segment, and believes nothing that
// they say of places and sizes.

#ifndef SLIPWAY_RUNTIME_LOADER_ELF_H_
#define SLIPWAY_RUNTIME_LOADER_ELF_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::loader {

// Reads bytes of a file from `offset` on, as pread(2) does: `buffer` is filled, but where the file
// ends before. Returns how many there were.
using ReadAt = std::function<Result<size_t>(uint64_t offset, std::span<char> buffer)>;

// Of the dynamic segment.
struct Dynamic {
  std::string own_name = {};             // DT_SONAME; mostly empty for a plugin
  std::vector<std::string> needed = {};  // DT_NEEDED, in order

  // "DT_RUNPATH": the first entry that has files loaded from where nobody looks after them, or by
  // the words of others; null: there is none.
  const char* stray = nullptr;
};

// Empty for what dlopen(3) refuses anyway, and says why: no ELF file of 64 bits, or one that is not
// for dynamic linking. Fails when the headers contradict themselves or the size of the file, and
// when it cannot be read.
// path: for errors.
Result<Dynamic> ReadDynamic(const ReadAt& read, const std::string& path);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_ELF_H_
