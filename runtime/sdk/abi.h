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

#include "runtime/sdk/abi_host.h"
#include "runtime/sdk/abi_options.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLIPWAY_MAGIC UINT64_C(0x0059415750494c53) /* "SLIPWAY", in memory on little endian */
#define SLIPWAY_ABI_MAJOR 0
#define SLIPWAY_ABI_MINOR 9

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
  SLIPWAY_JOIN_FINISH = 4,
  SLIPWAY_JOIN_TERMINAL = 8 /* only where the further process is to get a terminal of its own */
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

  /* Tells by add_effect what the stage would do, after Probe and instead of what follows. No side
   * effects. */
  int (*describe)(void* stage, slipway_context*, slipway_error*);

  /* In the host, in pipeline order: fill the plan, prepare, leave undo records. */
  int (*pre_clone)(void* stage, slipway_context*, slipway_error*);

  /* In the host, in pipeline order: the child exists and is parked. */
  int (*post_clone)(void* stage, slipway_context*, slipway_error*);

  /* In the child, in pipeline order: inside the new namespaces, before exec. The child may share
   * the host's memory until then, as after vfork(2), but not its descriptors. */
  int (*in_child)(void* stage, slipway_context*, slipway_error*);

  /* In the host, while the stage's InChild waits in `ask`: also in SLIPWAY_EXEC, where that stage
   * joins, in the process of that exec. fd: what came with the request, or -1; the host's. When it
   * fails, so does ask. */
  int (*serve)(void* stage, slipway_context*, const void* request, size_t size, int fd,
               slipway_error*);

  /* In the child, in pipeline order, behind everything else and just before the exec: the root is
   * entered, foreign descriptors are closed. For restrictions that would be in the way of what
   * comes before. */
  int (*finish)(void* stage, slipway_context*, slipway_error*);

  /* In the host, in pipeline order: the command runs, or has ended already. When it fails, the
   * container is ended. Of a container that was created first, and is started later, the process
   * that starts it calls it, of an object that was made from the options, without Probe; what it
   * ends is undone when the container is deleted, and a start that is killed may have left it out.
   * Not in SLIPWAY_EXEC. */
  int (*started)(void* stage, slipway_context*, slipway_error*);

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
