// Ids for the user namespace of a container of root's: such that nobody else has.

#ifndef SLIPWAY_RUNTIME_STATE_FREE_IDS_H_
#define SLIPWAY_RUNTIME_STATE_FREE_IDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/state/contents.h"
#include "runtime/state/journal.h"
#include "runtime/state/root.h"

namespace slipway::state {

inline constexpr uint32_t kIdsOfAContainer = 65536;

// Which of `taken` no id is, and which is within `usable`. begin: any number; the search begins
// with it, so that those who do not know of each other seldom find the same.
std::optional<Ids> FindFreeIds(const std::vector<Ids>& taken, const std::vector<Ids>& usable,
                               uint64_t begin);

// Takes kIdsOfAContainer that are in neither subuid(5) nor subgid(5), and that no container below
// `root` has, and writes them down in `journal`, of a container below `root`. Of two processes that
// do so at once, one waits for the other.
Result<Ids> TakeFreeIds(const Root& root, Journal& journal);

struct SharedIds {
  std::string container;  // that has them too
  Ids ids;
};

// Writes down ids that somebody has chosen, as TakeFreeIds does. Returns some that a living
// container below `root` has too; nullopt: there are none.
Result<std::optional<SharedIds>> TakeGivenIds(const Root& root, Journal& journal,
                                              const std::vector<Ids>& ids);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_FREE_IDS_H_
