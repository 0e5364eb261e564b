#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/probe/facts.h"
#include "runtime/probe/proc.h"

void Cwd(Json* json) {
  char* const path = getcwd(NULL, 0);
  if (path != NULL) {
    String(json, path);
  } else {
    Null(json);
  }
  free(path);
}

void Environment(Json* json) {
  OpenObject(json);
  for (char** variable = environ; *variable != NULL; ++variable) {
    const char* const equals = strchr(*variable, '=');
    if (equals == NULL) continue;
    KeyOf(json, *variable, (size_t)(equals - *variable));
    String(json, equals + 1);
  }
  CloseObject(json);
}

// Blanks, newlines and backslashes of paths are written as octal numbers there: \040. proc(5)
static void Decode(char* text) {
  char* to = text;
  for (const char* from = text; *from != '\0';) {
    const bool octal = from[0] == '\\' && strspn(from + 1, "01234567") >= 3;
    if (octal) {
      *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
      from += 4;
    } else {
      *to++ = *from++;
    }
  }
  *to = '\0';
}

static void Member(Json* json, const char* name, char* text) {
  Key(json, name);
  if (text == NULL) {
    Null(json);
    return;
  }
  Decode(text);
  String(json, text);
}

static void Words(Json* json, const char* name, char* text) {
  Key(json, name);
  OpenList(json);
  for (char* word = NULL; text != NULL && (word = strsep(&text, ",")) != NULL;) {
    Decode(word);
    String(json, word);
  }
  CloseList(json);
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
static void Mount(Json* json, char* line) {
  char* const id = strsep(&line, " ");
  char* const parent = strsep(&line, " ");
  char* const device = strsep(&line, " ");
  char* const root = strsep(&line, " ");
  char* const target = strsep(&line, " ");
  char* const options = strsep(&line, " ");
  char* tags[8];
  size_t count = 0;
  for (char* tag = NULL; (tag = strsep(&line, " ")) != NULL && strcmp(tag, "-") != 0;) {
    if (count < sizeof tags / sizeof *tags) tags[count++] = tag;
  }
  if (line == NULL) return;
  OpenObject(json);
  Member(json, "target", target);
  Member(json, "type", strsep(&line, " "));
  Member(json, "source", strsep(&line, " "));
  Member(json, "root", root);
  Words(json, "options", options);
  Words(json, "super_options", strsep(&line, " "));
  Key(json, "propagation");
  OpenList(json);
  for (size_t i = 0; i < count; ++i) String(json, tags[i]);
  CloseList(json);
  Member(json, "device", device);
  Key(json, "id");
  Number(json, atoll(id));
  Key(json, "parent");
  Number(json, atoll(parent));
  CloseObject(json);
}

void Mounts(Json* json) { ListOfLines(json, "/proc/self/mountinfo", Mount); }

static int CompareNumbers(const void* a, const void* b) { return *(const int*)a - *(const int*)b; }

static void Descriptor(Json* json, int fd) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  char* const target = ReadLink(path);
  OpenObject(json);
  Key(json, "number");
  Number(json, fd);
  Key(json, "target");
  if (target != NULL) {
    String(json, target);
  } else {
    Null(json);
  }
  Key(json, "close_on_exec");
  Bool(json, (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  CloseObject(json);
  free(target);
}

// But the one by which it looks.
void Descriptors(Json* json) {
  enum { kMost = 65536 };
  static int numbers[kMost];
  size_t count = 0;
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == NULL) {
    Null(json);
    return;
  }
  for (const struct dirent* entry = NULL; (entry = readdir(folder)) != NULL && count < kMost;) {
    if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(folder)) continue;
    numbers[count++] = atoi(entry->d_name);
  }
  closedir(folder);
  qsort(numbers, count, sizeof *numbers, CompareNumbers);
  OpenList(json);
  for (size_t i = 0; i < count; ++i) Descriptor(json, numbers[i]);
  CloseList(json);
}
