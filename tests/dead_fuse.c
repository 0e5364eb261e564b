// A filesystem whose server stops to answer: the file that holds /program cannot be opened, and who
// tries that waits. fuse(4), linux/fuse.h.
//
//   dead_fuse FOLDER   mounts it there, and says "mounted"; says "asked" once somebody waits. When
//                      it is killed, he goes on.

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kProgram = 2, kSize = 4096 };

static void Reply(int device, const struct fuse_in_header* in, int error, void* body, size_t size) {
  struct fuse_out_header header = {
      .len = (uint32_t)(sizeof(header) + size), .error = -error, .unique = in->unique};
  struct iovec parts[] = {{&header, sizeof(header)}, {body, size}};
  (void)!writev(device, parts, size != 0 ? 2 : 1);
}

static struct fuse_attr AttributesOf(uint64_t node) {
  return (struct fuse_attr){.ino = node,
                            .mode = node == kProgram ? S_IFREG | 0755 : S_IFDIR | 0755,
                            .nlink = 1,
                            .size = kSize,
                            .blksize = kSize};
}

static void Init(int device, const struct fuse_in_header* in) {
  struct fuse_init_out out = {
      .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = kSize};
  Reply(device, in, 0, &out, sizeof(out));
}

static void Lookup(int device, const struct fuse_in_header* in) {
  struct fuse_entry_out out = {.nodeid = kProgram, .attr = AttributesOf(kProgram)};
  if (strcmp((const char*)(in + 1), "program") == 0) {
    Reply(device, in, 0, &out, sizeof(out));
  } else {
    Reply(device, in, ENOENT, NULL, 0);
  }
}

static void Attributes(int device, const struct fuse_in_header* in) {
  struct fuse_attr_out out = {.attr = AttributesOf(in->nodeid)};
  Reply(device, in, 0, &out, sizeof(out));
}

static void Filesystem(int device, const struct fuse_in_header* in) {
  struct fuse_statfs_out out = {.st = {.bsize = kSize, .namelen = 255}};
  Reply(device, in, 0, &out, sizeof(out));
}

static void Answer(int device, const struct fuse_in_header* in) {
  switch (in->opcode) {
    case FUSE_INIT:
      return Init(device, in);
    case FUSE_LOOKUP:
      return Lookup(device, in);
    case FUSE_GETATTR:
      return Attributes(device, in);
    case FUSE_STATFS:
      return Filesystem(device, in);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
      return;
    case FUSE_OPEN:
      (void)!write(STDOUT_FILENO, "asked\n", 6);
      return;
    default:
      Reply(device, in, ENOSYS, NULL, 0);
  }
}

int main(int argc, char** argv) {
  _Alignas(struct fuse_in_header) static char request[1 << 17];
  char options[64];
  const int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (argc != 2 || device < 0) return 1;
  snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0", device);
  if (mount("dead", argv[1], "fuse", 0, options) != 0) return 2;
  (void)!write(STDOUT_FILENO, "mounted\n", 8);
  ssize_t size = 0;
  do {
    size = read(device, request, sizeof(request));
    if (size > 0) Answer(device, (const struct fuse_in_header*)request);
  } while (size > 0 || errno == EINTR || errno == ENOENT);
  return 3;
}
