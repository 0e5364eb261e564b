// The events of a YAML text: yaml-cpp behind types of our own.

#ifndef SLIPWAY_RUNTIME_CONFIG_YAML_EVENTS_H_
#define SLIPWAY_RUNTIME_CONFIG_YAML_EVENTS_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/config/node.h"
#include "runtime/config/scan.h"
#include "runtime/config/text.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

struct YamlEvent {
  enum class Kind { kDocument, kAlias, kNull, kScalar, kList, kListEnd, kMap, kMapEnd };

  Kind kind = Kind::kDocument;
  Place place = {};            // of an anchor in front, if there is one
  bool quoted = false;         // kScalar: stood in quotes, or as a block
  bool block = false;          // kList: its items stand behind "- "
  size_t anchor = 0;           // kAlias: which; others: the one declared here; 0: none
  std::string_view text = {};  // kScalar; kNull: the word, if one is written
};

// What yaml-cpp has to say about a text that it cannot read.
struct YamlComplaint {
  std::string
      problem;  // begins with one of YAML::ErrorMsg; empty: it reads another token than is there
  Place place;
};

// Gives the events of a text to `take`, one after the other. Ends at the first that it refuses,
// with what it said; ok, and a complaint, where yaml-cpp cannot read on.
Status ReadYamlEvents(std::string_view text, const Lines& lines, const Scanned& scanned,
                      const std::function<Status(const YamlEvent&)>& take,
                      std::optional<YamlComplaint>& complaint);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_YAML_EVENTS_H_
