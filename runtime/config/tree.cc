#include "runtime/config/tree.h"

#include <algorithm>
#include <utility>

#include "runtime/config/scan.h"

namespace slipway::config {
TreeBuilder::TreeBuilder(const Lines& lines, const Source& source)
    : lines_(lines), source_(source) {
  constexpr size_t kUsualDepth = 8;
  frames_.reserve(kUsualDepth);
}

Status TreeBuilder::Take(const YamlEvent& event) {
  switch (event.kind) {
    case YamlEvent::Kind::kDocument:
      return TakeDocument(event);
    case YamlEvent::Kind::kAlias:
      return TakeAlias(event);
    case YamlEvent::Kind::kNull:
    case YamlEvent::Kind::kScalar:
      return TakeScalar(event);
    case YamlEvent::Kind::kList:
      return Enter(Node::Kind::kList, event);
    case YamlEvent::Kind::kMap:
      return Enter(Node::Kind::kMap, event);
    case YamlEvent::Kind::kMapEnd:
      RETURN_IF_ERROR(RefuseDuplicates(frames_.back().node));
      return Leave();
    case YamlEvent::Kind::kListEnd:
      return Leave();
  }
  return Ok();
}

Status TreeBuilder::Refuse(Place place, std::string_view operation, std::string_view subject,
                           std::string_view hint) const {
  return Error(operation, subject, hint).At(source_.At(place));
}

Status TreeBuilder::RefuseDuplicates(const Node& map) const {
  if (map.keys.size() < 2) return Ok();
  std::vector<const Key*> keys;
  keys.reserve(map.keys.size());
  for (const Key& key : map.keys) keys.push_back(&key);
  std::sort(keys.begin(), keys.end(), [](const Key* a, const Key* b) {
    const int order = a->text.compare(b->text);
    return order != 0 ? order < 0 : a < b;
  });
  const auto twice = std::adjacent_find(
      keys.begin(), keys.end(), [](const Key* a, const Key* b) { return a->text == b->text; });
  if (twice == keys.end()) return Ok();
  const Key& first = **twice;
  const Key& second = **(twice + 1);
  return Refuse(second.place, "duplicate key", second.text,
                "the first is at " + source_.At(first.place));
}

Status TreeBuilder::CheckDepth(Place place, size_t depth) const {
  if (depth <= kMaxDepth) return Ok();
  return TooDeep().At(source_.At(place));
}

Status TreeBuilder::Count(Place place) {
  if (++nodes_ <= kMaxNodes) return Ok();
  return TooManyValues().At(source_.At(place));
}

Status TreeBuilder::TakeDocument(const YamlEvent& event) {
  if (documents_++ == 0) return Ok();
  if (!lines_.From(event.place).starts_with("---")) {
    return Refuse(event.place, "not valid YAML", {}, "the text before this is already complete");
  }
  return Refuse(event.place, "more than one document", {},
                "a config is one: remove what follows the ---");
}

Status TreeBuilder::TakeAlias(const YamlEvent& event) {
  const std::optional<Node>& original = anchors_[event.anchor - 1];
  if (!original) {
    return Refuse(event.place, "an alias inside what it stands for", {}, "it would never end");
  }
  Node copy;
  RETURN_IF_ERROR(Copy(*original, event.place, frames_.size(), copy));
  return Add(std::move(copy), 0);
}

Status TreeBuilder::TakeScalar(const YamlEvent& event) {
  const bool is_null = event.kind == YamlEvent::Kind::kNull;
  if (is_null && !event.text.empty() && !frames_.empty() && frames_.back().node.is_list()) {
    return Refuse(event.place, "an empty list item", event.text,
                  "this word stands for nothing: remove it, or write it in quotes");
  }
  Node node;
  node.place = event.place;
  if (!is_null) {
    node.kind = Node::Kind::kScalar;
    node.quoted = event.quoted;
    node.text = event.text;
  }
  if (node.text.find('\0') != std::string::npos) {
    return Refuse(node.place, "a NUL character in a text", {}, "no Linux interface can take one");
  }
  return Add(std::move(node), Declare(event));
}

Status TreeBuilder::Enter(Node::Kind kind, const YamlEvent& event) {
  RETURN_IF_ERROR(CheckDepth(event.place, frames_.size() + 1));
  Frame& frame = frames_.emplace_back();
  frame.anchor = Declare(event);
  frame.block = event.block;
  frame.node.kind = kind;
  frame.node.place = event.place;
  return Ok();
}

Status TreeBuilder::Leave() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  return Add(std::move(frame.node), frame.anchor);
}

size_t TreeBuilder::Declare(const YamlEvent& event) {
  // yaml-cpp numbers the anchors of a document from 1.
  if (event.anchor > anchors_.size()) anchors_.resize(event.anchor);
  return event.anchor;
}

// Copies for the alias or anchor at `place`, below `depth` levels.
Status TreeBuilder::Copy(const Node& node, Place place, size_t depth, Node& copy) {
  RETURN_IF_ERROR(Count(place));
  copy.kind = node.kind;
  copy.quoted = node.quoted;
  copy.place = node.place;
  copy.text = node.text;
  copy.keys = node.keys;
  copy.items.reserve(node.items.size());
  if (node.is_list() || node.is_map()) RETURN_IF_ERROR(CheckDepth(place, depth + 1));
  for (const Node& item : node.items) {
    RETURN_IF_ERROR(Copy(item, place, depth + 1, copy.items.emplace_back()));
  }
  return Ok();
}

Status TreeBuilder::Add(Node node, size_t anchor) {
  RETURN_IF_ERROR(Count(node.place));
  if (anchor != 0) {
    Node copy;
    RETURN_IF_ERROR(Copy(node, node.place, frames_.size(), copy));
    anchors_[anchor - 1] = std::move(copy);
  }
  if (frames_.empty()) {
    root_ = std::move(node);
    return Ok();
  }
  const Frame& frame = frames_.back();
  if (frame.node.is_list()) return AddItem(std::move(node));
  return frame.key ? AddValue(std::move(node)) : AddKey(std::move(node));
}

Status TreeBuilder::AddItem(Node node) {
  Frame& frame = frames_.back();
  if (node.is_null()) {
    const Place place = frame.block ? EmptyItemBefore(lines_, node.place) : node.place;
    return Refuse(place, "an empty list item", {},
                  "remove it; an empty text is \"\", the word null is \"null\"");
  }
  frame.node.items.push_back(std::move(node));
  return Ok();
}

Status TreeBuilder::AddKey(Node node) {
  if (!node.is_scalar()) {
    return Refuse(node.place, "a key that is not a text", {},
                  "put a text in quotes before the colon");
  }
  if (node.text == "<<" && !node.quoted) {
    return Refuse(node.place, "a merge key", "<<", "write the keys out, or alias a whole value");
  }
  frames_.back().key = Key{.text = std::move(node.text), .place = node.place};
  return Ok();
}

Status TreeBuilder::AddValue(Node node) {
  Frame& frame = frames_.back();
  // An empty value has no place of its own: yaml-cpp notices it at the next token.
  if (node.is_null()) node.place = frame.key->place;
  frame.node.keys.push_back(std::move(*frame.key));
  frame.node.items.push_back(std::move(node));
  frame.key.reset();
  return Ok();
}

}  // namespace slipway::config
