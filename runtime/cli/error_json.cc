#include "runtime/cli/error_json.h"

#include "runtime/cli/json_text.h"

namespace slipway::cli {

boost::json::object ErrorObject(const Error& error) {
  Error bare = error;
  bare.At("").In("", "").Hint("");
  *bare->cure = '\0';
  return {{"stage", error->stage},
          {"option", JsonText(error->option)},
          {"message", bare.ToString()},
          {"hint", JsonText(error->hint)},
          {"cure", JsonText(error->cure)}};
}

}  // namespace slipway::cli
