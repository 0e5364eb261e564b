/* The machine's clocks, names and nice values: with the value that is there. */

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "tests/hostile/try.h"

static int Adjust(const char* unused) {
  (void)unused;
  struct timex clock;
  memset(&clock, 0, sizeof(clock));
  if (adjtimex(&clock) == -1) return errno;
  clock.modes = ADJ_FREQUENCY;
  return Did(adjtimex(&clock));
}

static int AdjustByClock(const char* unused) {
  (void)unused;
  struct timex clock;
  memset(&clock, 0, sizeof(clock));
  if (clock_adjtime(CLOCK_REALTIME, &clock) == -1) return errno;
  clock.modes = ADJ_FREQUENCY;
  return Did(clock_adjtime(CLOCK_REALTIME, &clock));
}

/* The moment that it is: set back by what lies between the two calls. */
static int SetTimeOfDay(const char* unused) {
  (void)unused;
  struct timeval now;
  gettimeofday(&now, NULL);
  return Did(settimeofday(&now, NULL));
}

static int SetClock(const char* unused) {
  (void)unused;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return Did(clock_settime(CLOCK_REALTIME, &now));
}

static int SetHostName(const char* unused) {
  (void)unused;
  char name[65] = "";
  if (gethostname(name, sizeof(name) - 1) != 0) return errno;
  return Did(sethostname(name, strlen(name)));
}

static int SetDomainName(const char* unused) {
  (void)unused;
  char name[65] = "";
  if (getdomainname(name, sizeof(name) - 1) != 0) return errno;
  return Did(setdomainname(name, strlen(name)));
}

static int BeNicer(const char* unused) {
  (void)unused;
  return Did(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) - 1));
}

static int BeRealTime(const char* unused) {
  (void)unused;
  const struct sched_param first = {.sched_priority = 1};
  return Did(sched_setscheduler(0, SCHED_FIFO, &first));
}

static int BeFirstAtDisks(const char* unused) {
  (void)unused;
  return Did(syscall(SYS_ioprio_set, 1, 0, 1 << 13)); /* IOPRIO_CLASS_RT */
}

static int RaiseLimit(const char* unused) {
  (void)unused;
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) != 0) return errno;
  limit.rlim_max = limit.rlim_max == RLIM_INFINITY ? RLIM_INFINITY : limit.rlim_max + 1;
  if (limit.rlim_max == RLIM_INFINITY) {
    getrlimit(RLIMIT_NOFILE, &limit);
    ++limit.rlim_max;
    return Did(setrlimit(RLIMIT_NOFILE, &limit));
  }
  return Did(setrlimit(RLIMIT_CORE, &limit));
}

/* Others are killed in its place when memory is short. */
static int LowerOomScore(const char* unused) {
  (void)unused;
  int score = 0;
  FILE* file = fopen("/proc/self/oom_score_adj", "r+");
  if (!file) return errno;
  const int got = fscanf(file, "%d", &score);
  rewind(file);
  fprintf(file, "%d", score - 1);
  const int outcome = got == 1 ? Did(fflush(file)) : EIO;
  fclose(file);
  return outcome;
}

const struct Try kTimeTries[] = {
    {"adjtimex", kAnywhere, "changes the machine's clock (to the value that is there)", Adjust,
     NULL},
    {"clock-adjtime", kAnywhere, "the same by clock_adjtime(2)", AdjustByClock, NULL},
    {"settimeofday", kTestbed, "sets the machine's clock", SetTimeOfDay, NULL},
    {"clock-settime", kTestbed, "sets the machine's clock by clock_settime(2)", SetClock, NULL},
    {"hostname", kAnywhere, "sets the host name (to the one that is there)", SetHostName, NULL},
    {"domainname", kAnywhere, "sets the domain name (to the one that is there)", SetDomainName,
     NULL},
    {"nice", kAnywhere, "runs before others", BeNicer, NULL},
    {"real-time", kAnywhere, "runs before all others", BeRealTime, NULL},
    {"ioprio", kAnywhere, "its disk accesses go before all others", BeFirstAtDisks, NULL},
    {"raise-limit", kAnywhere, "raises a hard limit", RaiseLimit, NULL},
    {"oom-score", kAnywhere, "has others killed where memory is short", LowerOomScore, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
