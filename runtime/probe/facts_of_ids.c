#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/probe/facts.h"
#include "runtime/probe/proc.h"

static void Ids(Json* json, unsigned real, unsigned effective, unsigned saved, int filesystem) {
  OpenObject(json);
  Key(json, "real");
  Number(json, real);
  Key(json, "effective");
  Number(json, effective);
  Key(json, "saved");
  Number(json, saved);
  Key(json, "filesystem");
  Number(json, (unsigned)filesystem);
  CloseObject(json);
}

// An id of -1 changes nothing: setfsuid(2), "the only way".
void Uid(Json* json) {
  uid_t real = 0, effective = 0, saved = 0;
  getresuid(&real, &effective, &saved);
  Ids(json, real, effective, saved, setfsuid((uid_t)-1));
}

void Gid(Json* json) {
  gid_t real = 0, effective = 0, saved = 0;
  getresgid(&real, &effective, &saved);
  Ids(json, real, effective, saved, setfsgid((gid_t)-1));
}

void Groups(Json* json) {
  const int count = getgroups(0, NULL);
  gid_t* const groups = calloc(count > 0 ? (size_t)count : 1, sizeof *groups);
  if (count < 0 || groups == NULL || getgroups(count, groups) != count) {
    Null(json);
  } else {
    OpenList(json);
    for (int i = 0; i < count; ++i) Number(json, groups[i]);
    CloseList(json);
  }
  free(groups);
}

// By number; include/uapi/linux/capability.h.
static const char* const kCapabilities[] = {"CHOWN",
                                            "DAC_OVERRIDE",
                                            "DAC_READ_SEARCH",
                                            "FOWNER",
                                            "FSETID",
                                            "KILL",
                                            "SETGID",
                                            "SETUID",
                                            "SETPCAP",
                                            "LINUX_IMMUTABLE",
                                            "NET_BIND_SERVICE",
                                            "NET_BROADCAST",
                                            "NET_ADMIN",
                                            "NET_RAW",
                                            "IPC_LOCK",
                                            "IPC_OWNER",
                                            "SYS_MODULE",
                                            "SYS_RAWIO",
                                            "SYS_CHROOT",
                                            "SYS_PTRACE",
                                            "SYS_PACCT",
                                            "SYS_ADMIN",
                                            "SYS_BOOT",
                                            "SYS_NICE",
                                            "SYS_RESOURCE",
                                            "SYS_TIME",
                                            "SYS_TTY_CONFIG",
                                            "MKNOD",
                                            "LEASE",
                                            "AUDIT_WRITE",
                                            "AUDIT_CONTROL",
                                            "SETFCAP",
                                            "MAC_OVERRIDE",
                                            "MAC_ADMIN",
                                            "SYSLOG",
                                            "WAKE_ALARM",
                                            "BLOCK_SUSPEND",
                                            "AUDIT_READ",
                                            "PERFMON",
                                            "BPF",
                                            "CHECKPOINT_RESTORE"};

enum { kNames = sizeof kCapabilities / sizeof *kCapabilities, kBits = 64 };

static void CapabilitySet(Json* json, const char* name, unsigned long long set) {
  Key(json, name);
  OpenList(json);
  for (int bit = 0; bit < kBits; ++bit) {
    if ((set >> bit & 1) == 0) continue;
    char text[32] = "CAP_";
    if (bit < kNames) {
      strcat(text, kCapabilities[bit]);
    } else {  // of a newer kernel
      const size_t size = strlen(text);
      text[size] = (char)('0' + bit / 10);
      text[size + 1] = (char)('0' + bit % 10);
    }
    String(json, text);
  }
  CloseList(json);
}

static unsigned long long Ask(int first, unsigned long second_of_ambient) {
  unsigned long long set = 0;
  for (unsigned bit = 0; bit < kBits; ++bit) {
    const int has = first == PR_CAPBSET_READ ? prctl(first, bit, 0, 0, 0)
                                             : prctl(first, second_of_ambient, bit, 0, 0);
    if (has == 1) set |= 1ULL << bit;
  }
  return set;
}

void Capabilities(Json* json) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, data) != 0) {
    Null(json);
    return;
  }
  const unsigned long long high = 1ULL << 32;
  OpenObject(json);
  CapabilitySet(json, "effective", data[0].effective + high * data[1].effective);
  CapabilitySet(json, "permitted", data[0].permitted + high * data[1].permitted);
  CapabilitySet(json, "inheritable", data[0].inheritable + high * data[1].inheritable);
  CapabilitySet(json, "bounding", Ask(PR_CAPBSET_READ, 0));
  CapabilitySet(json, "ambient", Ask(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET));
  CloseObject(json);
}

void NoNewPrivs(Json* json) { Bool(json, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1); }

// Without a filter, or with one that lets this call pass, the kernel tells without /proc too.
void Seccomp(Json* json) {
  static const char* const modes[] = {"disabled", "strict", "filter"};
  char* const text = ReadStatus("Seccomp");
  const int mode = text != NULL ? atoi(text) : prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
  free(text);
  if (mode >= 0 && mode <= 2) {
    String(json, modes[mode]);
  } else {
    Null(json);
  }
}

void SeccompFilters(Json* json) {
  char* const text = ReadStatus("Seccomp_filters");
  if (text != NULL) {
    Number(json, atoll(text));
  } else {
    Null(json);
  }
  free(text);
}

void LsmLabel(Json* json) {
  char* const text = ReadText("/proc/self/attr/current", NULL);
  if (text != NULL) {
    StringOf(json, text, strcspn(text, "\n"));
  } else {
    Null(json);
  }
  free(text);
}
