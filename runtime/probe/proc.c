#include "runtime/probe/proc.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char* ReadText(const char* path, size_t* size) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  size_t length = 0;
  size_t room = 4096;
  char* text = malloc(room);
  ssize_t got = -1;
  while (text != NULL && (got = read(fd, text + length, room - length - 1)) > 0) {
    length += (size_t)got;
    if (room - length > 1) continue;
    room *= 2;
    char* const larger = realloc(text, room);
    if (larger == NULL) free(text);
    text = larger;
  }
  close(fd);
  if (text != NULL && got < 0) {
    free(text);
    text = NULL;
  }
  if (text == NULL) return NULL;
  text[length] = '\0';
  if (size != NULL) *size = length;
  return text;
}

typedef void Write(Json* json, char* line);

static void Lines(Json* json, const char* path, void (*begin)(Json*), Write* write,
                  void (*end)(Json*)) {
  char* const text = ReadText(path, NULL);
  if (text == NULL) {
    Null(json);
    return;
  }
  begin(json);
  char* rest = text;
  for (char* line = NULL; (line = strsep(&rest, "\n")) != NULL;) {
    if (*line != '\0') write(json, line);
  }
  end(json);
  free(text);
}

void ObjectOfLines(Json* json, const char* path, Write* write) {
  Lines(json, path, OpenObject, write, CloseObject);
}

void ListOfLines(Json* json, const char* path, Write* write) {
  Lines(json, path, OpenList, write, CloseList);
}

char* ReadLink(const char* path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path, target, sizeof target);
  return size < 0 ? NULL : strndup(target, (size_t)size);
}

char* ReadStatus(const char* field) {
  char* const text = ReadText("/proc/self/status", NULL);
  if (text == NULL) return NULL;
  const size_t size = strlen(field);
  char* value = NULL;
  for (char* line = text; line != NULL; line = strchr(line, '\n')) {
    line += strspn(line, "\n");
    if (strncmp(line, field, size) != 0 || line[size] != ':') continue;
    const char* const begin = line + size + 1 + strspn(line + size + 1, " \t");
    value = strndup(begin, strcspn(begin, "\n"));
    break;
  }
  free(text);
  return value;
}
