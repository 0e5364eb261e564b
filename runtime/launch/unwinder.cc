#include "runtime/launch/unwinder.h"

#include <algorithm>
#include <utility>

#include "runtime/launch/guard.h"
#include "runtime/launch/host_table.h"

namespace slipway::launch {
namespace {

constexpr int kAttempts = 2;

using Entries = std::vector<const state::Entry*>;

// In the order in which they were tried. left: those that could not be undone.
std::vector<UndoneStage> Count(const std::vector<state::Entry>& tried, const Entries& left) {
  std::vector<UndoneStage> counts;
  for (auto entry = tried.rbegin(); entry != tried.rend(); ++entry) {
    auto count = std::find_if(counts.begin(), counts.end(), [&](const UndoneStage& stage) {
      return stage.stage == entry->stage;
    });
    if (count == counts.end()) count = counts.insert(count, {.stage = entry->stage});
    const bool failed = std::find(left.begin(), left.end(), &*entry) != left.end();
    ++(failed ? count->failed : count->undone);
  }
  return counts;
}

}  // namespace

Findings CollectFindings(const Occasion& occasion, const std::vector<Stage>& stages,
                         std::vector<Error>& failures) {
  Findings findings;
  slipway_context context = ContextFor(occasion);
  context.findings = &findings;
  for (const state::Entry& entry : *occasion.entries) {
    context.stage = entry.stage;
    Status status = stages[entry.stage].Report(context, entry.record);
    if (!status.ok()) failures.push_back(status.error());
  }
  return findings;
}

std::vector<Error> Unwind(const Occasion& occasion, const std::vector<Stage>& stages,
                          std::vector<UndoneStage>* undone) {
  const std::vector<state::Entry>& entries = *occasion.entries;
  slipway_context context = ContextFor(occasion);
  Entries left;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) left.push_back(&*entry);
  std::vector<Error> failures;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    failures.clear();
    Entries failed;
    for (const state::Entry* entry : left) {
      HookWatch::SetRecordsLeft(static_cast<size_t>(entry - entries.data()));
      context.stage = entry->stage;
      Status status = stages[entry->stage].Teardown(context, entry->record);
      if (status.ok()) continue;
      failed.push_back(entry);
      failures.push_back(status.error());
    }
    left = std::move(failed);
  }
  if (undone != nullptr) *undone = Count(entries, left);
  return failures;
}

}  // namespace slipway::launch
