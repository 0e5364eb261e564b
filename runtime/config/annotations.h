// The `annotations:` of a config: texts about the container, for whoever asks for them by name, as
// the OCI runtime specification has them.

#ifndef SLIPWAY_RUNTIME_CONFIG_ANNOTATIONS_H_
#define SLIPWAY_RUNTIME_CONFIG_ANNOTATIONS_H_

#include <map>
#include <string>
#include <string_view>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"

namespace slipway::config {

// By their names, which are not empty and hold no '=': the journal writes NAME=VALUE.
using Annotations = std::map<std::string, std::string>;

// Checks the map below `annotations:`. What is wrong is told and left out.
Annotations ReadAnnotations(const Node& node, const Source& source, Mistakes& mistakes);

// One value of the command line's.
struct AnnotationSetting {
  std::string_view name;
  const Node& value;
  const Source& source;  // of the value
  bool append = false;   // is no way to set one: a mistake
};

// Puts it in the place of what the config says.
void SetAnnotation(const AnnotationSetting& setting, Annotations& annotations, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_ANNOTATIONS_H_
