#include "tests/hostile/try.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <unistd.h>

int Did(long result) { return result == -1 ? errno : 0; }

int Opened(long descriptor) {
  if (descriptor == -1) return errno;
  close((int)descriptor);
  return 0;
}

int OpenToRead(const char* path) { return Opened(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)); }

int OpenToWrite(const char* path) { return Opened(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY)); }

int Reads(const char* path) {
  char byte;
  const int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (file == -1) return errno;
  const ssize_t size = read(file, &byte, 1);
  const int outcome = size == 1 ? 0 : size == 0 ? ENODATA : errno;
  close(file);
  return outcome;
}

void KeepMountsToOneself(void) {
  if (unshare(CLONE_NEWNS) == 0) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

const char* MountPoint(void) {
  static const char* const kFolders[] = {"/tmp", "/mnt", "/dev"};
  for (unsigned i = 0; i < sizeof(kFolders) / sizeof(*kFolders); ++i) {
    if (access(kFolders[i], F_OK) == 0) return kFolders[i];
  }
  return "/";
}
