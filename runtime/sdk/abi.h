/* The contract between the host and a stage plugin, in plain C11.
 *
 * A plugin is a shared library with one stage or many. It exports one data symbol,
 * `slipway_plugin_0`, a table of its stages, and says in a note, which the host reads before it
 * loads the file, which ABI it was built for: SLIPWAY_PLUGIN, at the end, makes both. The stage
 * <name> is looked for as lib<name>_stage.so, with '_' for '-'; of a plugin with many stages, each
 * such file is a link to it. Nothing but C types crosses; no exception ever does. Authors who write
 * C++ use the face over this header, runtime/sdk/stage.h.
 *
 * Until the first release the ABI is 0.x, and host and stage must match exactly.
 *
 * Every function that can fail returns 0, or -1 with the error filled in; other results are kept
 * for later. Strings are UTF-8 and end in NUL. What a function is handed stays the caller's, and is
 * valid during the call, except where a comment says otherwise. The host's functions are for the
 * hook's own thread, while it runs.
 *
 * No hook prints, starts a thread, or leaves the host's process changed: its signal handlers,
 * timers, current folder, umask and credentials. A call that waits may end with EINTR, once a
 * second.
 */
#ifndef SLIPWAY_RUNTIME_SDK_ABI_H_
#define SLIPWAY_RUNTIME_SDK_ABI_H_

#include <stddef.h>
#include <stdint.h>

#include "runtime/sdk/abi_namespaces.h"
#include "runtime/sdk/abi_options.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLIPWAY_MAGIC UINT64_C(0x0059415750494c53) /* "SLIPWAY", in memory on little endian */
#define SLIPWAY_ABI_MAJOR 0
#define SLIPWAY_ABI_MINOR 6

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
  SLIPWAY_CHECK = 1, /* looks at a pipeline: Create, and Probe if that is wanted */
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

  /* PreClone. A descriptor, the stage's, that the command inherits under its number. */
  int (*keep_fd)(slipway_context*, int fd, slipway_error*);

  /* PreClone. Puts a small init before the command: it reaps orphans and forwards signals. flags:
   * slipway_init_flags. */
  int (*use_init)(slipway_context*, uint32_t flags, slipway_error*);

  /* PostClone: the parked child. PreClone in SLIPWAY_EXEC: the container's first process. Its pid
   * here, and a pidfd that stays the host's. */
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

/* ---- What a stage is --------------------------------------------------------------------- */

typedef enum slipway_privileges {
  SLIPWAY_UNPRIVILEGED = 0,
  SLIPWAY_ROOT_OR_USERNS = 1, /* CAP_SYS_ADMIN in the container's own user namespace */
  SLIPWAY_ROOT = 2            /* CAP_SYS_ADMIN on the host */
} slipway_privileges;

/* Which hooks are also called for SLIPWAY_EXEC, of an object that was made from the container's
 * options, without Probe: PreClone then finds what its stage has made in undo_record and state. A
 * stage whose restrictions would not hold for a further process otherwise says so here. */
typedef enum slipway_joins {
  SLIPWAY_JOIN_PRE_CLONE = 1,
  SLIPWAY_JOIN_IN_CHILD = 2, /* in the container's namespaces and its root */
  SLIPWAY_JOIN_FINISH = 4
} slipway_joins;

typedef struct slipway_stage {
  const char* name; /* as it stands in a pipeline: [a-z0-9-], at most 31 */
  const char* version;
  const char* summary; /* one line */
  uint32_t privileges; /* slipway_privileges */
  uint32_t joins;      /* slipway_joins */

  /* Of the undo records that the stage leaves, and of those that its Teardown still understands: of
   * oldest_record_version to record_version. So another build of the stage, with a record_version
   * in that range, may have left them. Raise it when a record, or the meaning of an option that
   * Teardown looks at, changes; new options go to the end of the table. */
  uint32_t record_version;
  uint32_t oldest_record_version;

  const slipway_option* options;
  uint32_t option_count;

  /* Order rules: lists of tokens, each ended by NULL; NULL for an empty list. A stage provides
   * its own name without saying so. */
  const char* const* provides;
  const char* const* requires_; /* each is provided by a stage before this one */
  const char* const* after;     /* each, where it is provided at all, by a stage before */
  const char* const* conflicts; /* each is provided by no other stage */

  /* The hooks, in the order of a container's life. Any may be NULL. `options` holds
   * option_count values, in the table's order; it outlives the stage. */

  /* Makes the stage object; checks what one option says against another. No side effects. */
  int (*create)(const slipway_host*, slipway_context*, const slipway_value* options, void** stage,
                slipway_error*);

  /* Can the stage work on this machine? Returns SLIPWAY_NOT_HERE if not, and -1 for a mistake, such
   * as a file that the pipeline names and that is not there. No side effects. What it finds it may
   * keep in its object: PreClone follows at once, if at all. */
  int (*probe)(void* stage, slipway_context*, slipway_error*);

  /* In the host, in pipeline order: fill the plan, prepare, leave undo records. */
  int (*pre_clone)(void* stage, slipway_context*, slipway_error*);

  /* In the host, in pipeline order: the child exists and is parked. */
  int (*post_clone)(void* stage, slipway_context*, slipway_error*);

  /* In the child, in pipeline order: inside the new namespaces, before exec. The child may share
   * the host's memory until then, as after vfork(2), but not its descriptors. */
  int (*in_child)(void* stage, slipway_context*, slipway_error*);

  /* In the child, in pipeline order, behind everything else and just before the exec: the root is
   * entered, foreign descriptors are closed. For restrictions that would be in the way of what
   * comes before. */
  int (*finish)(void* stage, slipway_context*, slipway_error*);

  /* The hooks from here on work from the options and one undo record alone, perhaps in another
   * process than the one that made the container; each is called for each record of the stage. */

  /* Pauses what the record stands for (frozen is 1), and returns once it stands still, or lets it
   * go on (0). Doing what is done already succeeds. */
  int (*freeze)(const slipway_host*, slipway_context*, const slipway_value* options,
                const void* record, size_t size, int frozen, slipway_error*);

  /* Tells by add_process which processes there are. One may be told twice. */
  int (*processes)(const slipway_host*, slipway_context*, const slipway_value* options,
                   const void* record, size_t size, slipway_error*);

  /* The options were `before`, and are `options` now; only those that are SLIPWAY_CHANGEABLE
   * differ. Changes what the record stands for, or refuses and leaves it as it was. */
  int (*update)(const slipway_host*, slipway_context*, const slipway_value* before,
                const slipway_value* options, const void* record, size_t size, slipway_error*);

  /* Reads the figures of what one record stands for: while the container runs, and once it has
   * ended and before Teardown; the first record first. */
  int (*report)(const slipway_host*, slipway_context*, const slipway_value* options,
                const void* record, size_t size, slipway_error*);

  /* Undoes one record. The host calls it for each record, the last one first, after the
   * container's end and after any failure, perhaps twice: undoing what is already undone succeeds.
   * When it
   * fails, the other records are undone all the same; then it is called once more, and again by
   * each `runtime gc` until all are undone. */
  int (*teardown)(const slipway_host*, slipway_context*, const slipway_value* options,
                  const void* record, size_t size, slipway_error*);

  /* Frees the stage object. */
  void (*destroy)(void* stage);

  /* What the stage needs beyond what `privileges` says, in words that go on after "needs":
   * "root, or a parent cgroup that is delegated to this user"; or NULL. Probe looks whether it is
   * there. */
  const char* needs;
} slipway_stage;

/* ---- What a plugin exports --------------------------------------------------------------- */

typedef struct slipway_plugin {
  uint64_t magic;       /* SLIPWAY_MAGIC */
  uint16_t abi_major;   /* SLIPWAY_ABI_MAJOR */
  uint16_t abi_minor;   /* SLIPWAY_ABI_MINOR */
  uint32_t struct_size; /* sizeof(slipway_plugin) */
  uint32_t option_size; /* sizeof(slipway_option): from each row of a table to the next */
  uint32_t stage_size;  /* sizeof(slipway_stage) */
  uint32_t stage_count;
  const slipway_stage* const* stages;
} slipway_plugin;

/* The symbol, which has the major version in its name. */
extern __attribute__((visibility("default"))) const slipway_plugin slipway_plugin_0;
#define SLIPWAY_PLUGIN_SYMBOL "slipway_plugin_0"

/* The note of elf(5) in the section .note.slipway. */
#define SLIPWAY_NOTE_OWNER "Slipway"
#define SLIPWAY_NOTE_TYPE 1
#define SLIPWAY_PLUGIN_NOTE                                                         \
  __attribute__((section(".note.slipway"), used, aligned(4))) static const struct { \
    uint32_t owner_size, abi_size, type;                                            \
    char owner[8];                                                                  \
    uint32_t abi[2];                                                                \
  } slipway_note = {                                                                \
      8, 8, SLIPWAY_NOTE_TYPE, SLIPWAY_NOTE_OWNER, {SLIPWAY_ABI_MAJOR, SLIPWAY_ABI_MINOR}}

/* SLIPWAY_PLUGIN(&kStage, ...); once in a plugin, at file scope: the table of these stages, and the
 * note. */
#define SLIPWAY_PLUGIN(...)                                                        \
  static const slipway_stage* const slipway_stages[] = {__VA_ARGS__};              \
  const slipway_plugin slipway_plugin_0 = {SLIPWAY_MAGIC,                          \
                                           SLIPWAY_ABI_MAJOR,                      \
                                           SLIPWAY_ABI_MINOR,                      \
                                           sizeof(slipway_plugin),                 \
                                           sizeof(slipway_option),                 \
                                           sizeof(slipway_stage),                  \
                                           sizeof(slipway_stages) / sizeof(void*), \
                                           slipway_stages};                        \
  SLIPWAY_PLUGIN_NOTE

#ifdef __cplusplus
}
#endif

#endif /* SLIPWAY_RUNTIME_SDK_ABI_H_ */
