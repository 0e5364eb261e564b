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

Result<NamespaceId> OwnBy(const std::string& name) {
  const std::string path = "/proc/self/ns/" + name;
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return Error(errno, "look at", path);
  return NamespaceId{facts.st_dev, facts.st_ino};
}

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

Result<NamespaceId> OwnNamespace(uint64_t flag) { return OwnBy(NamespaceName(flag)); }

bool HasChildrenInItsPidNamespace() {
  const auto own = OwnNamespace(CLONE_NEWPID);
  if (!own.ok()) return true;
  // ENOENT: another, which has no process yet.
  const auto children = OwnBy("pid_for_children");
  return children.ok() && *children == *own;
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
