#include "runtime/launch/unwinder.h"

namespace slipway::launch {

std::vector<Error> Unwind(const std::vector<Stage>& stages, const state::Journal& journal) {
  std::vector<Error> failures;
  const auto& entries = journal.entries();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    Status status = stages[entry->stage].Teardown(entry->record);
    if (!status.ok()) failures.push_back(status.error());
  }
  return failures;
}

}  // namespace slipway::launch
