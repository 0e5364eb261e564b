// The journal of undo records: what stages hand over before each side effect, in the order in
// which it happened. Teardown works from it alone.

#ifndef SLIPWAY_RUNTIME_STATE_JOURNAL_H_
#define SLIPWAY_RUNTIME_STATE_JOURNAL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::state {

class Journal {
 public:
  static constexpr size_t kMaxRecord = 4096;  // bytes; promised in abi.h

  struct Entry {
    size_t stage;  // position in the pipeline
    std::string record;
  };

  // Keeps a record of the stage at position `stage`. Fails on a record that is too long.
  Status Append(size_t stage, std::string_view record);

  // The oldest first.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_JOURNAL_H_
