/* What a stage may want of the command's process, in the contract of abi.h. The host applies the
 * wishes of all stages in one fixed order (runtime/launch/last_steps.h), for the command, for its
 * init, and for each command that joins later, where the stage's PreClone holds for SLIPWAY_EXEC.
 */
#ifndef SLIPWAY_RUNTIME_SDK_ABI_PROCESS_H_
#define SLIPWAY_RUNTIME_SDK_ABI_PROCESS_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which members of slipway_process say something. */
typedef enum slipway_process_field {
  SLIPWAY_PROCESS_USER = 1,
  SLIPWAY_PROCESS_GROUPS = 2,
  SLIPWAY_PROCESS_ENVIRONMENT = 4,
  SLIPWAY_PROCESS_FOLDER = 8,
  SLIPWAY_PROCESS_UMASK = 16,
  SLIPWAY_PROCESS_CAPABILITIES = 32,
  SLIPWAY_PROCESS_NO_NEW_PRIVILEGES = 64,
  SLIPWAY_PROCESS_RLIMITS = 128,
  SLIPWAY_PROCESS_OOM_SCORE_ADJ = 256,
  SLIPWAY_PROCESS_SCHEDULING = 512,
  SLIPWAY_PROCESS_NICE = 1024,
  SLIPWAY_PROCESS_IO_PRIORITY = 2048,
  SLIPWAY_PROCESS_AFFINITY = 4096,
  SLIPWAY_PROCESS_PERSONALITY = 8192,
  SLIPWAY_PROCESS_LABEL = 16384,
  SLIPWAY_PROCESS_MAKE_FOLDER = 32768 /* with FOLDER */
} slipway_process_field;

/* As setrlimit(2) takes it; UINT64_MAX: unlimited. */
typedef struct slipway_rlimit {
  uint32_t resource; /* RLIMIT_* */
  uint32_t reserved; /* 0 */
  uint64_t soft;
  uint64_t hard;
} slipway_rlimit;

/* Five sets of capabilities(7), each a bit for each: 1 << CAP_CHOWN and so on. Of a user other than
 * root, permitted and effective are cut to the ambient ones, since the exec of the command leaves
 * no others. Another user by `runtime exec -u` has none that is inheritable or ambient. Where the
 * runtime may not limit the bounding set (CAP_SETPCAP), that is an error, unless no_new_privileges
 * is wanted, which lets nobody gain any. */
typedef struct slipway_capabilities {
  uint64_t bounding;
  uint64_t permitted;
  uint64_t effective;
  uint64_t inheritable;
  uint64_t ambient;
} slipway_capabilities;

typedef struct slipway_process {
  uint32_t struct_size; /* sizeof(slipway_process) */
  uint32_t fields;      /* slipway_process_field; nothing else is looked at */

  /* "UID", "UID:GID", or with names of the container's own /etc/passwd and /etc/group. Without a
   * group it is the one of passwd(5), or 0 for a number that is not there. HOME, USER and LOGNAME
   * follow, where neither the config nor the command line sets them. */
  const char* user;

  /* Supplementary groups, by number or name, ended by NULL. Without this wish they are those of
   * group(5) that name the user, if no group was given. */
  const char* const* groups;

  /* "NAME=value", or "NAME" to leave a variable out; ended by NULL. What the config or the command
   * line sets stays as it is. */
  const char* const* environment;

  /* In the container, absolute; where the config sets none. With SLIPWAY_PROCESS_MAKE_FOLDER what
   * is missing of it at the start is made, root's and with mode 0755, before SLIPWAY_ROOT_READONLY
   * holds; else, and where no stage has set a root, a missing one is an error. */
  const char* folder;
  uint32_t umask;             /* umask(2) */
  uint32_t no_new_privileges; /* 1; prctl(2), PR_SET_NO_NEW_PRIVS */
  slipway_capabilities capabilities;
  const slipway_rlimit* rlimits;
  uint32_t rlimit_count;
  int32_t oom_score_adj; /* -1000 to 1000; proc(5) */

  /* sched_setattr(2); the nice value stays. Times in ns. Below an init SCHED_DEADLINE is refused:
   * the init could not fork. */
  uint32_t scheduling_policy; /* SCHED_* */
  uint32_t scheduling_priority;
  uint64_t scheduling_flags; /* SCHED_FLAG_* */
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
  int32_t nice;         /* -20 to 19 */
  uint32_t io_priority; /* as ioprio_set(2) takes it */

  const uint64_t* affinity; /* a bit for each processor, from the lowest; sched_setaffinity(2) */
  uint32_t affinity_words;  /* of 64 processors each */
  uint32_t personality;     /* personality(2) */

  /* Written to a file of /proc/thread-self/attr before the exec, as the LSM wants it: "exec", or
   * "apparmor/exec". */
  const char* label_file;
  const char* label;

  /* With CAPABILITIES: those of them without which the command may do, a bit for each. What the
   * runtime itself does not have of these is left out; any other is an error then. */
  uint64_t dispensable_capabilities;
} slipway_process;

#ifdef __cplusplus
}
#endif

#endif /* SLIPWAY_RUNTIME_SDK_ABI_PROCESS_H_ */
