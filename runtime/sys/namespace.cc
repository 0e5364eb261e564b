#include "runtime/sys/namespace.h"

#include <grp.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sys/fd.h"

namespace slipway::sys {
namespace {

struct Kind {
  uint64_t flag;
  const char* name;
};

constexpr Kind kKinds[] = {{CLONE_NEWUSER, "user"},     {CLONE_NEWPID, "pid"},
                           {CLONE_NEWNS, "mnt"},        {CLONE_NEWUTS, "uts"},
                           {CLONE_NEWIPC, "ipc"},       {CLONE_NEWNET, "net"},
                           {CLONE_NEWCGROUP, "cgroup"}, {CLONE_NEWTIME, "time"}};

}  // namespace

const char* NamespaceName(uint64_t flag) {
  for (const Kind& kind : kKinds) {
    if (kind.flag == flag) return kind.name;
  }
  return "";
}

Result<NamespaceId> IdentifyNamespace(int file) {
  struct stat facts {};
  if (fstat(file, &facts) != 0) return Error(errno, "look at a namespace");
  return NamespaceId{facts.st_dev, facts.st_ino};
}

Result<NamespaceId> OwnNamespace(uint64_t flag) {
  const std::string path = std::string("/proc/self/ns/") + NamespaceName(flag);
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return Error(errno, "look at", path);
  return NamespaceId{facts.st_dev, facts.st_ino};
}

bool HasChildrenInItsPidNamespace() {
  struct stat own {};
  struct stat children {};
  if (stat("/proc/self/ns/pid", &own) != 0) return true;
  // ENOENT: another, which has no process yet.
  return stat("/proc/self/ns/pid_for_children", &children) == 0 && own.st_dev == children.st_dev &&
         own.st_ino == children.st_ino;
}

Result<uint64_t> NamespaceKind(int file) {
  const int kind = ioctl(file, NS_GET_NSTYPE);
  if (kind < 0) return Error(errno, "look at a namespace");
  return static_cast<uint64_t>(kind);
}

bool IsOwnedBy(int file, const NamespaceId& user) {
  for (Fd owner(ioctl(file, NS_GET_USERNS)); owner.valid();
       owner = Fd(ioctl(owner.get(), NS_GET_PARENT))) {
    const auto id = IdentifyNamespace(owner.get());
    if (id.ok() && *id == user) return true;
  }
  return false;
}

Status Become(uint32_t user, uint32_t group) {
  const char* const what = "become root of the user namespace, or the first of its ids";
  if (setgroups(0, nullptr) != 0 && errno != EPERM) return Error(errno, what);
  if (setresgid(group, group, group) != 0) return Error(errno, what);
  if (setresuid(user, user, user) != 0) return Error(errno, what);
  return Ok();
}

}  // namespace slipway::sys
