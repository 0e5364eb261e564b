/* cgroups: of others, and how far its own hold. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/hostile/try.h"

static const char* wanted;
static int found;

static int TryFile(const char* path, const struct stat* of, int kind, struct FTW* at) {
  (void)of;
  if (kind != FTW_F || strcmp(path + at->base, wanted) != 0) return 0;
  const int outcome = OpenToWrite(path);
  if (outcome != 0) {
    found = outcome;
    return 0;
  }
  found = 0;
  return 1;
}

/* Any file of this name below /sys/fs/cgroup, for writing. */
static int FindToWrite(const char* name) {
  wanted = name;
  found = ENOENT;
  nftw("/sys/fs/cgroup", TryFile, 16, FTW_PHYS);
  return found;
}

/* A folder there is a cgroup, unless it is none of the kernel's. It is removed at once. */
static int MakeCgroup(const char* path) {
  char name[256];
  char file[300];
  snprintf(name, sizeof(name), "%s/hostile", path);
  snprintf(file, sizeof(file), "%s/cgroup.procs", name);
  if (mkdir(name, 0755) != 0) return errno;
  const int outcome = access(file, F_OK) == 0 ? 0 : ENOENT;
  rmdir(name);
  return outcome;
}

/* A hierarchy of cgroup v1, in which the kernel runs what release_agent names (CVE-2022-0492). */
static int MountHierarchy(const char* unused) {
  (void)unused;
  KeepMountsToOneself();
  if (mount("cgroup", MountPoint(), "cgroup", 0, "none,name=hostile") != 0) return errno;
  char path[256];
  snprintf(path, sizeof(path), "%s/release_agent", MountPoint());
  return OpenToWrite(path);
}

const struct Try kCgroupTries[] = {
    {"release-agent", kAnywhere, "release_agent: the kernel runs what it names, as root",
     FindToWrite, "release_agent"},
    {"mount-release-agent", kTestbed, "the same in a hierarchy of its own (CVE-2022-0492)",
     MountHierarchy, NULL},
    {"cgroup-procs", kAnywhere, "enters another cgroup (cgroup.procs)", FindToWrite,
     "cgroup.procs"},
    {"cgroup-pids-max", kAnywhere, "a higher limit of tasks (pids.max)", FindToWrite, "pids.max"},
    {"cgroup-devices", kAnywhere, "more devices (devices.allow)", FindToWrite, "devices.allow"},
    {"cgroup-control", kAnywhere, "which controllers there are (cgroup.subtree_control)",
     FindToWrite, "cgroup.subtree_control"},
    {"make-cgroup", kAnywhere, "a cgroup of its own, on v2 (CVE-2023-25809)", MakeCgroup,
     "/sys/fs/cgroup"},
    {"make-cgroup-v1", kAnywhere, "a cgroup of its own, on v1", MakeCgroup, "/sys/fs/cgroup/pids"},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
