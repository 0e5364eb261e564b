// The events of a YAML text -> the tree of nodes that a config is read from.

#ifndef SLIPWAY_RUNTIME_CONFIG_TREE_H_
#define SLIPWAY_RUNTIME_CONFIG_TREE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config/node.h"
#include "runtime/config/text.h"
#include "runtime/config/yaml_events.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

class TreeBuilder {
 public:
  // `lines` is the text that the events come from. Borrows both.
  TreeBuilder(const Lines& lines, const Source& source);

  // Fails on what a config may not hold; see yaml.h.
  Status Take(const YamlEvent& event);

  // Once all events are taken.
  Node TakeRoot() { return std::move(root_); }

 private:
  struct Frame {
    Node node;
    std::optional<Key> key;  // of a map: read, and waiting for its value
    size_t anchor = 0;
    bool block = false;
  };

  Status Refuse(Place place, std::string_view operation, std::string_view subject,
                std::string_view hint) const;
  Status RefuseDuplicates(const Node& map) const;
  Status CheckDepth(Place place, size_t depth) const;
  Status Count(Place place);

  Status TakeDocument(const YamlEvent& event);
  Status TakeAlias(const YamlEvent& event);
  Status TakeScalar(const YamlEvent& event);
  Status Enter(Node::Kind kind, const YamlEvent& event);
  Status Leave();

  // The index in anchors_ of the anchor that the event declares.
  size_t Declare(const YamlEvent& event);
  Status Copy(const Node& node, Place place, size_t depth, Node& copy);
  Status Add(Node node, size_t anchor);
  Status AddItem(Node node);
  Status AddKey(Node node);
  Status AddValue(Node node);

  const Lines& lines_;
  const Source& source_;
  Node root_;
  std::vector<Frame> frames_;
  std::vector<std::optional<Node>> anchors_;  // nothing: the node has not ended yet
  int documents_ = 0;
  int nodes_ = 0;
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_TREE_H_
