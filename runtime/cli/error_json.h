// An error in JSON, in its parts.

#ifndef SLIPWAY_RUNTIME_CLI_ERROR_JSON_H_
#define SLIPWAY_RUNTIME_CLI_ERROR_JSON_H_

#include <boost/json/object.hpp>

#include "runtime/sdk/error.h"

namespace slipway::cli {

// {"stage":"uts","option":"","message":"...","hint":"...","cure":"..."}: without its place.
boost::json::object ErrorObject(const Error& error);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_ERROR_JSON_H_
