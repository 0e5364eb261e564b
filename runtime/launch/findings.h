// What the stages say of a container that has ended: figures for programs, notes for people.

#ifndef SLIPWAY_RUNTIME_LAUNCH_FINDINGS_H_
#define SLIPWAY_RUNTIME_LAUNCH_FINDINGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/sdk/error.h"

namespace slipway::launch {

struct Findings {
  // By stage and name, in the kernel's units.
  std::map<std::string, std::map<std::string, int64_t>> figures;
  // What explains a bad end, each with its stage.
  std::vector<Error> notes;
  // A stage saw that the kernel killed a process at a memory limit.
  bool out_of_memory = false;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_FINDINGS_H_
