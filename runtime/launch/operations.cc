#include "runtime/launch/operations.h"

#include <algorithm>
#include <utility>

#include "runtime/launch/host_table.h"

namespace slipway::launch {
namespace {

bool HasHook(const std::vector<Stage>& stages, const state::Entry& entry, bool freeze) {
  const slipway_stage& stage = stages[entry.stage].descriptor();
  return freeze ? stage.freeze != nullptr : stage.processes != nullptr;
}

}  // namespace

Status Freeze(const Occasion& occasion, const std::vector<Stage>& stages, state::Journal& journal,
              bool frozen) {
  // A copy: the hooks may leave further records.
  const std::vector<state::Entry> entries = journal.entries();
  slipway_context context = ContextFor(occasion);
  context.journal = &journal;
  bool any = false;
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (!HasHook(stages, *entry, /*freeze=*/true)) continue;
    any = true;
    context.stage = entry->stage;
    Status status = stages[entry->stage].Freeze(context, entry->record, frozen);
    if (status.ok()) continue;
    while (entry != entries.begin()) {
      --entry;
      context.stage = entry->stage;
      (void)stages[entry->stage].Freeze(context, entry->record, !frozen).ok();
    }
    return status;
  }
  if (any) return Ok();
  return Error("no stage of this container can pause it", {},
               "a stage such as cgroup-v2 or cgroup-v1 in its config could");
}

Status Update(const Occasion& occasion, const Stage& stage, size_t position,
              const slipway_value* now, state::Journal& journal) {
  const std::vector<state::Entry> entries = journal.entries();
  const Stage changed({.descriptor = &stage.descriptor(), .options = now});
  slipway_context context = ContextFor(occasion);
  context.journal = &journal;
  context.stage = position;
  bool any = false;
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (entry->stage != position) continue;
    any = true;
    Status status = changed.Update(context, stage.spec().options, entry->record);
    if (status.ok()) continue;
    while (entry != entries.begin()) {
      --entry;
      if (entry->stage == position) (void)stage.Update(context, now, entry->record).ok();
    }
    return status;
  }
  if (any && stage.descriptor().update != nullptr) return Ok();
  return Error("the stage cannot change anything while the container runs").In(stage.name(), {});
}

Result<std::vector<pid_t>> ListProcesses(const Occasion& occasion,
                                         const std::vector<Stage>& stages) {
  std::vector<pid_t> processes;
  slipway_context context = ContextFor(occasion);
  context.processes = &processes;
  for (const state::Entry& entry : *occasion.entries) {
    context.stage = entry.stage;
    RETURN_IF_ERROR(stages[entry.stage].Processes(context, entry.record));
  }
  std::sort(processes.begin(), processes.end());
  processes.erase(std::unique(processes.begin(), processes.end()), processes.end());
  return processes;
}

bool KnowsProcesses(const Occasion& occasion, const std::vector<Stage>& stages) {
  return std::any_of(
      occasion.entries->begin(), occasion.entries->end(),
      [&](const state::Entry& entry) { return HasHook(stages, entry, /*freeze=*/false); });
}

}  // namespace slipway::launch
