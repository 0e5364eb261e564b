#include "plugins/mount/binds.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include "plugins/mount/idmap.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"

namespace mount_stage {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

// The optional fields of the line of a mount in /proc/self/mountinfo, as "shared:1 master:2":
//   ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELD...] - TYPE ...
// See proc(5).
Result<std::string> PropagationOf(const std::string& path) {
  constexpr int kBefore = 6;
  ASSIGN_OR_RETURN(const Fd file, sys::Open(path, O_PATH));
  ASSIGN_OR_RETURN(const uint64_t id, sys::MountOf(file.get()));
  ASSIGN_OR_RETURN(std::string mounts, sys::ReadFile("/proc/self/mountinfo"));
  mounts.insert(0, "\n");
  size_t start = mounts.find("\n" + std::to_string(id) + " ");
  if (start == std::string::npos) return std::string();
  for (int field = 0; field < kBefore; ++field) start = mounts.find(' ', start) + 1;
  return mounts.substr(start, mounts.find("- ", start) - start);
}

Status CheckPropagation(const Bind& bind) {
  ASSIGN_OR_RETURN(const std::string propagation, PropagationOf(bind.source.path));
  const bool shared = propagation.find("shared:") != std::string::npos;
  const bool slave = propagation.find("master:") != std::string::npos;
  if (shared || (slave && bind.propagation == Propagation::kSlave)) return Ok();
  return Error("the mount that this lies on takes no part in propagation", bind.source.path,
               "share it on the host first, as with mount --make-shared, or leave propagation out");
}

}  // namespace

Status CheckTarget(const std::string& target) {
  for (std::string_view rest = target; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    if (!name.empty() && name != "." && name != "..") return Ok();
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return Error("a mount at the container's root itself would hide all of it", target,
               "name a folder or file below /");
}

Status ProbeBind(Bind& bind, const std::string& option) {
  const std::string& source = bind.source.path;
  struct stat info {};
  if (stat(source.c_str(), &info) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    bind.absent = missing && bind.optional;
    if (bind.absent) return Ok();
    return Error(
               errno, "find", source,
               missing ? "the source of a bind must exist on the host, unless it is optional" : "")
        .Option(option + ".source");
  }
  if (bind.idmap) {
    Status mapped = Owners::ProbeRights();
    if (mapped.ok()) mapped = Owners::ProbeFiles(source, /*recursive=*/true);
    if (!mapped.ok()) return mapped.error().Option(option + ".idmap");
  }
  if (bind.propagation == Propagation::kPrivate) return Ok();
  Status status = CheckPropagation(bind);
  if (!status.ok()) status.error().Option(option + ".propagation");
  return status;
}

Result<Fd> TakeBind(const Bind& bind, const std::string& option) {
  const std::string& source = bind.source.path;
  auto tree = sys::CloneTree(source, /*recursive=*/true);
  if (!tree.ok()) return tree.error().Option(option + ".source");
  if (const uint64_t attributes = bind.attributes()) {
    Status status = sys::AddAttributes(*tree, attributes, /*recursive=*/true, source);
    if (!status.ok()) {
      return status.error().Option(attributes == MOUNT_ATTR_RDONLY ? option + ".readonly" : option);
    }
  }
  // One that is taken in the host is still in touch with the host's mounts.
  const bool in_touch = bind.idmap && bind.propagation == Propagation::kPrivate;
  if (in_touch || bind.propagation == Propagation::kSlave) {
    Status status = sys::SetPropagation(*tree, in_touch ? MS_PRIVATE : MS_SLAVE, source);
    if (!status.ok()) return status.error().Option(option + ".propagation");
  }
  return tree;
}

Result<std::vector<Fd>> TakeBinds(const std::vector<Bind>& binds, bool (*early)(const Bind& bind)) {
  std::vector<Fd> taken(binds.size());
  for (size_t i = 0; i < binds.size(); ++i) {
    if (binds[i].absent || !early(binds[i])) continue;
    ASSIGN_OR_RETURN(taken[i], TakeBind(binds[i], slipway::Element("binds", i)));
  }
  return taken;
}

}  // namespace mount_stage
