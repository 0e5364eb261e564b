/* What the host does for a stage, in the contract of abi.h: the table of functions that every hook
 * is handed, and what they take.
 */
#ifndef SLIPWAY_RUNTIME_SDK_ABI_HOST_H_
#define SLIPWAY_RUNTIME_SDK_ABI_HOST_H_

#include <stddef.h>
#include <stdint.h>

#include "runtime/sdk/abi_namespaces.h"
#include "runtime/sdk/abi_process.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors ------------------------------------------------------------------------------ */

/* What a hook, or a function of the host, says when it fails. It is the host's: a stage fills it in
 * by `fail`, and is told nothing else than what it holds. It is printed in one line:
 *   where: stage: cannot operation "subject": strerror(errno) (hint; cure)
 *   where: stage: operation "subject" (hint; cure)      when the errno is 0
 * Where, and which stage, the host knows: from the option that is to blame, or the stage's place.
 */
typedef struct slipway_error slipway_error;

typedef enum slipway_error_part {
  SLIPWAY_OPERATION = 1, /* what could not be done, as a verb, or what is wrong in words */
  SLIPWAY_SUBJECT,       /* what it was done to: a path, a name, a value */
  SLIPWAY_HINT,          /* why, or what would be right */
  SLIPWAY_OPTION,        /* the option to blame, as "binds[0].source" */
  SLIPWAY_CURE           /* of a SLIPWAY_NOT_HERE: what would make it work here */
} slipway_error_part;

/* What Probe also returns, besides 0 and -1: this kernel, this machine, or this user's rights do
 * not let the stage work. Only then does a `first-of` go on to its next stage. */
#define SLIPWAY_NOT_HERE 1

/* ---- What the host does for a stage ------------------------------------------------------ */

typedef struct slipway_context slipway_context; /* valid during one hook */

#define SLIPWAY_MAX_RECORD 65536

#define SLIPWAY_MAX_MESSAGE 4096 /* of ask and reply */

/* For whom a descriptor is put aside. */
typedef enum slipway_aside {
  SLIPWAY_ASIDE_FINISH = 1, /* the stage's own Finish; closed at the exec */
  SLIPWAY_ASIDE_COMMAND,    /* the command, under a number of the stage's choice */
  SLIPWAY_ASIDE_STARTED     /* the stage's own Started, in the host */
} slipway_aside;

/* What add_effect tells of. */
typedef enum slipway_effect {
  SLIPWAY_EFFECT_NAMESPACE = 1,
  SLIPWAY_EFFECT_CGROUP,
  SLIPWAY_EFFECT_LIMIT,
  SLIPWAY_EFFECT_MOUNT,
  SLIPWAY_EFFECT_FILE,
  SLIPWAY_EFFECT_PROCESS, /* of the command's: user, rights, environment, terminal ... */
  SLIPWAY_EFFECT_FILTER,
  SLIPWAY_EFFECT_OTHER
} slipway_effect;

typedef enum slipway_cause {
  SLIPWAY_OUT_OF_MEMORY = 1 /* the kernel killed a process at a memory limit of the container's */
} slipway_cause;

typedef enum slipway_root_flags {
  SLIPWAY_ROOT_CHROOT = 1,     /* enter it by chroot(2) instead of pivot_root(2) */
  SLIPWAY_ROOT_THROW_AWAY = 2, /* what is written there is the container's own: a mount point that
                                  is missing may be made */
  SLIPWAY_ROOT_READONLY = 4    /* make it read-only last, without the mounts beneath it */
} slipway_root_flags;

typedef enum slipway_attach_flags {
  SLIPWAY_ATTACH_NO_SYMLINKS = 1, /* a path through any symlink is refused with ELOOP */
  SLIPWAY_ATTACH_FRESH = 2        /* the mount is a new filesystem, which goes with the container */
} slipway_attach_flags;

typedef enum slipway_init_flags {
  /* Where the init is PID 1 of a new pid namespace, what is sent to it goes on to all processes
   * there, but for signals of job control and of the terminal. Else, to the command alone. */
  SLIPWAY_INIT_SIGNAL_ALL = 1
} slipway_init_flags;

/* What the runtime is doing for a container. */
typedef enum slipway_operation {
  SLIPWAY_CHECK = 1, /* looks at a pipeline: Create, and Probe and Describe if that is wanted */
  SLIPWAY_START,     /* runs a container, to its end */
  SLIPWAY_GC,        /* undoes what a killed runtime has left */
  SLIPWAY_EXEC,      /* lets a further process into a running container */
  SLIPWAY_LOOK,      /* tells of a running container: its processes, its figures */
  SLIPWAY_FREEZE,    /* pauses a running container, or lets it go on */
  SLIPWAY_UPDATE     /* changes options of a running container */
} slipway_operation;

typedef enum slipway_log_level {
  SLIPWAY_WARNING = 1, /* always shown */
  SLIPWAY_INFO         /* with -v */
} slipway_log_level;

/* The host's functions. The table only grows: look at struct_size before you use a later one. */
typedef struct slipway_host {
  uint32_t struct_size;

  /* ---- In every hook ---- */

  /* Says what failed, in place of what the error held; returns -1. errno_value: errno(3) of the
   * failed call; 0 when no call failed. The texts are copied, and may be NULL. */
  int (*fail)(slipway_error*, int errno_value, const char* operation, const char* subject,
              const char* hint);

  /* Which option is to blame, as "binds[0].source". The user is told where it stands. */
  void (*blame_option)(slipway_error*, const char* option);

  /* Probe, before it returns SLIPWAY_NOT_HERE: what would make it work here. */
  void (*cure)(slipway_error*, const char* text);

  /* What an error holds, for a stage that looks at what a function of the host has answered. A
   * text is "" where there is none, and valid until the error is filled in again. */
  int (*error_errno)(const slipway_error*);
  const char* (*error_text)(const slipway_error*, slipway_error_part);

  /* The container's id: unique on this machine, at most 64 of [A-Za-z0-9_.-], not beginning with
   * '.' or '-'. "" in SLIPWAY_CHECK, where there is no container. */
  const char* (*container_id)(const slipway_context*);

  /* A slipway_operation. */
  uint32_t (*operation)(const slipway_context*);

  /* The value of an annotation of the container, or NULL. Valid during the hook. */
  const char* (*annotation)(const slipway_context*, const char* name);

  /* The state of the container as the OCI runtime specification has it, in JSON, as its hooks get
   * it; "" where there is no container. Valid until it is asked for again. */
  const char* (*oci_state)(const slipway_context*);

  /* Tells the user something, in a line with the stage's name: a hook may not print. level: a
   * slipway_log_level. */
  void (*log)(slipway_context*, uint32_t level, const char* text);

  /* ---- In the hooks that each one names ---- */

  /* PreClone, PostClone, InChild; Freeze and Update. Hands an undo record to the host, for
   * Teardown. Call it before the side effect that the record undoes: the host keeps it where it
   * outlives a crash. At most SLIPWAY_MAX_RECORD bytes. Not in SLIPWAY_EXEC. */
  int (*record_undo)(slipway_context*, const void* record, size_t size, slipway_error*);

  /* The same hooks, and when. Keeps what later hooks of the stage have to know, in whichever
   * process they run, until the container's end; it takes the place of what was kept before. */
  int (*record_state)(slipway_context*, const void* state, size_t size, slipway_error*);

  /* All hooks from PreClone on. What record_state has kept last, or NULL; valid during the hook. */
  const void* (*state)(const slipway_context*, size_t* size);

  /* The same hooks. The stage's undo records, the oldest with index 0; NULL behind the last one;
   * valid until one more is left. */
  const void* (*undo_record)(const slipway_context*, size_t index, size_t* size);

  /* PreClone. Adds CLONE_NEW* flags of clone(2) to the plan. */
  int (*add_namespaces)(slipway_context*, uint64_t clone_flags, slipway_error*);

  /* PreClone. Maps of ids, a namespace to join, clocks: abi_namespaces.h says what they do. */
  int (*add_id_map)(slipway_context*, uint32_t kind, uint32_t inside, uint32_t outside,
                    uint32_t count, slipway_error*);
  int (*choose_id_map)(slipway_context*, slipway_error*);
  int (*join_namespace)(slipway_context*, int namespace_fd, uint64_t clone_flag, slipway_error*);
  int (*set_time_offsets)(slipway_context*, int64_t monotonic_ns, int64_t boottime_ns,
                          slipway_error*);

  /* PreClone. The cgroup v2 directory that the child is born in (CLONE_INTO_CGROUP of clone(2));
   * the descriptor stays the stage's, and stays open until destroy. One stage at most. */
  int (*set_cgroup)(slipway_context*, int cgroup_fd, slipway_error*);

  /* PreClone. The file "tasks" of a cgroup v1, open for writing: the child enters the cgroup before
   * the first InChild. The descriptor stays the stage's, and stays open until destroy. */
  int (*add_cgroup_tasks)(slipway_context*, int tasks_fd, slipway_error*);

  /* PreClone. What the stage wants of the command's process. Two stages that want the same thing
   * differently are refused. All is copied. */
  int (*set_process)(slipway_context*, const slipway_process*, slipway_error*);

  /* PreClone. A filter of system calls: `count` instructions of seccomp(2), struct sock_filter, in
   * the order in which the stages ask for them. flags: SECCOMP_FILTER_FLAG_LOG and _SPEC_ALLOW.
   *
   * It holds from the last steps on. Where the command has no_new_privs, a filter must allow what
   * comes behind it: prctl, seccomp, rt_sigprocmask, execveat, execve, and with an init, in an
   * exec or in a pid namespace that is joined also mmap, lseek, close, fcntl, clone, getpid,
   * getppid, getpgid, rt_sigaction, rt_sigtimedwait, rt_sigreturn, sendto, recvfrom, wait4, kill,
   * close_range, exit_group; in a container that is created first setsid and accept4, and in the
   * latter two with a terminal setsid and ioctl. Without it the kernel wants the filter before the
   * command's rights are gone: then also capget, capset, setgroups, setresgid, setresuid, fcntl,
   * write, openat, and what the Finish hooks call. */
  int (*add_filter)(slipway_context*, const void* instructions, size_t count, uint32_t flags,
                    slipway_error*);

  /* PreClone. A descriptor, the stage's, that the command inherits under `number`; -1: under the
   * number that it has. */
  int (*keep_fd)(slipway_context*, int fd, int number, slipway_error*);

  /* PreClone. The host copies between the caller's terminal and the one that the stage's InChild
   * sets, with all that belongs to it: sizes, raw mode, a hang-up. The caller may have no terminal.
   * Refused where no runtime stays with the command: in a container that is created first, or in
   * the background. */
  int (*relay_terminal)(slipway_context*, slipway_error*);

  /* PreClone. The stage's PostClone has nothing to do in this start: it is not called, and does not
   * keep the start from being the quick one. */
  int (*skip_post_clone)(slipway_context*, slipway_error*);

  /* PreClone. Puts a small init before the command: it reaps orphans and forwards signals. flags:
   * slipway_init_flags. */
  int (*use_init)(slipway_context*, uint32_t flags, slipway_error*);

  /* PostClone: the parked child, which the container's first process will be, or in a pid namespace
   * that is joined a child made by it. Started, and PreClone in SLIPWAY_EXEC: the container's first
   * process. Its pid here, and a pidfd that stays the host's. */
  int32_t (*child_pid)(const slipway_context*);
  int (*child_pidfd)(const slipway_context*);

  /* InChild. The folder `root`, at which a mount is attached in the child's own mount namespace,
   * becomes the container's root: the host enters it behind the last InChild, and until then the
   * host's files are still at "/". The descriptor stays the caller's. One stage at most, and before
   * anything is attached. flags: slipway_root_flags. */
  int (*set_root)(slipway_context*, int root, uint32_t flags, slipway_error*);

  /* InChild. Attaches a detached mount, of open_tree(2) or fsmount(2), at `path` beneath the
   * container's root. Fails when that would hide another mount that was attached before. A mount
   * point that is missing is made where it leaves no trace outside of the container: in a root that
   * is thrown away, and in a fresh mount. The descriptor stays the caller's. flags:
   * slipway_attach_flags. */
  int (*attach)(slipway_context*, int mount, const char* path, uint32_t flags, slipway_error*);

  /* InChild. Opens a path beneath the container's root; no symlink and no ".." leads out of it.
   * flags as for open(2); O_CLOEXEC is added. With O_NOFOLLOW, a path through any symlink is
   * refused with ELOOP. Returns the descriptor, then the caller's. */
  int (*open_in_root)(slipway_context*, const char* path, int flags, slipway_error*);

  /* InChild. Prepares a procfs of the container's processes: a context of fsopen(2), in which
   * nothing was set yet. They are those of the pid namespace that the child is in, or that the
   * container joins; a procfs of the latter can be mounted once. Returns the descriptor, then the
   * caller's. */
  int (*open_procfs)(slipway_context*, slipway_error*);

  /* InChild. Puts a copy of a descriptor aside, where it stays open when all others are closed.
   * purpose: a slipway_aside; number: of SLIPWAY_ASIDE_COMMAND. Two for the same number are
   * refused. Nothing can be put aside for Started where another process calls it, in a container
   * that is created first, nor in SLIPWAY_EXEC: `ask` can hand it to Serve there. */
  int (*put_aside)(slipway_context*, int fd, uint32_t purpose, int number, slipway_error*);

  /* Finish, Started. What the stage has put aside for it, the first with index 0; -1 behind the
   * last. It stays the host's, which closes it behind the hook. */
  int (*aside)(const slipway_context*, size_t index);

  /* InChild. The command gets the terminal at `fd`, such as a pty's other end, as its controlling
   * terminal and as its descriptors 0, 1 and 2, and its user owns it. One stage at most. master: of
   * a pty, the end that the host is to relay, if PreClone has asked for that; else -1. The
   * descriptors stay the caller's. */
  int (*set_terminal)(slipway_context*, int fd, int master, slipway_error*);

  /* InChild, of a stage with a Serve. Asks its half in the host, and returns with the answer. A
   * request is at most SLIPWAY_MAX_MESSAGE bytes, and may have a descriptor with it; else fd is -1.
   * answer: room for SLIPWAY_MAX_MESSAGE bytes. answer_fd: gets the descriptor that came with it,
   * then the caller's, or -1. */
  int (*ask)(slipway_context*, const void* request, size_t size, int fd, void* answer,
             size_t* answer_size, int* answer_fd, slipway_error*);

  /* Serve. What its InChild gets; the last one counts. The descriptor stays the caller's; -1: none.
   * Without it the answer is empty. */
  int (*reply)(slipway_context*, const void* answer, size_t size, int fd, slipway_error*);

  /* Describe. Something that the stage would do, in the order in which it would: what it is (a
   * slipway_effect), of what, and how, in words: "/proc", "a new procfs, read-only". */
  int (*add_effect)(slipway_context*, uint32_t effect, const char* subject, const char* detail,
                    slipway_error*);

  /* Processes. A process of the container, by its pid here. */
  int (*add_process)(slipway_context*, int32_t pid, slipway_error*);

  /* Report. A final figure of the container, such as "memory.peak", in the kernel's unit. The same
   * name again adds to it. */
  int (*add_figure)(slipway_context*, const char* name, int64_t value, slipway_error*);

  /* Report. Something that explains a bad end of the container, in words for a person. */
  int (*add_note)(slipway_context*, const char* text, slipway_error*);

  /* Report. What ended the container, where a signal or a status does not say it. */
  int (*set_cause)(slipway_context*, slipway_cause, slipway_error*);
} slipway_host;

#ifdef __cplusplus
}
#endif

#endif /* SLIPWAY_RUNTIME_SDK_ABI_HOST_H_ */
