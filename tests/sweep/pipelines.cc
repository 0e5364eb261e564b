#include "tests/sweep/pipelines.h"

namespace slipway::testing {
namespace {

constexpr char kUbuntu[] = R"(
  - uts: {hostname: container}
  - pid: {init: false}
  - mount: {root: root}
  - proc
  - first-of:
      - cgroup-v2: {pids.max: 20}
      - cgroup-v1: {pids.max: 20}
)";

constexpr char kLayers[] = R"(
  - uts: {hostname: web, domainname: example}
  - pid
  - mount:
      root: root
      overlay: true
      binds:
        - {source: shared, target: /a/new/folder}
        - {source: shared/file, target: /etc/file, readonly: true}
      tmpfs:
        - {target: /tmp, size: 1MiB, mode: "1777"}
  - proc: {hidepid: invisible}
)";

constexpr char kChroot[] = R"(
  - mount: {root: root, method: chroot, readonly: true}
)";

// What the command leaves behind, there is no pid namespace to end.
constexpr char kLimitsV1[] = R"(
  - mount: {root: root}
  - cgroup-v1:
      pids.max: 20
      memory.max: 64MiB
      cpu.max: 1.5
      cpu.weight: 50
      cpuset.cpus: "0"
      io.weight: 50
      devices: [{device: /dev/null}, {device: /dev/zero, access: r}]
)";

constexpr char kPlainV2[] = R"(
  - mount: {root: root}
  - cgroup-v2: {devices: [{device: /dev/null}, {device: /dev/zero, access: r}]}
)";

constexpr char kLimitsV2[] = R"(
  - uts
  - mount: {root: root}
  - cgroup-v2:
      pids.max: 20
      memory.max: 64MiB
      cpu.max: 1.5
      cpu.weight: 50
      cpuset.cpus: "0"
      devices: [{device: /dev/null}, {device: /dev/zero, access: r}]
)";

constexpr char kService[] = R"(
  - uts: {hostname: service}
  - pid
  - mount: {root: root}
  - proc
  - first-of:
      - cgroup-v2: {pids.max: 20}
      - cgroup-v1: {pids.max: 20}
)";

// A copy of the host, which writes maps of ids.
constexpr char kOwnUsers[] = R"(
  - good-user-namespace
  - uts: {hostname: users}
  - pid
  - mount: {root: root}
  - proc
)";

// In a pid namespace of others: the command is not made by the child, but by the slipway-init that
// the child becomes.
constexpr char kPod[] = R"(
  - good-namespaces: {join: {pid: pids}}
  - mount: {root: root}
  - proc
)";

constexpr char kRan[] = "echo ran";
constexpr char kLeavesProcess[] = "sleep 1000 & echo ran";

}  // namespace

std::vector<Pipeline> Pipelines() {
  return {
      {.name = "Ubuntu", .stages = kUbuntu, .script = kRan},
      {.name = "Layers", .stages = kLayers, .script = kRan, .has_init = true},
      {.name = "Chroot", .stages = kChroot, .script = kRan},
      {.name = "LimitsV1",
       .stages = kLimitsV1,
       .script = kLeavesProcess,
       .needs = Needs::kCgroupV1},
      {.name = "LimitsV2",
       .stages = kLimitsV2,
       .script = kLeavesProcess,
       .needs = Needs::kCgroupV2Controllers,
       .testbed = true},
      {.name = "PlainV2", .stages = kPlainV2, .script = kLeavesProcess, .needs = Needs::kCgroupV2},
      {.name = "HostYaml", .config = "host.yaml", .script = kRan, .has_init = true},
      {.name = "UbuntuYaml", .config = "ubuntu.yaml", .script = kRan, .has_init = true},
      {.name = "Pod", .stages = kPod, .script = kRan, .has_init = true, .joins_pids = true},
      {.name = "Users", .stages = kOwnUsers, .script = kRan, .has_init = true},
      {.name = "UsersOfPlain",
       .stages = kOwnUsers,
       .script = kRan,
       .has_init = true,
       .plain_user = true},
      {.name = "UsersOfHelpers",
       .stages = kOwnUsers,
       .script = kRan,
       .has_init = true,
       .plain_user = true,
       .id_helpers = true},
      // Those that operations are done to.
      {.name = "Service", .stages = kService, .has_init = true, .testbed = true},
      {.name = "OwnUsers", .stages = kOwnUsers, .has_init = true},
      {.name = "Member", .stages = kPod, .has_init = true, .joins_pids = true},
      {.name = "PlainUser", .stages = kOwnUsers, .has_init = true, .plain_user = true},
  };
}

}  // namespace slipway::testing
