// The events of a YAML text, one after the other: libyaml behind types of our own. Nothing else
// includes it.

#ifndef SLIPWAY_RUNTIME_CONFIG_YAML_EVENTS_H_
#define SLIPWAY_RUNTIME_CONFIG_YAML_EVENTS_H_

#include <yaml.h>

#include <cstddef>
#include <string_view>

#include "runtime/config/node.h"
#include "runtime/config/text.h"

namespace slipway::config {

struct YamlEvent {
  enum class Kind { kDocument, kAlias, kScalar, kList, kListEnd, kMap, kMapEnd, kEnd };

  Kind kind = Kind::kEnd;
  Place place;            // of an anchor or a tag in front, if there is one
  int last_line = 1;      // kScalar: the line in which it ends
  bool quoted = false;    // kScalar: stood in quotes, or as a block
  bool block = false;     // kList: its items stand behind "- "
  std::string_view text;  // kScalar
  std::string_view anchor;
  std::string_view tag;  // as libyaml resolves it: "tag:yaml.org,2002:binary"
};

// What libyaml has to say about a text that it cannot read.
struct YamlComplaint {
  std::string_view problem;  // "did not find expected key"
  Place place;
  std::string_view context;  // "while parsing a block mapping"
  Place start;               // of what `context` names
};

class YamlEvents {
 public:
  // Borrows both. The text holds only what FindStrayCharacter has nothing against.
  YamlEvents(std::string_view text, const Lines& lines);
  ~YamlEvents();
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;

  // The next one; it and what it points to last until the next call. nullptr: see complaint().
  const YamlEvent* Next();

  YamlComplaint complaint();

 private:
  // Where in a line libyaml, which counts characters, was last.
  struct Cursor {
    size_t line = 0;
    size_t characters = 0;
    size_t bytes = 0;
  };

  Place ToPlace(const yaml_mark_t& mark);
  bool Translate();
  void TranslateScalar();
  bool HasBareTag() const;

  const Lines& lines_;
  yaml_parser_t parser_;
  yaml_event_t raw_ = {};
  YamlEvent event_;
  Cursor cursor_;
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_YAML_EVENTS_H_
