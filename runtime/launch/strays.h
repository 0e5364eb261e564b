// Processes that a stage has started and that nobody has ended.

#ifndef SLIPWAY_RUNTIME_LAUNCH_STRAYS_H_
#define SLIPWAY_RUNTIME_LAUNCH_STRAYS_H_

#include <sys/types.h>

#include <vector>

namespace slipway::launch {

class Strays {
 public:
  // Notes the children that this process has already: a shell that became the runtime by exec may
  // have left it some.
  Strays();

  // Kills and reaps all other children of this process, but for `spared`. Returns whether there was
  // none that still ran. Called when the container has ended, and the stages have undone what they
  // did; or when it has been created, and is spared.
  bool End(pid_t spared = 0) const;

 private:
  std::vector<pid_t> before_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_STRAYS_H_
