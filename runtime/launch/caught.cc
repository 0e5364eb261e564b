#include "runtime/launch/caught.h"

#include <cstdlib>

namespace slipway::launch {
namespace {

// Of the Error, and some texts on the way; no more, because it moves what others use to further
// pages.
constexpr size_t kReserved = sizeof(ErrorRecord) + 256;

}  // namespace

Reserve::Reserve() : memory_(std::malloc(kReserved)) {}

Reserve::~Reserve() { std::free(memory_); }

void Reserve::Free() {
  std::free(memory_);
  memory_ = nullptr;
}

Error OutOfMemory() {
  return Error("out of memory", {}, "a memory limit may be too small: ulimit -v, ulimit -d");
}

}  // namespace slipway::launch
