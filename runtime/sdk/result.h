// Status and Result<T>: the one error idiom of the host and of C++ stages.
//
// A Status is "done" or an Error; a Result<T> is a T or an Error. Neither throws. The names of
// the members are those of std::expected (C++23), for the day when the compiler has it.

#ifndef SLIPWAY_RUNTIME_SDK_RESULT_H_
#define SLIPWAY_RUNTIME_SDK_RESULT_H_

#include <optional>
#include <utility>

#include "runtime/sdk/error.h"

namespace slipway {

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error)  // NOLINT(google-explicit-constructor): `return Error(...)` reads well
      : error_(std::move(error)) {}

  bool ok() const { return error_.record_ == nullptr; }
  // Only when !ok().
  Error& error() { return error_; }
  const Error& error() const { return error_; }

 private:
  Error error_;
};

inline Status Ok() { return {}; }

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Result(Error error) : status_(std::move(error)) {}     // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return status_.ok(); }
  // Only when ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  // Only when !ok().
  Error& error() { return status_.error(); }
  const Error& error() const { return status_.error(); }
  Status status() && { return std::move(status_); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace slipway

#define SLIPWAY_CONCAT_(a, b) a##b
#define SLIPWAY_CONCAT(a, b) SLIPWAY_CONCAT_(a, b)

// Returns the error of a Status or a Result from the enclosing function.
#define RETURN_IF_ERROR(expression)                         \
  do {                                                      \
    if (auto status_ = (expression); !status_.ok()) {       \
      return ::slipway::Status(std::move(status_.error())); \
    }                                                       \
  } while (false)

// ASSIGN_OR_RETURN(Fd fd, sys::Open(path)): the value, or a return with the error.
#define ASSIGN_OR_RETURN(target, expression) \
  SLIPWAY_ASSIGN_OR_RETURN_(SLIPWAY_CONCAT(result_, __LINE__), target, expression)
#define SLIPWAY_ASSIGN_OR_RETURN_(result, target, expression)            \
  auto result = (expression);                                            \
  if (!result.ok()) return ::slipway::Status(std::move(result.error())); \
  target = std::move(result).value()

#endif  // SLIPWAY_RUNTIME_SDK_RESULT_H_
