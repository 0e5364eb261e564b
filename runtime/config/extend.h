// `extends: FILE`: a config that begins with what another one says.

#ifndef SLIPWAY_RUNTIME_CONFIG_EXTEND_H_
#define SLIPWAY_RUNTIME_CONFIG_EXTEND_H_

#include <functional>
#include <string>
#include <vector>

#include "runtime/config/config_text.h"
#include "runtime/config/document.h"
#include "runtime/config/mistakes.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// A config that another one extends.
struct BaseText {
  ConfigText text;
  std::string where;  // of the `extends:` that names it
};

// Finds and reads what `extends: NAME` names in a config of that folder.
using OpenBase =
    std::function<Result<ConfigText>(const std::string& name, const std::string& folder)>;

// Reads what the document, which was read from `text`, extends, and what that extends; joins them.
// bases: gets their texts, the nearest first. Cycles, and more than a few files in one another, are
// refused. What is wrong is told. False: a base cannot be read, and nothing else can be said.
bool Extend(const ConfigText& text, const OpenBase& open, Document& document,
            std::vector<BaseText>& bases, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_EXTEND_H_
