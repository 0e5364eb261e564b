#include "tests/hostile/cases.h"

#include <sstream>

namespace slipway::testing {
namespace {

// All that there is for a container that must not be trusted.
constexpr char kAllStages[] =
    "  - user\n"
    "  - uts: {hostname: hostile}\n"
    "  - ipc\n"
    "  - network\n"
    "  - time\n"
    "  - pid\n"
    "  - mount: {root: root, overlay: true, nosuid: true, binds: [\"programs:/hostile:ro\"]}\n"
    "  - proc\n"
    "  - sys\n"
    "  - dev\n"
    "  - mask\n"
    "  - credentials: {cap_drop: [all]}\n"
    "  - rlimits: {core: 0, nofile: 256, nproc: 64, as: 128MiB}\n"
    "  - seccomp\n"
    "  - cgroup-namespace\n";

constexpr char kLimits[] =
    "  - first-of:\n"
    "      - cgroup-v2: {pids.max: 64, memory.max: 64MiB}\n"
    "      - cgroup-v1: {pids.max: 64, memory.max: 64MiB}\n";

// As docker does by default, with root as the machine's.
constexpr char kLikeDocker[] =
    "  - uts: {hostname: hostile}\n"
    "  - ipc\n"
    "  - network\n"
    "  - pid\n"
    "  - mount: {root: root, overlay: true, binds: [\"programs:/hostile:ro\"]}\n"
    "  - proc\n"
    "  - sys\n"
    "  - dev\n"
    "  - mask\n"
    "  - seccomp\n"
    "  - first-of:\n"
    "      - cgroup-v2: {pids.max: 64, memory.max: 64MiB, devices: &harmless\n"
    "          [\"*:m\", /dev/null, /dev/zero, /dev/full, /dev/random, /dev/urandom, /dev/tty]}\n"
    "      - cgroup-v1: {pids.max: 64, memory.max: 64MiB, devices: *harmless}\n"
    "  - cgroup-namespace\n";

// Where nothing keeps set-user-ID programs from giving rights.
constexpr char kNoNewPrivs[] = "  - credentials\n";
constexpr char kNewPrivs[] = "  - credentials: {no_new_privs: false}\n";

// names: with blanks between them.
std::vector<Known> Because(const char* why, const std::string& names) {
  std::vector<Known> known;
  std::istringstream words(names);
  for (std::string name; words >> name;) known.push_back({name, why});
  return known;
}

std::vector<Known> operator+(std::vector<Known> all, const std::vector<Known>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// Without a container.
std::vector<Known> NotInThisKernel() {
  return Because("the kernels of Debian are built without it", "uevent-helper") +
         Because("cgroup v1 alone has it; the machine's control opens it",
                 "release-agent cgroup-devices make-cgroup-v1") +
         Because("the gateway of the test's network does not answer", "loopback-by-gateway");
}

std::vector<Known> OpenInDocker() {
  return Because("one of docker's fourteen capabilities",
                 "chroot raw-socket packet-socket securebits") +
         Because("docker has no no_new_privs", "may-gain setuid-file capable-file") +
         Because("runc adds it to any list of devices", "mknod-console mknod-tun") +
         Because("the list of Debian's package allows it",
                 "unshare-user clone-user mount-in-user vsock alg netfilter") +
         Because("runc 1.1 does not mask it", "interrupts") +
         Because("root may read it", "pagetypeinfo") +
         Because("everybody may read it", "kernel-notes") +
         Because("docker sets no limit", "tasks memory");
}

std::vector<Known> OpenToRootAsInDocker() {
  return Because("one of docker's fourteen capabilities",
                 "chroot raw-socket packet-socket securebits") +
         Because("root may read it", "pagetypeinfo");
}

std::vector<Known> OpenWithNewPrivs() {
  return Because("it is without no_new_privs", "may-gain setuid-file capable-file");
}

std::vector<Known> OpenWithFilter() {
  return Because("the list of system calls allows it, as docker's", "netfilter");
}

std::vector<Known> OpenInSys() { return Because("everybody may read it", "kernel-notes"); }

// What systemd does itself.
std::vector<Known> OpenInSystemYaml() {
  return OpenWithFilter() + OpenInSys() +
         Because("it is without no_new_privs", "may-gain capable-file") +
         Because("root of its user namespace may mount there",
                 "mount-tmpfs mount-proc mount-sysfs mount-cgroup2 bind propagation remount-root "
                 "remount-sys set-attributes unmount-proc unmask-kcore fsopen open-tree chroot") +
         Because("and make namespaces",
                 "unshare-user clone-user mount-in-user unshare-mount unshare-pid unshare-net "
                 "unshare-uts unshare-ipc unshare-cgroup unshare-time setns-first-uts") +
         Because("its cgroup is its own", "make-cgroup cgroup-procs cgroup-control") +
         Because("its network is its own", "network-device raw-socket packet-socket") +
         Because("its names are its own", "hostname domainname") +
         Because("the capability is one of its user namespace",
                 "effective bounding capset securebits move-pages") +
         Because("its limits are higher", "tasks memory");
}

// Root of a user namespace, with the capabilities that docker's root has, but mknod.
std::vector<Known> OpenInRootlessYaml() {
  return OpenWithFilter() + OpenInSys() +
         Because("one of docker's fourteen capabilities",
                 "chroot raw-socket packet-socket securebits") +
         Because("its network reaches what the machine's does", "address") +
         Because("its limits are higher", "tasks") +
         Because("it sets no limit of memory", "memory");
}

// Root, with all of root's rights and the machine's network and IPC.
std::vector<Known> OpenToRoot() {
  return Because(
      "root in it is the machine's root",
      "ambient core-pattern modprobe-path sysrq-trigger sysctl-panic sysctl-overcommit "
      "sysctl-file-max sysctl-aslr irq-affinity kcore kmsg keys timer-list interrupts "
      "pagetypeinfo mount-tmpfs mount-proc mount-sysfs mount-debugfs mount-devtmpfs "
      "mount-cgroup2 binfmt-register bind propagation remount-root set-attributes "
      "unmount-proc fsopen open-tree pivot-root chroot open-by-handle unshare-user "
      "clone-user mount-in-user unshare-mount unshare-pid unshare-net unshare-uts "
      "unshare-ipc unshare-cgroup unshare-time setns-first-uts type type-high-bits "
      "mknod-disk mknod-mem mknod-kmsg mknod-console mknod-tun init-module finit-module "
      "delete-module kexec-load kexec-file-load reboot swapon acct quotactl bpf perf "
      "userfaultfd io-uring fanotify syslog ioperm iopl personality vhangup move-pages "
      "adjtimex clock-adjtime settimeofday clock-settime hostname domainname nice "
      "real-time ioprio raise-limit oom-score effective bounding inheritable capset may-gain "
      "setuid-file capable-file securebits loopback address abstract-socket network-device "
      "raw-socket packet-socket vsock alg netfilter audit shared-memory message-queue "
      "add-key mount-release-agent");
}

// The network is the machine's, and with it all abstract sockets.
std::vector<Known> OpenByNetwork() {
  return Because("the network is the machine's", "loopback address abstract-socket");
}

std::vector<Known> OpenInUbuntuYaml() {
  return OpenToRootAsInDocker() + OpenWithFilter() + OpenByNetwork() +
         Because("it sets no limit of memory", "memory");
}

std::vector<Known> OpenInHostYaml() {
  return OpenToRootAsInDocker() + OpenWithFilter() + OpenInSys() + OpenByNetwork() +
         Because("the IPC is the machine's", "shared-memory message-queue") +
         Because("it sets no limit", "tasks memory");
}

}  // namespace

const std::vector<Case>& Cases() {
  const std::string limited = std::string(kAllStages) + kLimits;
  const std::string like_docker = std::string(kLikeDocker) + kNoNewPrivs;
  const std::string new_privs = std::string(kLikeDocker) + kNewPrivs;
  const std::vector<Known> strict = OpenWithFilter() + OpenInSys();
  const std::vector<Known> sandbox = strict + Because("its limits are higher", "tasks memory");
  static const std::vector<Case> cases = {
      {"control", Where::kControl, false, "", false, false, NotInThisKernel()},
      {"docker", Where::kDocker, false, "", false, false, OpenInDocker()},
      {"root", Where::kStages, false, limited, false, true, strict},
      {"exec", Where::kJoined, false, limited, false, true, strict},
      {"plain", Where::kStages, true, kAllStages, false, true, strict},
      {"as-docker", Where::kStages, false, like_docker, false, true,
       strict + OpenToRootAsInDocker()},
      {"new-privs", Where::kStages, false, new_privs, false, true,
       strict + OpenToRootAsInDocker() + OpenWithNewPrivs()},
      {"sandbox.yaml", Where::kConfig, false, "sandbox.yaml", false, true, sandbox},
      {"sandbox.yaml, plain", Where::kConfig, true, "sandbox.yaml", false, true, sandbox},
      {"rootless.yaml",
       Where::kConfig,
       true,
       "rootless.yaml",
       true,
       true,
       OpenInRootlessYaml(),
       {},
       true},
      // The testbed's kernel maps no owners of a tmpfs, where the folders are: so the file with the
      // set-user-ID bit is nobody's.
      {"system.yaml",
       Where::kConfig,
       false,
       "system.yaml",
       true,
       true,
       OpenInSystemYaml(),
       {"--set", "mount.idmap=false"}},
      {"minimal.yaml", Where::kConfig, false, "minimal.yaml", true, false,
       OpenToRoot() + Because("it sets no limit", "tasks memory")},
      {"ubuntu.yaml", Where::kConfig, false, "ubuntu.yaml", true, false, OpenInUbuntuYaml()},
      {"host.yaml", Where::kConfig, false, "host.yaml", false, false, OpenInHostYaml()},
  };
  return cases;
}

const Case& CaseOf(const std::string& name) {
  for (const Case& one : Cases()) {
    if (name == one.name) return one;
  }
  return Cases().front();
}

const Known* KnownOf(const Case& one, const std::string& attempt) {
  for (const Known& known : one.known) {
    if (attempt == known.attempt) return &known;
  }
  return nullptr;
}

}  // namespace slipway::testing
