// Texts as a list in JSON.

#ifndef SLIPWAY_RUNTIME_CLI_JSON_TEXTS_H_
#define SLIPWAY_RUNTIME_CLI_JSON_TEXTS_H_

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "runtime/cli/json_text.h"

namespace slipway::cli {

inline boost::json::array JsonTexts(const std::vector<std::string>& texts) {
  boost::json::array list;
  for (const std::string& text : texts) list.push_back(boost::json::value(JsonText(text)));
  return list;
}

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_JSON_TEXTS_H_
