#include "runtime/launch/caught.h"

#include <cstdlib>

namespace slipway::launch {
namespace {

// Of the Error and its copy; no more, because it moves what others use to further pages.
constexpr size_t kReserved = 2 * sizeof(ErrorRecord) + 256;

constexpr const char* kOutOfMemory = "out of memory";
constexpr const char* kMemoryHint = "a memory limit may be too small: ulimit -v, ulimit -d";

}  // namespace

Reserve::Reserve() : memory_(std::malloc(kReserved)) {}

Reserve::~Reserve() { std::free(memory_); }

void Reserve::Free() {
  std::free(memory_);
  memory_ = nullptr;
}

Error OutOfMemory() { return Error(kOutOfMemory, {}, kMemoryHint); }

void TellOutOfMemory(ErrorRecord& error, const char* step) {
  error = {};
  CopyText(error.operation, kOutOfMemory);
  CopyText(error.hint, kMemoryHint);
  CopyText(error.hook, step);
}

void TellInternal(ErrorRecord& error, const char* step, const char* what) {
  error = {};
  CopyText(error.operation, kInternal);
  CopySubject(error.subject, what);
  CopyText(error.hook, step);
}

}  // namespace slipway::launch
