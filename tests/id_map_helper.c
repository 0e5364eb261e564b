/* Stands in for newuidmap(1) and newgidmap(1), with the setuid bit, by whose name it is called: it
 * writes the map that it is given, and looks at nobody's /etc/subuid. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char** environ;

int main(int argc, char** argv) {
  char path[64];
  char map[1024] = "";
  const char* file = strstr(argv[0], "newgidmap") ? "gid_map" : "uid_map";
  if (argc < 5 || environ[0]) return 2;
  snprintf(path, sizeof(path), "/proc/%s/%s", argv[1], file);
  for (int i = 2; i + 2 < argc; i += 3) {
    snprintf(map + strlen(map), sizeof(map) - strlen(map), "%s %s %s\n", argv[i], argv[i + 1],
             argv[i + 2]);
  }
  const int fd = open(path, O_WRONLY);
  return fd >= 0 && write(fd, map, strlen(map)) == (ssize_t)strlen(map) ? 0 : 3;
}
