// A mount namespace with its own root: mount_namespaces(7), pivot_root(2).
//
// The new root is put together on top of the host's "/", in the container's mount namespace alone,
// and handed to the host, which enters it behind the last stage. Nothing of it is ever visible on
// the host, and the kernel takes it away with the namespace: there is nothing to undo.

#include "runtime/sys/mount.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/mount/layers.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace {

using slipway::Child;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Result;
using slipway::Status;
namespace sys = slipway::sys;

enum class Method { kPivotRoot, kChroot };

struct Bind {
  slipway::HostPath source;
  slipway::ContainerPath target;
  bool readonly = false;

  static constexpr const char* kTextForm = "source:target:ro=readonly";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Bind::source>("source", "File or folder of the host", {.required = true}),
        slipway::Option<&Bind::target>("target", "Where it appears in the container",
                                       {.required = true}),
        slipway::Option<&Bind::readonly>("readonly",
                                         "Mount it read-only; root in the container can undo that",
                                         {.fallback = "false"}));
  }
};

struct Tmpfs {
  slipway::ContainerPath target;
  std::optional<slipway::Bytes> size;
  slipway::Mode mode;

  static constexpr const char* kTextForm = "target";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Tmpfs::target>("target", "Where it appears in the container",
                                        {.required = true}),
        slipway::Option<&Tmpfs::size>(
            "size", "Maximum size of its files; half of the memory if absent", {.minimum = 4096}),
        slipway::Option<&Tmpfs::mode>("mode", "Permissions of the folder", {.fallback = "1777"}));
  }
};

}  // namespace

template <>
inline constexpr std::array<const char*, 3> slipway::kNamesOf<Method>{"pivot_root", "chroot",
                                                                      nullptr};

namespace {

class Mount final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Mount::root_>("root", "Folder of the host that becomes the container's /",
                                       {.required = true}),
        slipway::Option<&Mount::method_>(
            "method",
            "How it becomes /; chroot leaves the host's mounts in reach of a privileged command",
            {.fallback = "pivot_root"}),
        slipway::Option<&Mount::readonly_>("readonly",
                                           "Mount / read-only; root in the container can undo that",
                                           {.fallback = "false", .short_name = "read-only"}),
        slipway::Option<&Mount::overlay_>(
            "overlay",
            "Writes go to a throw-away layer in memory, and the root folder stays untouched; "
            "missing mount points are made in that layer",
            {.fallback = "false"}),
        slipway::Option<&Mount::binds_>(
            "binds", "Files and folders of the host that appear in the container",
            {.short_name = "bind"}),
        slipway::Option<&Mount::tmpfs_>("tmpfs", "Empty folders in memory (tmpfs)",
                                        {.short_name = "tmpfs"}));
  }

  Status Probe(slipway::Context&) override {
    struct stat info {};
    int cause = stat(root_.path.c_str(), &info) == 0 ? 0 : errno;
    if (!cause && !S_ISDIR(info.st_mode)) cause = ENOTDIR;
    if (cause) {
      const bool absent = cause == ENOENT || cause == ENOTDIR;
      return Error(cause, "open", root_.path,
                   absent ? "the option root must name a folder of the host" : "")
          .Option("root");
    }
    for (size_t i = 0; i < binds_.size(); ++i) {
      const std::string& source = binds_[i].source.path;
      if (stat(source.c_str(), &info) == 0) continue;
      return Error(errno, "find", source,
                   errno == ENOENT ? "the source of a bind must exist on the host" : "")
          .Option(Item("binds", i, ".source"));
    }
    return Ok();
  }

  Status PreClone(Plan& plan) override { return plan.AddNamespaces(CLONE_NEWNS); }

  Status InChild(Child& child) override {
    // What is mounted from here on reaches nobody else, and what others mount does not arrive.
    Status status = sys::MakeAllMountsPrivate();
    if (!status.ok()) {
      if (status.error()->errno_value != EINVAL) return status;
      return status.error().Hint("the host's / is no mount point, as in a chroot: bind it there");
    }
    ASSIGN_OR_RETURN(const sys::Fd root, overlay_
                                             ? mount_stage::StageOverlay(root_.path)
                                             : mount_stage::StageFolder(root_.path, readonly_));
    RETURN_IF_ERROR(child.SetRoot(root.get(), RootFlags()));
    for (const Further& mount : OuterFirst()) {
      RETURN_IF_ERROR(mount.tmpfs ? AddTmpfs(child, mount.index) : AddBind(child, mount.index));
    }
    return Ok();
  }

 private:
  // One of binds_ or tmpfs_.
  struct Further {
    bool tmpfs;
    size_t index;
    size_t depth;  // of its target
  };

  // A mount above another's target hides what was mounted there before.
  std::vector<Further> OuterFirst() const {
    std::vector<Further> mounts;
    mounts.reserve(binds_.size() + tmpfs_.size());
    const auto depth = [](const slipway::ContainerPath& target) {
      size_t names = 0;
      for (size_t i = 1; i < target.path.size(); ++i) {
        if (target.path[i - 1] == '/' && target.path[i] != '/') ++names;
      }
      return names;
    };
    for (size_t i = 0; i < binds_.size(); ++i)
      mounts.push_back({false, i, depth(binds_[i].target)});
    for (size_t i = 0; i < tmpfs_.size(); ++i) mounts.push_back({true, i, depth(tmpfs_[i].target)});
    std::stable_sort(mounts.begin(), mounts.end(),
                     [](const Further& a, const Further& b) { return a.depth < b.depth; });
    return mounts;
  }

  // "binds[0].source"
  static std::string Item(const char* list, size_t index, const char* field) {
    return list + ("[" + std::to_string(index) + "]") + field;
  }

  uint32_t RootFlags() const {
    uint32_t flags = 0;
    if (method_ == Method::kChroot) flags |= SLIPWAY_ROOT_CHROOT;
    if (overlay_) flags |= SLIPWAY_ROOT_THROW_AWAY;
    if (overlay_ && readonly_) flags |= SLIPWAY_ROOT_READONLY;
    return flags;
  }

  Status Attach(Child& child, const sys::Fd& mount, const slipway::ContainerPath& target,
                uint32_t flags, const std::string& option) const {
    Status status = child.Attach(mount.get(), target, flags);
    if (status.ok()) return status;
    if (status.error()->errno_value == ENOENT && !overlay_) {
      status.error().Hint("a mount point must exist in the container's root, and " + target.path +
                          " does not; make it there, or set overlay: true");
    }
    return status.error().Option(option);
  }

  Status AddBind(Child& child, size_t index) const {
    const Bind& bind = binds_[index];
    auto source = sys::CloneTree(bind.source.path, /*recursive=*/true);
    if (!source.ok()) return source.error().Option(Item("binds", index, ".source"));
    if (bind.readonly) {
      Status status = sys::SetReadonly(*source, true, bind.source.path);
      if (!status.ok()) return status.error().Option(Item("binds", index, ".readonly"));
    }
    return Attach(child, *source, bind.target, 0, Item("binds", index, ".target"));
  }

  Status AddTmpfs(Child& child, size_t index) const {
    const Tmpfs& tmpfs = tmpfs_[index];
    char mode[8];
    snprintf(mode, sizeof(mode), "%o", tmpfs.mode.bits);
    std::vector<std::pair<std::string, std::string>> options = {{"mode", mode}};
    if (tmpfs.size) options.emplace_back("size", std::to_string(tmpfs.size->count));
    auto mount = sys::NewMount("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    if (!mount.ok()) return mount.error().Option(Item("tmpfs", index, ""));
    return Attach(child, *mount, tmpfs.target, SLIPWAY_ATTACH_FRESH,
                  Item("tmpfs", index, ".target"));
  }

  slipway::HostPath root_;
  Method method_ = Method::kPivotRoot;
  bool readonly_ = false;
  bool overlay_ = false;
  std::vector<Bind> binds_;
  std::vector<Tmpfs> tmpfs_;
};

}  // namespace

SLIPWAY_STAGE(Mount, {.name = "mount",
                      .summary = "Its own mounts and root folder (mount namespace)",
                      .privileges = SLIPWAY_ROOT_OR_USERNS,
                      .provides = {"mount-namespace", "root"}});
