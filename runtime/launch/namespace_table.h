// What the functions of slipway_host that are about namespaces do: each adds a wish to the plan, or
// says why two wishes, or one and the machine, do not go together.

#ifndef SLIPWAY_RUNTIME_LAUNCH_NAMESPACE_TABLE_H_
#define SLIPWAY_RUNTIME_LAUNCH_NAMESPACE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/launch/plan.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// Whose hook it is.
struct Asking {
  const slipway_stage& descriptor;
  size_t stage;  // position in the pipeline

  Wisher wisher() const { return {descriptor.name, stage, {}}; }
};

Status WishNamespaces(Plan& plan, const Asking& asking, uint64_t flags);
Status WishIdMap(Plan& plan, const Asking& asking, uint32_t kind, const IdRange& range);
Status WishChosenIdMap(Plan& plan, const Asking& asking);
Status WishToJoin(Plan& plan, const Asking& asking, int file, uint64_t flag);
Status WishTimeOffsets(Plan& plan, const Asking& asking, int64_t monotonic_ns, int64_t boottime_ns);

// What shows only when all stages have been asked. The error's wisher is the stage to blame.
struct Clash {
  size_t stage;  // position in the pipeline
  Error error;
};
std::optional<Clash> FindClash(const Plan& plan);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_NAMESPACE_TABLE_H_
