// What the runtime does with containers while the sweeps strike at it, a row for each operation.

#ifndef SLIPWAY_TESTS_SWEEP_OPERATIONS_H_
#define SLIPWAY_TESTS_SWEEP_OPERATIONS_H_

#include <string>
#include <vector>

#include "tests/sweep/tracer.h"

namespace slipway::testing {

// How the operation finds the container.
enum class Before {
  kNothing,   // there is none
  kCreated,   // it waits for its start
  kStarted,   // it runs, and has no runtime any more
  kDetached,  // it runs, below a runtime in the background
  kPaused,    // as kDetached, and stands still
  kEnded,     // it has no processes any more, and is kept
  kDead,      // it was detached, and its runtime was killed
};

// What may become of the container, struck or not.
enum class Fate {
  kEnds,     // it has ended when the operation has
  kIsMade,   // it is there, if the operation succeeds
  kLivesOn,  // it is not touched: it goes on, and ends with its own status
  kIsEnded,  // it goes on only if the operation has sent no signal yet
};

struct Operation {
  std::string name;                // in the name of the test
  std::vector<std::string> words;  // ID, CONFIG, SCRIPT ... stand for the container's
  Before before = Before::kNothing;
  Fate fate = Fate::kLivesOn;
  std::vector<Role> roles = {Role::kHost};  // that are struck
  std::string out = {};                     // on stdout when it succeeds; "*": something
  bool again = false;                       // once it was struck, it succeeds when it is repeated
  std::vector<Role> births = {Role::kChild, Role::kCommand};
  std::vector<std::string> pipelines = {"Service"};  // by their names; none: all that end
  bool testbed = false;  // swept where everything takes long: what cgroups do is another there
};

const std::vector<Operation>& Operations();

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_OPERATIONS_H_
