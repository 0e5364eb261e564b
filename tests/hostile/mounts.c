/* Mounts: more of the machine, again what was covered, and out of the root folder. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* Without a container nothing is covered: there the test has the program do it itself. */
static void Cover(const char* path, const char* with) {
  KeepMountsToOneself();
  if (strcmp(Given("control"), "yes") != 0) return;
  mount(with, path, NULL, MS_BIND, NULL);
  mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
}

static int MountNew(const char* type) {
  KeepMountsToOneself();
  return Did(mount("none", MountPoint(), type, 0, NULL));
}

/* The options of the last such mount are the machine's: these are those that it has. */
static int MountCgroup2(const char* type) {
  KeepMountsToOneself();
  return Did(mount("none", MountPoint(), type, 0, "nsdelegate,memory_recursiveprot"));
}

static int Bind(const char* path) {
  KeepMountsToOneself();
  return Did(mount(path, MountPoint(), NULL, MS_BIND, NULL));
}

static int ChangePropagation(const char* path) {
  KeepMountsToOneself();
  return Did(mount(NULL, path, NULL, MS_SHARED, NULL));
}

/* With the flags that it has, but for the one that is to go. */
static int RemountWritable(const char* path) {
  struct statvfs of;
  Cover(path, path);
  if (statvfs(path, &of) != 0) return errno;
  const unsigned long keep =
      of.f_flag & (ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_RELATIME);
  unsigned long flags = 0;
  if (keep & ST_NOSUID) flags |= MS_NOSUID;
  if (keep & ST_NODEV) flags |= MS_NODEV;
  if (keep & ST_NOEXEC) flags |= MS_NOEXEC;
  if (keep & ST_NOATIME) flags |= MS_NOATIME;
  if (keep & ST_RELATIME) flags |= MS_RELATIME;
  return Did(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | flags, NULL));
}

static int Uncover(const char* path) {
  Cover(path, "/dev/null");
  Cover(path, path);
  return Did(umount2(path, MNT_DETACH));
}

static int OpenContext(const char* type) { return Opened(syscall(SYS_fsopen, type, 0)); }

static int CloneTree(const char* path) {
  return Opened(syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
}

static int SetAttributes(const char* path) {
  Cover(path, path);
  struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_RDONLY};
  return Did(syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &attributes, sizeof(attributes)));
}

static int InUserNamespace(void) {
  unsigned first = 0;
  unsigned outside = 0;
  unsigned count = 0;
  FILE* map = fopen("/proc/self/uid_map", "re");
  if (map == NULL) return 0;
  const int read = fscanf(map, "%u %u %u", &first, &outside, &count);
  fclose(map);
  return read == 3 && count != UINT_MAX;
}

/* The machine's, where it is mounted, or mounted again. Since Linux 6.7 what is mounted in a user
   namespace is that one's own. */
static int RegisterFormat(const char* path) {
  const int outcome = OpenToWrite(path);
  if (outcome != ENOENT) return outcome;
  const int mounted = MountNew("binfmt_misc");
  if (mounted != 0) return mounted;
  if (InUserNamespace()) return EPERM;
  char again[256];
  snprintf(again, sizeof(again), "%s/register", MountPoint());
  return OpenToWrite(again);
}

/* What a chroot(2) alone does not keep in: see chroot(2), "Notes". */
static int LeaveByChroot(const char* unused) {
  (void)unused;
  if (chroot(MountPoint()) != 0) return errno;
  for (int i = 0; i < 64; ++i) {
    if (chdir("..") != 0) return errno;
  }
  if (chroot(".") != 0) return errno;
  return OpenToRead(Given("secret"));
}

static int LeaveByDotDot(const char* unused) {
  (void)unused;
  char path[4096];
  snprintf(path, sizeof(path), "/../../../../../../../..%s", Given("secret"));
  return OpenToRead(path);
}

/* With an argument that is wrong only once the right to do so has been looked at. */
static int PivotRoot(const char* unused) {
  (void)unused;
  const int outcome = Did(syscall(SYS_pivot_root, "/", "/"));
  return outcome == EBUSY || outcome == EINVAL ? 0 : outcome;
}

static int Chroot(const char* unused) {
  (void)unused;
  return Did(chroot("/"));
}

/* "Shocker": a handle leads to any file of the file system, whatever the root folder is. */
static int OpenByHandle(const char* unused) {
  (void)unused;
  static const char* const kPlaces[] = {"/", "/tmp", "/dev", "/dev/shm"};
  int outcome = ENOTSUP;
  for (unsigned i = 0; i < sizeof(kPlaces) / sizeof(*kPlaces); ++i) {
    union {
      struct file_handle handle;
      char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } to = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
    int mount_id;
    if (name_to_handle_at(AT_FDCWD, kPlaces[i], &to.handle, &mount_id, 0) != 0) {
      outcome = errno;
      continue;
    }
    const int place = open(kPlaces[i], O_RDONLY | O_DIRECTORY);
    outcome = Opened(open_by_handle_at(place, &to.handle, O_RDONLY));
    close(place);
    if (outcome == 0) break;
  }
  return outcome;
}

const struct Try kMountTries[] = {
    {"mount-tmpfs", kAnywhere, "mounts a tmpfs over a folder", MountNew, "tmpfs"},
    {"mount-proc", kAnywhere, "mounts a /proc without masks", MountNew, "proc"},
    {"mount-sysfs", kAnywhere, "mounts a /sys that can be written", MountNew, "sysfs"},
    {"mount-debugfs", kTestbed, "mounts debugfs", MountNew, "debugfs"},
    {"mount-devtmpfs", kTestbed, "mounts the machine's /dev", MountNew, "devtmpfs"},
    {"mount-cgroup2", kTestbed, "mounts cgroup v2, whose mount options are the machine's too",
     MountCgroup2, "cgroup2"},
    {"binfmt-register", kAnywhere, "binfmt_misc: the machine's programs get another interpreter",
     RegisterFormat, "/proc/sys/fs/binfmt_misc/register"},
    {"bind", kAnywhere, "binds a folder elsewhere", Bind, "/proc"},
    {"propagation", kAnywhere, "changes the propagation of mounts", ChangePropagation, "/proc"},
    {"remount-root", kAnywhere, "remounts / writable", RemountWritable, "/"},
    {"remount-proc-sys", kAnywhere, "remounts /proc/sys, or /proc, writable", RemountWritable,
     "/proc/sys"},
    {"remount-sys", kAnywhere, "remounts /sys writable", RemountWritable, "/sys"},
    {"set-attributes", kAnywhere, "makes a mount writable by mount_setattr(2)", SetAttributes,
     "/proc"},
    {"unmask-kcore", kAnywhere, "takes the cover of /proc/kcore away", Uncover, "/proc/kcore"},
    {"unmount-proc-sys", kAnywhere, "takes the cover of /proc/sys away", Uncover, "/proc/sys"},
    {"unmount-proc", kAnywhere, "unmounts /proc", Uncover, "/proc"},
    {"fsopen", kAnywhere, "a new file system by fsopen(2)", OpenContext, "tmpfs"},
    {"open-tree", kAnywhere, "a copy of a mount by open_tree(2)", CloneTree, "/"},
    {"pivot-root", kAnywhere, "another root by pivot_root(2)", PivotRoot, NULL},
    {"chroot", kAnywhere, "another root by chroot(2)", Chroot, NULL},
    {"leave-by-chroot", kAnywhere, "out of the root folder by a second chroot(2)", LeaveByChroot,
     NULL},
    {"leave-by-dot-dot", kAnywhere, "out of the root folder by ..", LeaveByDotDot, NULL},
    {"open-by-handle", kAnywhere, "any file of a file system by its handle (\"Shocker\")",
     OpenByHandle, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
