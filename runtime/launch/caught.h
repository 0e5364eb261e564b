// Runs a part of a launch that uses libraries: what one of them throws becomes an error, so that
// nothing behind it is left out.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CAUGHT_H_
#define SLIPWAY_RUNTIME_LAUNCH_CAUGHT_H_

#include <exception>
#include <new>

#include "runtime/sdk/error.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

inline constexpr const char* kInternal = "internal error";

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

Error OutOfMemory();
void TellOutOfMemory(ErrorRecord& error, const char* step);
// what: of the exception; or "".
void TellInternal(ErrorRecord& error, const char* step, const char* what);

// function: returns a Status or a Result. step: of the error.
template <typename Function>
auto CaughtIn(const char* step, Function function) -> decltype(function()) {
  Reserve reserve;
  try {
    return function();
  } catch (const std::bad_alloc&) {
    reserve.Free();
    return OutOfMemory().In({}, step);
  } catch (const std::exception& exception) {
    return Error(kInternal, exception.what()).In({}, step);
  } catch (...) {
    return Error(kInternal, {}, "an exception that is no std::exception").In({}, step);
  }
}

// The same in a child, which must never come back into what its parent does, and may have its heap:
// `function` returns only what failed, which is told in memory that is there.
template <typename Function>
void CaughtInto(ErrorRecord& error, const char* step, Function function) noexcept {
  try {
    Status failed = function();
    error = *failed.error();
  } catch (const std::bad_alloc&) {
    TellOutOfMemory(error, step);
  } catch (const std::exception& exception) {
    TellInternal(error, step, exception.what());
  } catch (...) {
    TellInternal(error, step, "");
  }
}

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CAUGHT_H_
