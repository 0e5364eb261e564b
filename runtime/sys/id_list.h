// Lists of the numbers of CPUs and memory nodes as cpuset(7) writes them, such as "0-3,8". Pure.

#ifndef SLIPWAY_RUNTIME_SYS_ID_LIST_H_
#define SLIPWAY_RUNTIME_SYS_ID_LIST_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::sys {

struct IdRange {
  uint32_t first;
  uint32_t last;  // included
};

// An empty text is an error; the kernel's strides ("0-30:2/4") are not taken.
Result<std::vector<IdRange>> ParseIdList(std::string_view text);

// The first number of `wanted` that `there` does not have, as of two texts of the kernel's form;
// nothing when all are there, or when a text is not of that form.
std::optional<uint32_t> FirstMissingId(std::string_view wanted, std::string_view there);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_ID_LIST_H_
