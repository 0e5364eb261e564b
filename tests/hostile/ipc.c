/* Memory, queues and keys of others. */

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/hostile/try.h"

static int SharedMemory(const char* unused) {
  (void)unused;
  return Did(shmget((key_t)strtol(Given("shm"), NULL, 10), 1, 0));
}

static int SharedFile(const char* unused) {
  (void)unused;
  char path[256];
  snprintf(path, sizeof(path), "/dev/shm/%s", Given("name"));
  return OpenToRead(path);
}

static int Queue(const char* unused) {
  (void)unused;
  char name[256];
  snprintf(name, sizeof(name), "/%s", Given("name"));
  const mqd_t queue = mq_open(name, O_RDONLY | O_NONBLOCK);
  if (queue == (mqd_t)-1) return errno;
  mq_close(queue);
  return 0;
}

/* By its number, which the test tells: whoever possesses it may read it. */
static int ReadKey(const char* unused) {
  (void)unused;
  char text[16];
  return Did(
      syscall(SYS_keyctl, KEYCTL_READ, strtol(Given("key"), NULL, 10), text, sizeof(text), 0));
}

static int FindKey(const char* unused) {
  (void)unused;
  return Did(syscall(SYS_request_key, "user", Given("name"), NULL, 0));
}

static int AddKey(const char* unused) {
  (void)unused;
  return Did(syscall(SYS_add_key, "user", "hostile", "x", 1UL, KEY_SPEC_PROCESS_KEYRING));
}

const struct Try kIpcTries[] = {
    {"shared-memory", kAnywhere, "System V shared memory of outside", SharedMemory, NULL},
    {"shared-file", kAnywhere, "POSIX shared memory of outside", SharedFile, NULL},
    {"message-queue", kAnywhere, "a POSIX message queue of outside", Queue, NULL},
    {"read-key", kAnywhere, "a key of the caller's session keyring, by its number", ReadKey, NULL},
    {"find-key", kAnywhere, "the same by its name", FindKey, NULL},
    {"add-key", kAnywhere, "a key of its own (keyrings are no namespace's)", AddKey, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
