#include "runtime/config/override.h"

namespace slipway::config {

Result<Override> ParseOverride(const std::string& text) {
  const size_t equals = text.find('=');
  const size_t dot = text.find('.');
  if (equals == std::string::npos || dot == 0 || dot >= equals || dot + 1 == equals) {
    return Error("--set: not of the form stage.option=value:", text,
                 "such as --set uts.hostname=web");
  }
  return Override{.stage = text.substr(0, dot),
                  .option = text.substr(dot + 1, equals - dot - 1),
                  .text = text.substr(equals + 1)};
}

}  // namespace slipway::config
