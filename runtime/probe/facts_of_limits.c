#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/probe/facts.h"
#include "runtime/probe/proc.h"

static void Limit(Json* json, const char* name, rlim_t value) {
  Key(json, name);
  if (value == RLIM_INFINITY) {
    String(json, "unlimited");
  } else {
    Number(json, (long long)value);
  }
}

void Rlimits(Json* json) {
  static const struct {
    const char* name;
    int resource;
  } limits[] = {
      {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
      {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
      {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
      {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
      {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
      {"stack", RLIMIT_STACK},
  };
  OpenObject(json);
  for (size_t i = 0; i < sizeof limits / sizeof *limits; ++i) {
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0) continue;
    Key(json, limits[i].name);
    OpenObject(json);
    Limit(json, "soft", limit.rlim_cur);
    Limit(json, "hard", limit.rlim_max);
    CloseObject(json);
  }
  CloseObject(json);
}

void OomScoreAdj(Json* json) {
  char* const text = ReadText("/proc/self/oom_score_adj", NULL);
  if (text != NULL) {
    Number(json, atoll(text));
  } else {
    Null(json);
  }
  free(text);
}

static void Affinity(Json* json) {
  // The kernel's own mask may be larger: then the call says EINVAL.
  for (size_t cpus = 1024; cpus <= 1024 * 1024; cpus *= 2) {
    cpu_set_t* const set = CPU_ALLOC(cpus);
    const size_t size = CPU_ALLOC_SIZE(cpus);
    const bool known = set != NULL && sched_getaffinity(0, size, set) == 0;
    const bool larger = !known && set != NULL && errno == EINVAL;
    if (known) {
      OpenList(json);
      for (size_t cpu = 0; cpu < cpus; ++cpu) {
        if (CPU_ISSET_S(cpu, size, set)) Number(json, (long long)cpu);
      }
      CloseList(json);
    }
    CPU_FREE(set);
    if (known) return;
    if (!larger) break;
  }
  Null(json);
}

// ioprio_get(2), for which the C library has no names.
static void IoPriority(Json* json) {
  enum { kWhoProcess = 1, kClassShift = 13 };
  static const char* const classes[] = {"none", "realtime", "best-effort", "idle"};
  const long value = syscall(SYS_ioprio_get, kWhoProcess, 0);
  if (value < 0 || value >> kClassShift > 3) {
    Null(json);
    return;
  }
  OpenObject(json);
  Key(json, "class");
  String(json, classes[value >> kClassShift]);
  Key(json, "level");
  Number(json, value & 7);
  CloseObject(json);
}

void Scheduling(Json* json) {
  static const char* const policies[] = {"other", "fifo", "rr", "batch", NULL, "idle", "deadline"};
  const int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
  struct sched_param parameters = {0};
  OpenObject(json);
  Key(json, "policy");
  if (policy >= 0 && policy <= 6 && policies[policy] != NULL) {
    String(json, policies[policy]);
  } else {
    Null(json);
  }
  Key(json, "priority");
  if (sched_getparam(0, &parameters) == 0) {
    Number(json, parameters.sched_priority);
  } else {
    Null(json);
  }
  Key(json, "nice");
  Number(json, getpriority(PRIO_PROCESS, 0));
  Key(json, "affinity");
  Affinity(json);
  Key(json, "io_priority");
  IoPriority(json);
  CloseObject(json);
}

void Personality(Json* json) {
  static const struct {
    int flag;
    const char* name;
  } flags[] = {
      {UNAME26, "UNAME26"},
      {ADDR_NO_RANDOMIZE, "ADDR_NO_RANDOMIZE"},
      {FDPIC_FUNCPTRS, "FDPIC_FUNCPTRS"},
      {MMAP_PAGE_ZERO, "MMAP_PAGE_ZERO"},
      {ADDR_COMPAT_LAYOUT, "ADDR_COMPAT_LAYOUT"},
      {READ_IMPLIES_EXEC, "READ_IMPLIES_EXEC"},
      {ADDR_LIMIT_32BIT, "ADDR_LIMIT_32BIT"},
      {SHORT_INODE, "SHORT_INODE"},
      {WHOLE_SECONDS, "WHOLE_SECONDS"},
      {STICKY_TIMEOUTS, "STICKY_TIMEOUTS"},
      {ADDR_LIMIT_3GB, "ADDR_LIMIT_3GB"},
  };
  const int value = personality(0xffffffff);
  if (value == -1) {
    Null(json);
    return;
  }
  char number[16];
  snprintf(number, sizeof number, "0x%02x", value & PER_MASK);
  OpenObject(json);
  Key(json, "domain");
  String(json, (value & PER_MASK) == PER_LINUX     ? "linux"
               : (value & PER_MASK) == PER_LINUX32 ? "linux32"
                                                   : number);
  Key(json, "flags");
  OpenList(json);
  for (size_t i = 0; i < sizeof flags / sizeof *flags; ++i) {
    if ((value & flags[i].flag) != 0) String(json, flags[i].name);
  }
  CloseList(json);
  CloseObject(json);
}

void Umask(Json* json) {
  const mode_t mask = umask(0);
  umask(mask);
  char text[8];
  snprintf(text, sizeof text, "%04o", mask);
  String(json, text);
}
