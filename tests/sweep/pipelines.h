// The containers that the sweeps start, over and over.

#ifndef SLIPWAY_TESTS_SWEEP_PIPELINES_H_
#define SLIPWAY_TESTS_SWEEP_PIPELINES_H_

#include <string>
#include <vector>

namespace slipway::testing {

struct Pipeline {
  std::string name;
  std::string stages = {};       // below `stages:`; or
  std::string config = {};       // the name of a file of configs/
  std::string script = {};       // what /bin/sh runs; it prints "ran"
  bool has_init = false;         // and so a process more
  std::string needs_mount = {};  // "cgroup" or "cgroup2": where none is mounted, it is skipped
};

std::vector<Pipeline> Pipelines();

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_PIPELINES_H_
