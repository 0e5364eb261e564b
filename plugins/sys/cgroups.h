// Which cgroup hierarchies the container may see: those in which it has a cgroup of its own, at the
// top of its cgroup namespace; cgroup_namespaces(7).

#ifndef SLIPWAY_PLUGINS_SYS_CGROUPS_H_
#define SLIPWAY_PLUGINS_SYS_CGROUPS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sys_stage {

struct Hierarchy {
  std::string name;  // of its folder below /sys/fs/cgroup: "cpu,cpuacct", "systemd", "unified"
  std::string controllers;  // as /proc/PID/cgroup has them; empty: it is v2

  bool is_v2() const { return controllers.empty(); }

  // What fsopen(2) and fsconfig(2) take for it.
  const char* type() const { return is_v2() ? "cgroup2" : "cgroup"; }
  std::vector<std::pair<std::string, std::string>> MountOptions() const;

  // Further names, of each of several controllers: "cpu" and "cpuacct".
  std::vector<std::string> Aliases() const;
};

// own, runtimes: /proc/PID/cgroup of the container and of the runtime, both as a process in the
// container's cgroup namespace reads them. A hierarchy in which the runtime is at the top too, or
// below, is none of the container's own: it would show what is the runtime's.
std::vector<Hierarchy> OwnHierarchies(std::string_view own, std::string_view runtimes);

}  // namespace sys_stage

#endif  // SLIPWAY_PLUGINS_SYS_CGROUPS_H_
