// A record as one text: "/src:/dst:ro" for {source: /src, target: /dst, readonly: true}. How a
// record may be written so is its stage's to say; slipway_option.text_form of abi.h has the
// grammar.

#ifndef SLIPWAY_RUNTIME_CONFIG_TEXT_FORM_H_
#define SLIPWAY_RUNTIME_CONFIG_TEXT_FORM_H_

#include <string>

#include "runtime/config/node.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// The map of fields that the scalar `text` stands for, every part at the scalar's place. Nothing
// but the parting is checked. record: has a text form. The error has neither place nor option.
Result<Node> SplitTextForm(const slipway_option& record, const Node& text);

// "/source:/target or /source:/target:ro". record: has a text form.
std::string TextFormExamples(const slipway_option& record);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_TEXT_FORM_H_
