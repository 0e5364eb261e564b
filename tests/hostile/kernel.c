/* System calls that are the machine's, or that reach much of the kernel. */

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/personality.h>
#include <sys/quota.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* What a call says of arguments that no machine could take, after it has looked at the rights. */
static int Late(long result, int late) {
  const int outcome = Did(result);
  return outcome == late ? 0 : outcome;
}

static int LoadModule(const char* unused) {
  (void)unused;
  return Late(syscall(SYS_init_module, "", 0, ""), ENOEXEC);
}
static int LoadModuleFile(const char* unused) {
  (void)unused;
  return Late(syscall(SYS_finit_module, -1, "", 0), EBADF);
}
static int UnloadModule(const char* unused) {
  (void)unused;
  return Late(syscall(SYS_delete_module, "slipway_no_such_module", O_NONBLOCK), ENOENT);
}
static int Kexec(const char* unused) {
  (void)unused;
  return Late(syscall(SYS_kexec_load, 0, 17UL, NULL, 0xffff0000UL), EINVAL);
}
static int KexecFile(const char* unused) {
  (void)unused;
  return Late(syscall(SYS_kexec_file_load, -1, -1, 0, "", 0UL), EBADF);
}
/* With a wrong magic. */
static int Reboot(const char* unused) {
  (void)unused;
  return Late(syscall(SYS_reboot, 1, 2, 3, NULL), EINVAL);
}
static int Swap(const char* unused) {
  (void)unused;
  return Late(swapon("/slipway/no/such/file", 0), ENOENT);
}
static int Account(const char* unused) {
  (void)unused;
  return Late(acct("/slipway/no/such/file"), ENOENT);
}
static int Quota(const char* unused) {
  (void)unused;
  const int outcome = Did(quotactl(QCMD(Q_SYNC, USRQUOTA), "/slipway/no/such/device", 0, NULL));
  return outcome == ENOENT ? 0 : outcome;
}
static int Bpf(const char* unused) {
  (void)unused;
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof(attributes));
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = 4;
  attributes.value_size = 4;
  attributes.max_entries = 1;
  return Opened(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
}
static int Perf(const char* unused) {
  (void)unused;
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof(attributes));
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof(attributes);
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  return Opened(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0));
}
static int Userfaultfd(const char* unused) {
  (void)unused;
  return Opened(syscall(SYS_userfaultfd, O_CLOEXEC));
}
static int Ring(const char* unused) {
  (void)unused;
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof(parameters));
  return Opened(syscall(SYS_io_uring_setup, 1, &parameters));
}
static int Fanotify(const char* unused) {
  (void)unused;
  return Opened(fanotify_init(FAN_CLASS_CONTENT, O_RDONLY));
}
static int Messages(const char* unused) {
  (void)unused;
  char text[64];
  return Did(klogctl(3, text, sizeof(text)));
}
static int Ports(const char* unused) {
  (void)unused;
  return Did(ioperm(0x80, 1, 1));
}
static int AllPorts(const char* unused) {
  (void)unused;
  return Did(iopl(3));
}
static int ReadImpliesExec(const char* unused) {
  (void)unused;
  return Did(personality(READ_IMPLIES_EXEC));
}
/* In a session without a terminal, where there is nothing to hang up. */
static int Hangup(const char* unused) {
  (void)unused;
  const pid_t child = fork();
  if (child == -1) return errno;
  if (child == 0) _exit(setsid() == -1 ? EIO : Did(vhangup()));
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}
static int MovePages(const char* unused) {
  (void)unused;
  return Did(syscall(SYS_move_pages, 0, 0UL, NULL, NULL, NULL, 0));
}
const struct Try kKernelTries[] = {
    {"init-module", kAnywhere, "loads a kernel module (an empty one)", LoadModule, NULL},
    {"finit-module", kAnywhere, "loads a kernel module (no file)", LoadModuleFile, NULL},
    {"delete-module", kAnywhere, "unloads a kernel module (none)", UnloadModule, NULL},
    {"kexec-load", kAnywhere, "starts another kernel (with flags that there are not)", Kexec, NULL},
    {"kexec-file-load", kAnywhere, "starts another kernel (no file)", KexecFile, NULL},
    {"reboot", kAnywhere, "reboots (with a wrong magic)", Reboot, NULL},
    {"swapon", kAnywhere, "swaps to a file (that is not there)", Swap, NULL},
    {"acct", kAnywhere, "accounts to a file (that is not there)", Account, NULL},
    {"quotactl", kAnywhere, "disk quotas (of no device)", Quota, NULL},
    {"bpf", kAnywhere, "bpf(2)", Bpf, NULL},
    {"perf", kAnywhere, "perf_event_open(2) of the whole machine", Perf, NULL},
    {"userfaultfd", kAnywhere, "userfaultfd(2), by which races in the kernel are won", Userfaultfd,
     NULL},
    {"io-uring", kAnywhere, "io_uring, which filters of system calls do not see into", Ring, NULL},
    {"fanotify", kAnywhere, "fanotify(7): sees and holds up what others open", Fanotify, NULL},
    {"syslog", kAnywhere, "the kernel's messages by syslog(2)", Messages, NULL},
    {"ioperm", kAnywhere, "one port of the machine's hardware", Ports, NULL},
    {"iopl", kAnywhere, "all of them", AllPorts, NULL},
    {"personality", kAnywhere, "an execution domain in which all memory can be executed",
     ReadImpliesExec, NULL},
    {"vhangup", kAnywhere, "hangs up a terminal (none)", Hangup, NULL},
    {"move-pages", kAnywhere, "move_pages(2), of none", MovePages, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
