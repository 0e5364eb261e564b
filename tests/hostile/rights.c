/* What the command may do, and whether anything that it executes may do more. */

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* Docker's fourteen of root, capabilities(7). */
#define BIT(capability) (1ULL << (capability))
static const unsigned long long kUsual =
    BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) | BIT(CAP_MKNOD) |
    BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) |
    BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) | BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE);

unsigned long long CapabilitySet(const char* name) {
  char line[256];
  unsigned long long set = 0;
  const size_t size = strlen(name);
  FILE* file = fopen("/proc/self/status", "r");
  if (!file) exit(EXIT_FAILURE);
  while (fgets(line, sizeof(line), file)) {
    if (strncmp(line, name, size) == 0) set = strtoull(line + size + 1, NULL, 16);
  }
  fclose(file);
  return set;
}

int HasGained(const char* user, const char* capabilities) {
  const unsigned long long before = strtoull(capabilities, NULL, 16);
  return (CapabilitySet("CapEff") & ~before) != 0 || (geteuid() == 0 && atoi(user) != 0);
}

static int BeyondUsual(const char* set) { return CapabilitySet(set) & ~kUsual ? 0 : EPERM; }
static int Any(const char* set) { return CapabilitySet(set) ? 0 : EPERM; }

static int MayGainByExec(const char* unused) {
  (void)unused;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0;
}

/* Where there is but one user, that one tries. */
static void BePlainUser(void) {
  if (geteuid() == 0 && setresgid(1000, 1000, 1000) == 0) (void)!setresuid(1000, 1000, 1000);
}

/* Has a program of the folder that the test has passed in more rights than who executes it? */
static int GainBy(const char* name) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s", Given("programs"), name);
  const pid_t child = fork();
  if (child == -1) return errno;
  if (child == 0) {
    BePlainUser();
    char user[16];
    char capabilities[32];
    snprintf(user, sizeof(user), "%d", (int)geteuid());
    snprintf(capabilities, sizeof(capabilities), "%llx", CapabilitySet("CapEff"));
    execl(path, path, "--gained", user, capabilities, NULL);
    _exit(errno);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int TakeSysAdmin(const char* unused) {
  (void)unused;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return errno;
  data[0].permitted |= 1U << CAP_SYS_ADMIN;
  data[0].effective |= 1U << CAP_SYS_ADMIN;
  return Did(syscall(SYS_capset, &header, data));
}

static int ChangeSecurebits(const char* unused) {
  (void)unused;
  return Did(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP, 0, 0, 0));
}

const struct Try kRightsTries[] = {
    {"effective", kAnywhere, "has capabilities beyond docker's fourteen", BeyondUsual, "CapEff"},
    {"bounding", kAnywhere, "could get capabilities beyond them", BeyondUsual, "CapBnd"},
    {"inheritable", kAnywhere,
     "has the caller's inheritable ones (CVE-2022-24769, 2022-29162, 2022-27650)", Any, "CapInh"},
    {"ambient", kAnywhere, "has ambient ones", Any, "CapAmb"},
    {"capset", kAnywhere, "gives itself CAP_SYS_ADMIN", TakeSysAdmin, NULL},
    {"may-gain", kAnywhere, "what it executes may have more rights (no no_new_privs)",
     MayGainByExec, NULL},
    {"setuid-file", kAnywhere, "a plain user becomes root by a set-user-ID program", GainBy,
     "setuid"},
    {"capable-file", kAnywhere, "a plain user gains capabilities by those of a file", GainBy,
     "capable"},
    {"securebits", kAnywhere, "changes its securebits", ChangeSecurebits, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
