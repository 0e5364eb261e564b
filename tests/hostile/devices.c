/* Devices of the machine: those that are there, and device files that are made. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* "b8:0" or "c1:1": made in any folder that it may write to, opened for reading, and removed. */
static int MakeAndOpen(const char* device) {
  static const char* const kFolders[] = {"/tmp", "/dev", "/dev/shm", "/"};
  const unsigned major_number = (unsigned)strtoul(device + 1, NULL, 10);
  const unsigned minor_number = (unsigned)strtoul(strchr(device, ':') + 1, NULL, 10);
  int outcome = ENOENT;
  for (unsigned i = 0; outcome != 0 && i < sizeof(kFolders) / sizeof(*kFolders); ++i) {
    char path[64];
    snprintf(path, sizeof(path), "%s/hostile-device", kFolders[i]);
    const mode_t mode = (*device == 'b' ? S_IFBLK : S_IFCHR) | 0600;
    if (mknod(path, mode, makedev(major_number, minor_number)) != 0) {
      outcome = errno;
      continue;
    }
    /* Whether there is a disk behind it is not the question. */
    outcome = OpenToRead(path);
    if (*device == 'b' && (outcome == ENXIO || outcome == ENOMEDIUM)) outcome = 0;
    unlink(path);
  }
  return outcome;
}

/* The device file of a disk that is in the container's /dev. */
static int FindDisk(const char* unused) {
  (void)unused;
  DIR* folder = opendir("/dev");
  if (!folder) return errno;
  int outcome = ENOENT;
  for (struct dirent* entry = readdir(folder); outcome != 0 && entry; entry = readdir(folder)) {
    if (entry->d_type != DT_BLK) continue;
    char path[512];
    snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
    outcome = OpenToWrite(path);
  }
  closedir(folder);
  return outcome;
}

const struct Try kDeviceTries[] = {
    {"mknod-disk", kAnywhere, "the device file of a disk, made and opened", MakeAndOpen, "b7:0"},
    {"mknod-mem", kAnywhere, "that of the machine's memory", MakeAndOpen, "c1:1"},
    {"mknod-kmsg", kAnywhere, "that of the kernel's messages", MakeAndOpen, "c1:11"},
    {"mknod-console", kAnywhere, "that of the machine's console", MakeAndOpen, "c5:1"},
    {"mknod-tun", kAnywhere, "that of tun, for network devices", MakeAndOpen, "c10:200"},
    {"disk", kAnywhere, "a disk that is in /dev, for writing", FindDisk, NULL},
    {"mem", kAnywhere, "/dev/mem", OpenToRead, "/dev/mem"},
    {"dev-kmsg", kAnywhere, "/dev/kmsg", OpenToWrite, "/dev/kmsg"},
    {"loop-control", kAnywhere, "/dev/loop-control: new disks", OpenToRead, "/dev/loop-control"},
    {"fuse", kAnywhere, "/dev/fuse", OpenToRead, "/dev/fuse"},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
