// What the user wrote for a stage -> checked values, from the stage's option table alone.

#ifndef SLIPWAY_RUNTIME_CONFIG_VALUES_H_
#define SLIPWAY_RUNTIME_CONFIG_VALUES_H_

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"
#include "runtime/sdk/abi.h"

namespace slipway::config {

// The values of one stage, and all the memory that they point into.
class OptionValues {
 public:
  OptionValues() = default;
  OptionValues(const OptionValues&) = delete;
  OptionValues& operator=(const OptionValues&) = delete;

  // One for each row of the stage's table, in its order; valid as long as this object.
  const slipway_value* data() const { return rows_; }

  // For the maker: memory that lives as long as this object. The values are zero.
  slipway_value* NewValues(size_t count) { return arrays_.emplace_back(count).data(); }
  const char* NewString(std::string text) { return strings_.emplace_back(std::move(text)).c_str(); }
  void SetRows(const slipway_value* rows) { rows_ = rows; }

 private:
  // Deques: growing moves nothing that is pointed to.
  std::deque<std::vector<slipway_value>> arrays_;
  std::deque<std::string> strings_;
  const slipway_value* rows_ = nullptr;
};

// One `name: value` that the user wrote, in the file or on the command line. Borrows all.
struct Given {
  std::string_view name;
  Place place;  // of the name
  const Node* value;
  const Source* source;
};

// The pairs of a map.
std::vector<Given> GivenBy(const Node& map, const Source& source);

// Checks what is given against the table of `stage`, and fills in the defaults; or, where `current`
// is not null, the values that hold now, which outlive the result. Of two for one name the later
// counts. The value of an option without either has type 0.
// home: where the stage stands: the place of an option that is missing, and the folder that a
// relative default is resolved against. Adds every mistake to `mistakes`; nullptr when there is
// one.
std::shared_ptr<const OptionValues> CheckOptions(const slipway_stage& stage,
                                                 const std::vector<Given>& given,
                                                 const Source& home, Mistakes& mistakes,
                                                 const slipway_value* current = nullptr);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_VALUES_H_
