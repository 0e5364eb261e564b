// slipway-probe: run in a container, it prints what it sees, for tests. It needs nothing of the
// container's files, and asks only for what is to be printed: a filter of system calls that forbids
// one thing does not keep it from the others.

#include <stdio.h>
#include <string.h>

#include "runtime/probe/facts.h"
#include "runtime/probe/json.h"

static const struct {
  const char* name;
  void (*write)(Json* json);
  const char* help;
} kFacts[] = {
    {"hostname", Hostname, "the host name"},
    {"domainname", Domainname, "the NIS domain name"},
    {"kernel", Kernel, "release, and machine as uname(2) says"},
    {"process", Process, "id, parent, group, session"},
    {"namespaces", Namespaces, "inode numbers: cgroup, ipc, mnt, net, pid, time, user, uts"},
    {"uid", Uid, "real, effective, saved, filesystem"},
    {"gid", Gid, "the same of the group"},
    {"groups", Groups, "supplementary groups"},
    {"capabilities", Capabilities, "effective, permitted, inheritable, bounding, ambient"},
    {"no_new_privs", NoNewPrivs, "true or false"},
    {"seccomp", Seccomp, "disabled, strict or filter"},
    {"seccomp_filters", SeccompFilters, "how many"},
    {"lsm_label", LsmLabel, "of AppArmor or SELinux"},
    {"umask", Umask, "in octal"},
    {"cwd", Cwd, "the current folder"},
    {"environment", Environment, "each variable"},
    {"rlimits", Rlimits, "soft and hard of nofile, nproc, ..."},
    {"oom_score_adj", OomScoreAdj, "a number"},
    {"scheduling", Scheduling, "policy, priority, nice, affinity, io_priority"},
    {"personality", Personality, "domain and flags"},
    {"time_offsets", TimeOffsets, "seconds and nanoseconds of monotonic and boottime"},
    {"cgroups", Cgroups, "the path below each v1 controller, and unified"},
    {"mounts", Mounts, "target, type, source, root, options, super_options, propagation, ..."},
    {"descriptors", Descriptors, "number, target, close_on_exec"},
    {"interfaces", Interfaces, "name, up, loopback, mac, addresses"},
};

enum { kCount = sizeof kFacts / sizeof *kFacts };

static void PrintHelp(void) {
  puts(
      "slipway-probe prints what a process sees in a container, as one JSON object.\n"
      "\n"
      "usage: slipway-probe [KEY]...\n"
      "\n"
      "With KEYs it prints their values alone, one in a line: a text as it is, anything else as\n"
      "JSON. A key may go on into its value: rlimits.nofile.soft, environment.HOME,\n"
      "capabilities.effective, mounts./proc.type, interfaces.lo.up, groups.0. What cannot be "
      "known\n"
      "is null: much of it stands in /proc.\n");
  for (int i = 0; i < kCount; ++i) printf("  %-16s %s\n", kFacts[i].name, kFacts[i].help);
}

static void WriteFact(Json* json, int i) {
  Key(json, kFacts[i].name);
  kFacts[i].write(json);
}

// The fact that a key begins with; -1: none.
static int FactOf(const char* key) {
  const size_t size = strcspn(key, ".");
  for (int i = 0; i < kCount; ++i) {
    if (strlen(kFacts[i].name) == size && strncmp(key, kFacts[i].name, size) == 0) return i;
  }
  return -1;
}

static int PrintKey(const char* key) {
  const int fact = FactOf(key);
  if (fact < 0) {
    fprintf(stderr, "slipway-probe: unknown key \"%s\" (slipway-probe --help lists them)\n", key);
    return 2;
  }
  Json json = {0};
  OpenObject(&json);
  WriteFact(&json, fact);
  CloseObject(&json);
  const char* value = Find(json.text, key);
  // Where all of it is unknown, each part is.
  if (value == NULL && strcmp(Find(json.text, kFacts[fact].name), "null}") == 0) value = "null";
  if (value == NULL) {
    fprintf(stderr, "slipway-probe: there is no \"%s\"\n", key);
    return 1;
  }
  PrintBare(value);
  return 0;
}

static int PrintAll(void) {
  Json json = {0};
  OpenObject(&json);
  for (int i = 0; i < kCount; ++i) WriteFact(&json, i);
  CloseObject(&json);
  puts(json.text);
  return 0;
}

static int Run(int argc, char** argv) {
  if (argc < 2) return PrintAll();
  if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
    PrintHelp();
    return 0;
  }
  for (int i = 1; i < argc; ++i) {
    const int status = PrintKey(argv[i]);
    if (status != 0) return status;
  }
  return 0;
}

int main(int argc, char** argv) {
  const int status = Run(argc, argv);
  if (fflush(stdout) == 0 && !ferror(stdout)) return status;
  perror("slipway-probe: cannot write");
  return 1;
}
