/* Ways out of a container, and up in it. Each is tried in a process of its own, in such a way that
   its success shows and harms nothing: a file that is opened and not written to, a call with an
   argument that fails late. */

#ifndef SLIPWAY_TESTS_HOSTILE_TRY_H_
#define SLIPWAY_TESTS_HOSTILE_TRY_H_

enum Where {
  kAnywhere, /* its success harms nothing */
  kTestbed   /* there is no harmless form: only in a machine that is thrown away */
};

/* A group is an array of these that ends with a name of NULL. */
struct Try {
  const char* name;
  enum Where where;
  const char* text; /* what it would open */
  /* 0: it is open; else the errno of the refusal. */
  int (*run)(const char* subject);
  const char* subject; /* what `run` gets; NULL where it needs none */
};

extern const struct Try kCgroupTries[];
extern const struct Try kDeviceTries[];
extern const struct Try kDescriptorTries[];
extern const struct Try kFileTries[];
extern const struct Try kIpcTries[];
extern const struct Try kKernelTries[];
extern const struct Try kLimitTries[];
extern const struct Try kMountTries[];
extern const struct Try kNamespaceTries[];
extern const struct Try kNetworkTries[];
extern const struct Try kProcessTries[];
extern const struct Try kRightsTries[];
extern const struct Try kTimeTries[];

/* What the test outside has said: the value of an argument NAME=VALUE, or "" */
const char* Given(const char* name);

/* What a system call has returned, as an outcome. A descriptor is closed by Opened. */
int Did(long result);
int Opened(long descriptor);

/* Opens it, and closes it. */
int OpenToRead(const char* path);
int OpenToWrite(const char* path);

/* Has it a first byte? ENODATA where it is empty. */
int Reads(const char* path);

/* A set of this process's, as /proc/self/status names it: CapEff. */
unsigned long long CapabilitySet(const char* name);

/* More than this user and these effective capabilities, as text? */
int HasGained(const char* user, const char* capabilities);

/* A mount namespace of its own, where that may be had: what a try mounts is gone with it, and who
   may not have one may not mount either. */
void KeepMountsToOneself(void);

/* A folder to mount on: the first there is of those that every root has. */
const char* MountPoint(void);

#endif /* SLIPWAY_TESTS_HOSTILE_TRY_H_ */
