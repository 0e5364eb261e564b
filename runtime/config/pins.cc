#include "runtime/config/pins.h"

#include <utility>

#include "runtime/config/path.h"
#include "runtime/config/shape.h"

namespace slipway::config {
namespace {

constexpr size_t kDigits = 64;  // of a SHA-256, in hexadecimal

Result<std::string> ReadDigest(const std::string& what, const Node& node, const Source& source) {
  constexpr std::string_view kWanted = "the 64 hexadecimal digits that sha256sum prints";
  RETURN_IF_ERROR(ExpectScalar(what, node, source, kWanted));
  std::string digest = node.text;
  bool is_hex = digest.size() == kDigits;
  for (char& c : digest) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    is_hex = is_hex && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
  if (is_hex) return digest;
  return Error(what + ": not a SHA-256 digest", node.text, "write " + std::string(kWanted))
      .At(source.At(node.place));
}

Result<std::string> ReadPath(const std::string& what, const Node& node, const Source& source) {
  constexpr std::string_view kWanted = "the path of a plugin";
  RETURN_IF_ERROR(ExpectScalar(what, node, source, kWanted));
  if (node.text.empty()) {
    return Error(what + ": an empty path", {}, "write " + std::string(kWanted))
        .At(source.At(node.place));
  }
  auto path = AbsolutePath(source.folder, node.text);
  if (!path.ok()) path.error().At(source.At(node.place));
  return path;
}

Result<Pin> ReadPin(const Key& key, const Node& node, const Source& source) {
  constexpr std::string_view kWanted = "a map of path, sha256";
  const std::string what = "plugins." + key.text;
  RETURN_IF_ERROR(ExpectMap(what, node, source, kWanted));
  RETURN_IF_ERROR(ExpectKeys(what, node, source, {"path", "sha256"}));
  if (node.keys.empty()) {
    return Error(what + ": an empty map", {}, "write " + std::string(kWanted) + ", or one of them")
        .At(source.At(node.place));
  }
  Pin pin;
  pin.where = source.At(key.place);
  if (const Node* path = node.Find("path")) {
    ASSIGN_OR_RETURN(pin.path, ReadPath(what + ".path", *path, source));
  }
  if (const Node* digest = node.Find("sha256")) {
    ASSIGN_OR_RETURN(pin.sha256, ReadDigest(what + ".sha256", *digest, source));
  }
  return pin;
}

}  // namespace

Result<std::map<std::string, Pin>> ReadPins(const Node& node, const Source& source) {
  RETURN_IF_ERROR(ExpectMap("plugins", node, source, "a map of stage names to path, sha256"));
  std::map<std::string, Pin> pins;
  for (size_t i = 0; i < node.keys.size(); ++i) {
    ASSIGN_OR_RETURN(Pin pin, ReadPin(node.keys[i], node.items[i], source));
    pins.emplace(node.keys[i].text, std::move(pin));
  }
  return pins;
}

}  // namespace slipway::config
