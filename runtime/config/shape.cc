#include "runtime/config/shape.h"

#include <algorithm>

#include "runtime/config/text.h"
#include "runtime/text/nearest.h"

namespace slipway::config {

Error WrongShape(std::string_view what, const Node& node, const Source& source,
                 std::string_view wanted) {
  std::string operation(what);
  switch (node.kind) {
    case Node::Kind::kNull:
      operation += ": has no value";
      break;
    case Node::Kind::kScalar:
      operation += ": found a single value";
      break;
    case Node::Kind::kList:
      operation += ": found a list";
      break;
    case Node::Kind::kMap:
      operation += ": found a map";
      break;
  }
  const std::string hint =
      node.is_scalar() && !node.quoted ? MissingSpaceHint(node.text) : std::string();
  return Error(operation, node.text, hint.empty() ? "write " + std::string(wanted) : hint)
      .At(source.At(node.place));
}

Status ExpectList(std::string_view what, const Node& node, const Source& source,
                  std::string_view wanted) {
  return node.is_list() ? Ok() : Status(WrongShape(what, node, source, wanted));
}

Status ExpectMap(std::string_view what, const Node& node, const Source& source,
                 std::string_view wanted) {
  return node.is_map() ? Ok() : Status(WrongShape(what, node, source, wanted));
}

Status ExpectScalar(std::string_view what, const Node& node, const Source& source,
                    std::string_view wanted) {
  return node.is_scalar() ? Ok() : Status(WrongShape(what, node, source, wanted));
}

bool ExpectKeys(std::string_view what, const Node& map, const Source& source,
                const std::vector<std::string_view>& known, Mistakes& mistakes) {
  bool all = true;
  for (const Key& key : map.keys) {
    if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
    all = false;
    mistakes.Add(
        Error(std::string(what) + ": unknown key", key.text, text::NearestHint(key.text, known, ""))
            .At(source.At(key.place)));
  }
  return all;
}

}  // namespace slipway::config
