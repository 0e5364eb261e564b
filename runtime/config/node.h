// The tree that a YAML text becomes: what was written, and where.
//
// Nothing is typed here: `123`, `yes` and `hostname` are all scalars with a text, and the option
// table of a stage decides later what they are. Keys are always texts, and never occur twice in
// one map: the reader (yaml.h) has refused anything else.

#ifndef SLIPWAY_RUNTIME_CONFIG_NODE_H_
#define SLIPWAY_RUNTIME_CONFIG_NODE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::config {

// A place in a text; both count from 1, columns in bytes.
struct Place {
  int line = 1;
  int column = 1;
};

// What a tree was read from.
struct Source {
  std::string name;       // as people know it: "configs/ubuntu.yaml", "--set uts.hostname"
  std::string folder;     // absolute; what relative paths in it are resolved against
  bool has_lines = true;  // false: `name` alone says where

  // "configs/ubuntu.yaml:7:5"
  std::string At(Place place) const {
    if (!has_lines) return name;
    return name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }
};

struct Key {
  std::string text;
  Place place;
};

// Bounds: each is an error of its own, so that no input can take the host's memory or stack.
inline constexpr int kMaxDepth = 64;       // maps and lists in one another
inline constexpr int kMaxNodes = 100'000;  // aliases counted as often as they are used

struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  bool quoted = false;  // kScalar: stood in quotes, or as a block
  Place place;          // of a null in a map: its key's
  std::string text;     // kScalar; never holds a NUL
  std::vector<Node> items;
  std::vector<Key> keys;  // kMap: one for each of items, in the order of the text

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }

  // kMap: the value of a key; nullptr when there is none.
  const Node* Find(std::string_view name) const {
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].text == name) return &items[i];
    }
    return nullptr;
  }
  Node* Find(std::string_view name) { return const_cast<Node*>(std::as_const(*this).Find(name)); }
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_NODE_H_
