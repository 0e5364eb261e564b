/* Tries all ways out of the container that it runs in, and says of each what came of it: a line
   "NAME<TAB>open" or "NAME<TAB>refused<TAB>CAUSE". It needs nothing of its root but itself.

   hostile --list             a line "NAME<TAB>anywhere|testbed<TAB>TEXT" for each
   hostile [--all] [NAME=VALUE...]
                              what the test outside has told it; --all: those for a testbed too;
                              only=,NAME,NAME,: these
   hostile --wait             stays, as the process outside
   hostile --gained UID CAPS  status 0: it has more rights now than with these */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/try.h"

static const struct Try* const kGroups[] = {
    kFileTries,   kMountTries,  kNamespaceTries, kProcessTries, kDescriptorTries,
    kDeviceTries, kKernelTries, kTimeTries,      kRightsTries,  kNetworkTries,
    kIpcTries,    kCgroupTries, kLimitTries,
};
enum { kPatience = 60, kReport = 99 };

static char** given;

const char* Given(const char* name) {
  const size_t size = strlen(name);
  for (char** word = given; *word; ++word) {
    if (strncmp(*word, name, size) == 0 && (*word)[size] == '=') return *word + size + 1;
  }
  return "";
}

/* Each name in the list has a comma in front and behind. */
static int IsWanted(const char* name) {
  char word[128];
  snprintf(word, sizeof(word), ",%s,", name);
  return *Given("only") == '\0' || strstr(Given("only"), word) != NULL;
}

static void Exec(const struct Try* one, int report) {
  dup2(report, kReport);
  close(report);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(kPatience);
  const int outcome = one->run(one->subject);
  if (write(kReport, &outcome, sizeof(outcome)) != sizeof(outcome)) _exit(EXIT_FAILURE);
  _exit(EXIT_SUCCESS);
}

/* In a process group of its own, which is ended whole. */
static void Report(const struct Try* one) {
  int report[2];
  if (pipe(report) != 0) exit(EXIT_FAILURE);
  const pid_t child = fork();
  if (child == -1) exit(EXIT_FAILURE);
  if (child == 0) {
    setpgid(0, 0);
    close(report[0]);
    Exec(one, report[1]);
  }
  close(report[1]);
  int status = 0;
  while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  kill(-child, SIGKILL);
  int outcome = 0;
  if (WIFSIGNALED(status)) {
    printf("%s\trefused\tSIG%s\n", one->name, sigabbrev_np(WTERMSIG(status)));
  } else if (read(report[0], &outcome, sizeof(outcome)) != sizeof(outcome)) {
    printf("%s\tbroken\n", one->name);
  } else if (outcome == 0) {
    printf("%s\topen\n", one->name);
  } else {
    printf("%s\trefused\t%s\n", one->name, strerrorname_np(outcome));
  }
  close(report[0]);
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "--wait") == 0) return pause();
  if (argc > 3 && strcmp(argv[1], "--gained") == 0) return HasGained(argv[2], argv[3]) ? 0 : EPERM;
  const int list = argc > 1 && strcmp(argv[1], "--list") == 0;
  const int all = argc > 1 && strcmp(argv[1], "--all") == 0;
  given = argv + 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (unsigned group = 0; group < sizeof(kGroups) / sizeof(*kGroups); ++group) {
    for (const struct Try* one = kGroups[group]; one->name; ++one) {
      if (list) {
        printf("%s\t%s\t%s\n", one->name, one->where == kTestbed ? "testbed" : "anywhere",
               one->text);
      } else if ((all || one->where == kAnywhere) && IsWanted(one->name)) {
        Report(one);
      }
    }
  }
  return EXIT_SUCCESS;
}
