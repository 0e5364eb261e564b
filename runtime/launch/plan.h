// What the stages of a pipeline want of the clone, gathered before it. Data only: the host alone
// clones, forks and execs.

#ifndef SLIPWAY_RUNTIME_LAUNCH_PLAN_H_
#define SLIPWAY_RUNTIME_LAUNCH_PLAN_H_

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/launch/descriptors.h"
#include "runtime/launch/namespace_wishes.h"
#include "runtime/launch/process_plan.h"

namespace slipway::launch {

// Who asked for which namespaces, to be named when the kernel refuses them.
struct NamespaceWish {
  std::string stage;
  uint64_t flags = 0;  // CLONE_NEW* of clone(2)
};

struct Plan {
  uint64_t namespaces = 0;  // CLONE_NEW* of clone(2): those of all wishes
  std::vector<NamespaceWish> namespace_wishes;
  IdMaps ids;                           // of an own user namespace
  std::vector<JoinedNamespace> joined;  // at most one of each kind
  TimeOffsets time;                     // of an own time namespace

  // One that has to be entered; or null.
  const JoinedNamespace* Joined(uint64_t flag) const {
    for (const JoinedNamespace& one : joined) {
      if (one.flag == flag && !one.there) return &one;
    }
    return nullptr;
  }
  bool has_own_user() const { return (namespaces & CLONE_NEWUSER) != 0; }
  int cgroup_fd = -1;        // a stage's; the child is born there
  std::string cgroup_stage;  // who set it
  // Of v1: the file "tasks", a stage's, and the stage's position in the pipeline.
  struct CgroupTasks {
    int fd = -1;
    size_t stage = 0;
  };
  std::vector<CgroupTasks> cgroup_tasks;

  // A cgroup namespace has the root that its maker's cgroups are at that moment, so it is made once
  // the child has entered those of v1; cgroup_namespaces(7).
  bool unshares_cgroup() const {
    return (namespaces & CLONE_NEWCGROUP) != 0 && !cgroup_tasks.empty();
  }
  // clone3(2) with CLONE_NEWTIME leaves a namespace whose clocks cannot be set any more.
  uint64_t clone_flags() const {
    uint64_t later = CLONE_NEWTIME;
    if (unshares_cgroup()) later |= CLONE_NEWCGROUP;
    return namespaces & ~later;
  }

  bool SkipsPostClone(size_t stage) const {
    return std::find(without_post_clone.begin(), without_post_clone.end(), stage) !=
           without_post_clone.end();
  }

  ProcessPlan process;

  bool init = false;        // a small init is the command's parent
  uint32_t init_flags = 0;  // slipway_init_flags
  bool relays = false;      // the terminal that a stage sets, to and from the caller's
  std::vector<size_t> without_post_clone;  // stages whose PostClone has nothing to do
  Inherited inherited;                     // stages' descriptors and the caller's
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_PLAN_H_
