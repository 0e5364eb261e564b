// From the last InChild hook to the command, in the child: one list, in one order, for every kind
// of start.
//
//   1. the root that a stage has set is entered      (start.h) from here on the image is at "/"
//   2. a session keyring of its own                  the caller's keys stay outside; keyrings(7)
//      standard descriptors that are not the        a detached container's; before foreign ones are
//      caller's                                     closed
//   3. foreign descriptors are closed                before anything of the image is looked up: its
//                                                    links could lead through them (CVE-2024-21626)
//   4. the working folder, then the program          without magic links; both are held by
//                                                    descriptor, and looked at
//   5. signal mask, exec

#ifndef SLIPWAY_RUNTIME_LAUNCH_LAST_STEPS_H_
#define SLIPWAY_RUNTIME_LAUNCH_LAST_STEPS_H_

#include <signal.h>

#include <atomic>
#include <string>
#include <vector>

#include "runtime/launch/command.h"
#include "runtime/launch/init.h"
#include "runtime/launch/program.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

class LastSteps {
 public:
  // execution outlives it.
  explicit LastSteps(const Execution& execution) : execution_(execution) {}

  // Steps 2 to 4. hostile: the files at "/" are an image's, and not the host's. inherited:
  // descriptors that the command gets under their numbers. spared: those that stay open until exec;
  // -1 among them is none.
  Status Prepare(bool hostile, const std::vector<int>& inherited, std::vector<int> spared);

  // Step 5. Returns only the error. `executing` is true while the command may begin to run.
  Error Run(const sigset_t& mask, std::atomic<bool>& executing) const;

  // Step 5 with an init, which sets the mask and executes the command: it tells by the channel when
  // that has failed.
  Error RunInit(InitProgram& init, int channel, std::atomic<bool>& executing) const;

  // After Prepare: of the command's file.
  const std::string& path() const { return program_.path; }

  // In the host, of those that a child with the same memory has left: its descriptors are the
  // child's.
  void Abandon() { (void)program_.folder.Release(); }

 private:
  const Execution& execution_;
  Program program_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_LAST_STEPS_H_
