#include "runtime/loader/digest.h"

#include <sha256.h>
#include <strings.h>
#include <sys/types.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

namespace slipway::loader {
namespace {

constexpr size_t kDigits = SHA256_DIGEST_STRING_LENGTH - 1;

bool IsDigest(const std::string& text) {
  return text.size() == kDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c); });
}

}  // namespace

Status CheckDigest(const std::string& path, const std::string& wanted) {
  if (!IsDigest(wanted)) {
    return Error("not a sha256", wanted, "it has 64 hexadecimal digits; see sha256sum " + path);
  }
  char found[SHA256_DIGEST_STRING_LENGTH];
  if (SHA256File(path.c_str(), found) == nullptr) return Error(errno, "read", path);
  if (strcasecmp(found, wanted.c_str()) == 0) return Ok();
  return Error("wrong sha256", found, "the config pins " + wanted + "; file: " + path);
}

}  // namespace slipway::loader
