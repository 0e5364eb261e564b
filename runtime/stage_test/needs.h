// What a case may need of the machine.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_NEEDS_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_NEEDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/stage_test/cases.h"

namespace slipway::stage_test {

const std::vector<std::string_view>& NamesOfNeeds();

// Is it one of these names, or such as linux-6.12?
bool IsNeed(const std::string& name);

// Why the case cannot be run here, in words; empty: it can.
std::string WhyNotHere(const Case& one);

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_NEEDS_H_
