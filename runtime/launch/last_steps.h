// From the last InChild hook to the command, in the child: one list, in one order, for every kind
// of start and for a further command alike.
//
//    1. the root that a stage has set is entered      (start.h) from here on the image is at "/"
//    2. a session keyring of its own                  the caller's keys stay outside; keyrings(7)
//       standard descriptors that are not the       a detached container's
//       caller's
//    3. the command's user, looked up                 in the image's files, through no magic link
//    4. the terminal that a stage has made            its owner is the command's user
//    5. oom_score_adj, scheduling, processors ...     through the host's procfs, never the image's,
//                                                     opened before a container is joined
//    6. foreign descriptors are closed                before any path is followed that the image
//                                                     chooses: it could lead through them
//                                                     (CVE-2024-21626)
//    7. the user's rights to files                    the next step must not open what the command
//                                                     may not
//    8. the working folder, then the program          without magic links; both are held by
//                                                     descriptor, and looked at
//    9. the init's orders, where there is one         a limit of file sizes would be in the way
//   10. umask, limits                                 raising one takes CAP_SYS_RESOURCE
//   11. filters, without no_new_privs                 it takes CAP_SYS_ADMIN then
//   12. bounding set, groups, ids, capabilities       none of the runtime's own rights is left
//   13. no_new_privs
//   14. the stages' Finish                            (start.h) Landlock wants 13
//   15. tied to the host again                        the change of ids has undone it
//   16. the label of the next exec                    the init has it too
//   17. filters, with no_new_privs; mask; exec        an init takes the filters on before it starts
//                                                     the command, which gets the mask

#ifndef SLIPWAY_RUNTIME_LAUNCH_LAST_STEPS_H_
#define SLIPWAY_RUNTIME_LAUNCH_LAST_STEPS_H_

#include <signal.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "runtime/launch/command.h"
#include "runtime/launch/descriptors.h"
#include "runtime/launch/identity.h"
#include "runtime/launch/init.h"
#include "runtime/launch/process_plan.h"
#include "runtime/launch/program.h"
#include "runtime/launch/treatment.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

class LastSteps {
 public:
  // command: as the caller gave it; execution: of it and the plan, as far as that is known before
  // the container's root is. All outlive it.
  LastSteps(const Command& command, const ProcessPlan& plan, const Execution& execution,
            InitProgram& init)
      : command_(command), plan_(plan), execution_(&execution), init_(init) {}

  // While the host's files are at "/".
  Status Begin();

  // Steps 2 to 13. hostile: the files at "/" are an image's, and not the host's. descriptors: what
  // the command inherits, and hooks have put aside. spared: others that stay open until exec; -1
  // among them is none.
  Status Prepare(bool hostile, Descriptors& descriptors, std::vector<int> spared);

  // Steps 16 and 17. Returns only the error. `executing` is true while the command may begin to
  // run. channel: a descriptor that is needed afterwards, which may get another number; or null.
  Error Run(Descriptors& descriptors, const sigset_t& mask, std::atomic<bool>& executing,
            int* channel = nullptr);

  // The same with an init: it tells by the channel when it has failed.
  Error RunInit(Descriptors& descriptors, int& channel, std::atomic<bool>& executing);

  // After Prepare: of the command's file.
  const std::string& path() const { return program_.path; }

  // In the host, of those that a child with the same memory has left: its descriptors are the
  // child's.
  void Abandon() {
    (void)program_.folder.Release();
    (void)own_files_.oom_score_adj.Release();
    (void)own_files_.label.Release();
  }

 private:
  Status FindUser();
  Status CloseForeign(const Descriptors& descriptors, std::vector<int> spared) const;
  Status Place(Inherited& inherited, const std::vector<int*>& needed);

  const Command& command_;
  const ProcessPlan& plan_;
  const Execution* execution_;
  InitProgram& init_;
  std::optional<Execution> own_;  // where the container's files say something of it
  std::optional<Identity> identity_;
  OwnFiles own_files_;
  Program program_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_LAST_STEPS_H_
