// Runs a part of a launch that uses libraries: what one of them throws becomes an error, so that
// nothing behind it is left out.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CAUGHT_H_
#define SLIPWAY_RUNTIME_LAUNCH_CAUGHT_H_

#include "runtime/sdk/error.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Memory for an Error, where there is none left for anything else.
class Reserve {
 public:
  Reserve();
  Reserve(const Reserve&) = delete;
  Reserve& operator=(const Reserve&) = delete;
  ~Reserve();
  void Free();

 private:
  void* memory_;
};

// In a handler, of the exception that it is for. step: of the error. The first needs no memory.
void TellException(ErrorRecord& error, const char* step) noexcept;
Error ErrorOfException(const char* step);

// function: returns a Status or a Result.
template <typename Function>
auto CaughtIn(const char* step, Function function) -> decltype(function()) {
  Reserve reserve;
  try {
    return function();
  } catch (...) {
    reserve.Free();
    return ErrorOfException(step);
  }
}

// The same in a child, which must never come back into what its parent does, and may have its heap:
// `function` returns only what failed, which is told in memory that is there.
template <typename Function>
void CaughtInto(ErrorRecord& error, const char* step, Function function) noexcept {
  try {
    Status failed = function();
    error = *failed.error();
  } catch (...) {
    TellException(error, step);
  }
}

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CAUGHT_H_
