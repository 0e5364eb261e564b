// The checked options of a stage as text, and back: Teardown works from them, perhaps in another
// process, when the config that they came from has long been edited.

#ifndef SLIPWAY_RUNTIME_STATE_VALUES_H_
#define SLIPWAY_RUNTIME_STATE_VALUES_H_

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::state {

// Values, and all the memory that they point into. Moving it moves nothing that is pointed to.
class Values {
 public:
  const slipway_value* data() const { return arrays_.empty() ? nullptr : arrays_.front().data(); }

  // For the maker. The first array is what data() points to.
  slipway_value* NewArray(size_t count) { return arrays_.emplace_back(count).data(); }
  const char* NewString(std::string_view text) { return strings_.emplace_back(text).c_str(); }

 private:
  std::deque<std::vector<slipway_value>> arrays_;
  std::deque<std::string> strings_;
};

// values: as many as the stage has options. Those that are secret are left out.
std::string FormatValues(const slipway_stage& stage, const slipway_value* values);

// Takes what FormatValues wrote, perhaps for an older build of the stage, which had fewer options
// at the end of its table: they have no value then. Fails unless each value is one that the table
// of `stage` has room for; ranges are not checked again.
Result<Values> ParseValues(const slipway_stage& stage, std::string_view text);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_VALUES_H_
