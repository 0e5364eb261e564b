// The hostile program's tries, and their runs in each case.

#ifndef SLIPWAY_TESTS_HOSTILE_ATTEMPTS_H_
#define SLIPWAY_TESTS_HOSTILE_ATTEMPTS_H_

#include <map>
#include <string>
#include <vector>

#include "tests/hostile/cases.h"

namespace slipway::testing {

struct Attempt {
  std::string name;
  bool testbed_alone;  // there is no harmless form of it
  std::string text;
};

// In the program's order.
std::vector<Attempt> Attempts();

struct Outcome {
  enum class Kind { kOpen, kRefused, kBroken };
  Kind kind = Kind::kBroken;
  std::string cause;  // of a refusal: the errno's name, or a signal's
};

// By the names of the attempts. Fails the test where the program does not come to its end, or
// something is left of its container. `only`: these attempts; all that may run here, if empty.
std::map<std::string, Outcome> RunCase(const Case& one, const std::vector<std::string>& only = {});

// A kernel that is thrown away: only there runs what does harm where it succeeds.
bool IsTestbed();

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_HOSTILE_ATTEMPTS_H_
