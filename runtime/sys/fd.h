// A file descriptor that closes itself.

#ifndef SLIPWAY_RUNTIME_SYS_FD_H_
#define SLIPWAY_RUNTIME_SYS_FD_H_

#include <unistd.h>

#include <utility>

namespace slipway::sys {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { Close(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Close() {
    if (valid()) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_FD_H_
