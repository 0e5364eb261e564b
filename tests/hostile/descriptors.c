/* What is open already, and what leads out through it (CVE-2024-21626 and its like). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* Up from any folder. */
#define UP "../../../../../../../../../../../../../../../../../../../../../../../.."

enum { kOwn = 99 }; /* hostile.c's */

/* Anything but the three that it should have. */
static int Inherited(const char* unused) {
  (void)unused;
  for (int fd = 3; fd < 1024; ++fd) {
    if (fd != kOwn && fcntl(fd, F_GETFD) != -1) return 0;
  }
  return EBADF;
}

/* A folder that the caller had open. */
static int SecretThroughDescriptor(const char* unused) {
  (void)unused;
  for (int fd = 3; fd < 1024; ++fd) {
    struct stat of;
    if (fd == kOwn || fstat(fd, &of) != 0 || !S_ISDIR(of.st_mode)) continue;
    char path[4096];
    snprintf(path, sizeof(path), "/proc/self/fd/%d/" UP "%s", fd, Given("secret"));
    if (OpenToRead(path) == 0) return 0;
  }
  return EBADF;
}

static int SecretThroughFolder(const char* unused) {
  (void)unused;
  char path[4096];
  snprintf(path, sizeof(path), "/proc/self/cwd/" UP "%s", Given("secret"));
  return OpenToRead(path);
}

static int SecretThroughFirst(const char* unused) {
  (void)unused;
  char path[4096];
  snprintf(path, sizeof(path), "/proc/1/root%s", Given("secret"));
  return OpenToRead(path);
}

/* What the first process has open: a way to the machine where that process is not the container's.
 */
static int FilesOfFirst(const char* unused) {
  (void)unused;
  if (getppid() == 1) return ENOENT; /* the first process is this program */
  for (int fd = 3; fd < 256; ++fd) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
    if (OpenToRead(path) == 0) return 0;
  }
  return ENOENT;
}

static int OwnEnvironment(const char* unused) {
  (void)unused;
  return getenv("HOSTILE_SECRET") ? 0 : ENOENT;
}

/* As if it were typed, into the caller's terminal (CVE-2017-5226). A newline would have it run. */
static int Type(const char* unused) {
  (void)unused;
  char letter = ' ';
  return Did(ioctl(STDIN_FILENO, TIOCSTI, &letter));
}

/* The low half of the request's number is all that the kernel looks at. */
static int TypeByHighBits(const char* unused) {
  (void)unused;
  char letter = ' ';
  return Did(ioctl(STDIN_FILENO, TIOCSTI | 1UL << 32, &letter));
}

/* Pastes into a console; with a request of its that only asks. */
static int Paste(const char* unused) {
  (void)unused;
  char request = 6; /* TIOCL_GETSHIFTSTATE */
  static const char* const kConsoles[] = {"/dev/tty0", "/dev/tty1", "/dev/console"};
  int outcome = ioctl(STDIN_FILENO, TIOCLINUX, &request) == -1 ? errno : 0;
  for (unsigned i = 0; outcome != 0 && i < sizeof(kConsoles) / sizeof(*kConsoles); ++i) {
    const int console = open(kConsoles[i], O_RDONLY | O_NOCTTY | O_NONBLOCK);
    if (console == -1) continue;
    outcome = Did(ioctl(console, TIOCLINUX, &request));
    close(console);
  }
  return outcome;
}

const struct Try kDescriptorTries[] = {
    {"inherited", kAnywhere, "a descriptor that the caller had open", Inherited, NULL},
    {"descriptor-to-outside", kAnywhere,
     "the machine's files through such a folder (CVE-2024-21626)", SecretThroughDescriptor, NULL},
    {"folder-to-outside", kAnywhere,
     "the machine's files through its working folder (CVE-2024-21626)", SecretThroughFolder, NULL},
    {"first-root", kAnywhere, "the machine's files through the first process's root",
     SecretThroughFirst, NULL},
    {"first-files", kAnywhere, "what the first process has open", FilesOfFirst, NULL},
    {"own-environment", kAnywhere, "the caller's environment in its own", OwnEnvironment, NULL},
    {"type", kAnywhere, "types into the caller's terminal (CVE-2017-5226, TIOCSTI)", Type, NULL},
    {"type-high-bits", kAnywhere,
     "the same with bits above the request, which filters may overlook", TypeByHighBits, NULL},
    {"paste", kAnywhere, "pastes into a console (TIOCLINUX)", Paste, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
