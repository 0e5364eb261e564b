#include "runtime/launch/unwinder.h"

#include "runtime/launch/host_table.h"

namespace slipway::launch {

Findings CollectFindings(const std::string& id, const std::vector<Stage>& stages,
                         const state::Journal& journal, std::vector<Error>& failures) {
  Findings findings;
  slipway_context context;
  context.container_id = &id;
  context.findings = &findings;
  for (const state::Journal::Entry& entry : journal.entries()) {
    context.stage = entry.stage;
    Status status = stages[entry.stage].Report(context, entry.record);
    if (!status.ok()) failures.push_back(status.error());
  }
  return findings;
}

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
