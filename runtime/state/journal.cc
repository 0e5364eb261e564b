#include "runtime/state/journal.h"

#include <cerrno>

namespace slipway::state {

Status Journal::Append(size_t stage, std::string_view record) {
  if (record.size() > kMaxRecord) {
    return Error(EMSGSIZE, "record_undo", std::to_string(record.size()) + " bytes",
                 "an undo record has at most " + std::to_string(kMaxRecord) + " bytes");
  }
  entries_.push_back({stage, std::string(record)});
  return Ok();
}

}  // namespace slipway::state
