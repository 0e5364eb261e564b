#include "runtime/config/pins.h"

#include "runtime/config/path.h"
#include "runtime/config/shape.h"
#include "runtime/sdk/result.h"

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
  auto path = HostPath(source.folder, node.text);
  if (!path.ok()) path.error().At(source.At(node.place));
  return path;
}

Pin ReadPin(const Key& key, const Node& node, const Source& source, Mistakes& mistakes) {
  constexpr std::string_view kWanted = "a map of path, sha256";
  const std::string what = "plugins." + key.text;
  const size_t before = mistakes.size();
  Pin pin;
  pin.where = source.At(key.place);
  if (!mistakes.Take(ExpectMap(what, node, source, kWanted))) {
    pin.wrong = true;
    return pin;
  }
  ExpectKeys(what, node, source, {"path", "sha256"}, mistakes);
  if (node.keys.empty()) {
    mistakes.Add(
        Error(what + ": an empty map", {}, "write " + std::string(kWanted) + ", or one of them")
            .At(source.At(node.place)));
  }
  if (const Node* path = node.Find("path")) {
    pin.path = mistakes.Take(ReadPath(what + ".path", *path, source)).value_or("");
  }
  if (const Node* digest = node.Find("sha256")) {
    pin.sha256 = mistakes.Take(ReadDigest(what + ".sha256", *digest, source)).value_or("");
    pin.sha256_where = source.At(digest->place);
  }
  pin.wrong = mistakes.size() > before;
  return pin;
}

}  // namespace

std::map<std::string, Pin> ReadPins(const Node& node, const Source& source, Mistakes& mistakes) {
  std::map<std::string, Pin> pins;
  for (size_t i = 0; i < node.keys.size(); ++i) {
    pins.emplace(node.keys[i].text, ReadPin(node.keys[i], node.items[i], source, mistakes));
  }
  return pins;
}

}  // namespace slipway::config
