// Checks on the shape of a tree: is it the list or the map that belongs here?
//
// `what` names the thing in errors, as people would: "process.args", "stages".

#ifndef SLIPWAY_RUNTIME_CONFIG_SHAPE_H_
#define SLIPWAY_RUNTIME_CONFIG_SHAPE_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

// `process.args: found a map (write a list of texts)`; `wanted` is "a list of texts".
Error WrongShape(std::string_view what, const Node& node, const Source& source,
                 std::string_view wanted);

// The node is a list, a map, a scalar; else WrongShape.
Status ExpectList(std::string_view what, const Node& node, const Source& source,
                  std::string_view wanted);
Status ExpectMap(std::string_view what, const Node& node, const Source& source,
                 std::string_view wanted);
Status ExpectScalar(std::string_view what, const Node& node, const Source& source,
                    std::string_view wanted);

// Every key of the map is among `known`; tells each that is not, with a hint at the nearest one.
// `what` stands in front: "process". Returns whether all are.
bool ExpectKeys(std::string_view what, const Node& map, const Source& source,
                const std::vector<std::string_view>& known, Mistakes& mistakes);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_SHAPE_H_
