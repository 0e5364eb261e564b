#include "runtime/commands/container_id.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>

namespace slipway {
namespace {

constexpr size_t kMaxId = 64;
constexpr char kAllowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

bool IsId(const std::string& text) {
  return !text.empty() && text.size() <= kMaxId && text.front() != '.' && text.front() != '-' &&
         text.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace

Status CheckId(const std::string& id) {
  if (IsId(id)) return Ok();
  return Error("not a container id", id, "runtime list shows those that there are");
}

Result<std::string> ContainerId(const std::optional<std::string>& name) {
  if (name) {
    if (!IsId(*name)) {
      return Error("not a container id", *name,
                   "--name takes 1 to 64 of A-Z a-z 0-9 _ . - and must not begin with . or -");
    }
    return *name;
  }
  uint64_t random = 0;
  if (getrandom(&random, sizeof(random), 0) != sizeof(random)) return Error(errno, "getrandom");
  std::string id = "slipway-";
  for (int shift = 60; shift >= 0; shift -= 4) id += "0123456789abcdef"[(random >> shift) & 0xf];
  return id;
}

}  // namespace slipway
