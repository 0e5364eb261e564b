#include <string>

#include "runtime/launch/host_functions.h"

namespace slipway::launch {
namespace {

// The hooks that may leave something in the journal.
constexpr const char* kKeeping = "PreClone, PostClone and InChild of a start, Freeze and Update";

Status Kept(Status status) {
  if (!status.ok() && status.error()->errno_value) {
    status.error().Prefix("cannot keep the container's state");
  }
  return status;
}

}  // namespace

int RecordUndo(slipway_context* context, const void* record, size_t size,
               slipway_error* error) noexcept {
  return Caught(error, "keep a record", [&]() -> Status {
    if (!context->journal) return WrongHook("record_undo", kKeeping);
    if (!context->descriptor->teardown) {
      return Error("left a record, but has no Teardown hook", {},
                   "a bug of the stage: nothing would ever undo it");
    }
    return Kept(context->journal->Append(context->stage, {static_cast<const char*>(record), size}));
  });
}

int RecordState(slipway_context* context, const void* state, size_t size,
                slipway_error* error) noexcept {
  return Caught(error, "keep a state", [&]() -> Status {
    if (!context->journal) return WrongHook("record_state", kKeeping);
    return Kept(
        context->journal->SetState(context->stage, {static_cast<const char*>(state), size}));
  });
}

const void* KeptState(const slipway_context* context, size_t* size) noexcept {
  *size = 0;
  if (context->states == nullptr || context->stage >= context->states->size()) return nullptr;
  const std::string& state = (*context->states)[context->stage];
  *size = state.size();
  return state.empty() ? nullptr : state.data();
}

const void* UndoRecord(const slipway_context* context, size_t index, size_t* size) noexcept {
  *size = 0;
  if (context->entries == nullptr) return nullptr;
  for (const state::Entry& entry : *context->entries) {
    if (entry.stage != context->stage || index-- != 0) continue;
    *size = entry.record.size();
    return entry.record.data();
  }
  return nullptr;
}

}  // namespace slipway::launch
