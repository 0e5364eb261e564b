// Sets an inherited descriptor back to the beginning of its file, for the next who reads it.
//
//   rewind DESCRIPTOR

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  return argc == 2 && lseek(atoi(argv[1]), 0, SEEK_SET) == 0 ? 0 : 1;
}
