#include "runtime/launch/unwinder.h"

#include <utility>

#include "runtime/launch/guard.h"
#include "runtime/launch/host_table.h"

namespace slipway::launch {
namespace {

constexpr int kAttempts = 2;

}  // namespace

Findings CollectFindings(const std::string& id, const std::vector<Stage>& stages,
                         const std::vector<state::Entry>& entries, std::vector<Error>& failures) {
  Findings findings;
  slipway_context context;
  context.container_id = &id;
  context.findings = &findings;
  for (const state::Entry& entry : entries) {
    context.stage = entry.stage;
    Status status = stages[entry.stage].Report(context, entry.record);
    if (!status.ok()) failures.push_back(status.error());
  }
  return findings;
}

std::vector<Error> Unwind(const std::vector<Stage>& stages,
                          const std::vector<state::Entry>& entries) {
  std::vector<const state::Entry*> left;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) left.push_back(&*entry);
  std::vector<Error> failures;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    failures.clear();
    std::vector<const state::Entry*> failed;
    for (const state::Entry* entry : left) {
      HookWatch::SetRecordsLeft(static_cast<size_t>(entry - entries.data()));
      Status status = stages[entry->stage].Teardown(entry->record);
      if (status.ok()) continue;
      failed.push_back(entry);
      failures.push_back(status.error());
    }
    left = std::move(failed);
  }
  return failures;
}

}  // namespace slipway::launch
