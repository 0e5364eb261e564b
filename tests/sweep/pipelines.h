// The containers that the sweeps start, over and over.

#ifndef SLIPWAY_TESTS_SWEEP_PIPELINES_H_
#define SLIPWAY_TESTS_SWEEP_PIPELINES_H_

#include <string>
#include <vector>

namespace slipway::testing {

// What a pipeline needs of the machine; a sweep is skipped where it is not.
enum class Needs { kNothing, kCgroupV1, kCgroupV2, kCgroupV2Controllers };

struct Pipeline {
  std::string name;
  std::string stages = {};  // below `stages:`; or
  std::string config = {};  // the name of a file of configs/
  std::string script = {};  // what /bin/sh runs; it prints "ran". None: it waits, for operations
  bool has_init = false;    // and so a process more
  Needs needs = Needs::kNothing;
  bool testbed = false;     // swept, with long strides, where everything takes long
  bool joins_pids = false;  // of the pid namespace "pids", beside the config
  bool plain_user = false;  // its runtime is that of a user without rights
  bool id_helpers = false;  // who has subordinate ids, so that helpers map them
};

std::vector<Pipeline> Pipelines();

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_PIPELINES_H_
