#include "plugins/cgroup/mounts.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/sys/file.h"

namespace slipway::cgroup {
namespace {

constexpr const char* kStandard = "/sys/fs/cgroup";
constexpr const char* kStandardUnified = "/sys/fs/cgroup/unified";

// The hierarchy at `path`, if it is one of this kind; not by a symlink.
std::optional<CgroupMount> MountAt(const std::string& path, bool unified) {
  struct statfs filesystem {};
  struct stat facts {};
  const decltype(filesystem.f_type) magic = unified ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC;
  if (lstat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return std::nullopt;
  if (statfs(path.c_str(), &filesystem) != 0 || filesystem.f_type != magic) return std::nullopt;
  CgroupMount mount;
  mount.device = std::to_string(major(facts.st_dev)) + ":" + std::to_string(minor(facts.st_dev));
  mount.root = "/";
  mount.mount_point = path;
  mount.unified = unified;
  mount.read_only = (filesystem.f_flags & ST_RDONLY) != 0;
  return mount;
}

// Only the root of the v2 hierarchy has no cgroup.type. Of another root mountinfo tells the name.
bool IsHierarchysRoot(const CgroupMount& unified) {
  return access((unified.mount_point + "/cgroup.type").c_str(), F_OK) != 0;
}

// Is the v2 hierarchy in use, as its line in /proc/self/cgroup says?
bool HasUnified(std::string_view proc_cgroup) {
  return proc_cgroup.starts_with("0::") || proc_cgroup.find("\n0::") != std::string_view::npos;
}

}  // namespace

std::string JoinedControllers(std::string_view proc_cgroup, std::string_view controller) {
  // 4:cpu,cpuacct:/user.slice
  for (std::string_view line : Split(proc_cgroup, "\n")) {
    const size_t begin = line.find(':');
    const size_t end = begin == std::string_view::npos ? begin : line.find(':', begin + 1);
    if (end == std::string_view::npos) continue;
    const std::string_view joined = line.substr(begin + 1, end - begin - 1);
    const std::vector<std::string_view> names = Split(joined, ",");
    if (std::find(names.begin(), names.end(), controller) != names.end()) {
      return std::string(joined);
    }
  }
  return {};
}

std::string UsualPlaceOnV1(const std::string& controller) {
  auto mount = MountAt(std::string(kStandard) + "/" + controller, false);
  return mount ? std::move(mount->mount_point) : std::string();
}

const CgroupMount* CgroupMounts::Keep(CgroupMount mount) {
  return &kept_.emplace_back(std::move(mount));
}

Status CgroupMounts::ReadOwn() {
  if (own_) return Ok();
  ASSIGN_OR_RETURN(own_, sys::ReadFile("/proc/self/cgroup"));
  return Ok();
}

Result<std::vector<CgroupMount>> CgroupMounts::All() {
  if (!all_) {
    ASSIGN_OR_RETURN(const std::string mountinfo, sys::ReadFile("/proc/self/mountinfo"));
    all_ = ParseCgroupMounts(mountinfo);
  }
  return *all_;
}

Result<const CgroupMount*> CgroupMounts::Unified() {
  for (const char* path : {kStandard, kStandardUnified}) {
    auto mount = MountAt(path, true);
    if (mount && !mount->read_only && IsHierarchysRoot(*mount)) return Keep(*std::move(mount));
  }
  RETURN_IF_ERROR(ReadOwn());
  if (!HasUnified(*own_)) return static_cast<const CgroupMount*>(nullptr);
  RETURN_IF_ERROR(All());
  return FindUnified(*all_);
}

Result<const CgroupMount*> CgroupMounts::Controller(const std::string& controller) {
  for (const CgroupMount& mount : kept_) {
    const auto& options = mount.options;
    if (std::find(options.begin(), options.end(), controller) != options.end()) return &mount;
  }
  // Where it has a folder of its own name, what may be joined to it does not matter: that is found
  // by its own name, and known by the device.
  auto own = MountAt(std::string(kStandard) + "/" + controller, false);
  if (own && !own->read_only) {
    own->options.push_back(controller);
    return Keep(*std::move(own));
  }
  RETURN_IF_ERROR(ReadOwn());
  const std::string joined = JoinedControllers(*own_, controller);
  if (joined.empty()) return static_cast<const CgroupMount*>(nullptr);
  auto mount = MountAt(std::string(kStandard) + "/" + joined, false);
  if (mount && !mount->read_only) {
    for (std::string_view option : Split(joined, ",")) mount->options.emplace_back(option);
    return Keep(*std::move(mount));
  }
  RETURN_IF_ERROR(All());
  return FindController(*all_, controller);
}

}  // namespace slipway::cgroup
