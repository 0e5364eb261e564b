#include "runtime/launch/caught.h"

#include <cstdlib>
#include <exception>
#include <new>

namespace slipway::launch {
namespace {

// Of the Error; no more, because it moves what others use to further pages.
constexpr size_t kReserved = sizeof(ErrorRecord) + 256;

}  // namespace

Reserve::Reserve() : memory_(std::malloc(kReserved)) {}

Reserve::~Reserve() { std::free(memory_); }

void Reserve::Free() {
  std::free(memory_);
  memory_ = nullptr;
}

void TellException(ErrorRecord& error, const char* step) noexcept {
  error = {};
  CopyText(error.hook, step);
  CopyText(error.operation, "internal error");
  try {
    throw;
  } catch (const std::bad_alloc&) {
    CopyText(error.operation, "out of memory");
    CopyText(error.hint, "a memory limit may be too small: ulimit -v, ulimit -d");
  } catch (const std::exception& exception) {
    CopySubject(error.subject, exception.what());
  } catch (...) {
    CopyText(error.hint, "an exception that is no std::exception");
  }
}

Error ErrorOfException(const char* step) {
  ErrorRecord record{};
  TellException(record, step);
  return Error(record);
}

}  // namespace slipway::launch
