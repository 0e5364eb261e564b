// A mount namespace with a root of its own: mount_namespaces(7), pivot_root(2).
//
// The new root is put together below kStaging, which is covered in the container's mount
// namespace alone, and then becomes "/". Nothing of it is ever visible on the host, and the
// kernel takes it away with the namespace: there is nothing to undo.

#include "runtime/sys/mount.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <string>
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

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Bind::source>("source", "File or folder of the host", {.required = true}),
        slipway::Option<&Bind::target>("target", "Where it appears in the container",
                                       {.required = true}),
        slipway::Option<&Bind::readonly>("readonly", "Nobody in the container can write to it",
                                         {.fallback = "false"}));
  }
};

struct Tmpfs {
  slipway::ContainerPath target;
  std::optional<slipway::Bytes> size;
  std::string mode;

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Tmpfs::target>("target", "Where it appears in the container",
                                        {.required = true}),
        slipway::Option<&Tmpfs::size>("size", "Most that it may hold; half of the memory if absent",
                                      {.unit = "bytes", .minimum = 4096}),
        slipway::Option<&Tmpfs::mode>("mode", "Permissions of its root folder, in octal",
                                      {.fallback = "1777", .minimum = 3, .maximum = 4}));
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
        slipway::Option<&Mount::readonly_>("readonly", "Nobody in the container can write to /",
                                           {.fallback = "false"}),
        slipway::Option<&Mount::overlay_>(
            "overlay",
            "Writes go to a throw-away layer in memory, and the root folder stays untouched; "
            "missing mount points are made in that layer",
            {.fallback = "false"}),
        slipway::Option<&Mount::binds_>("binds",
                                        "Files and folders of the host to show in the container"),
        slipway::Option<&Mount::tmpfs_>("tmpfs", "Empty folders in memory"));
  }

  Status Create() override {
    for (const Tmpfs& tmpfs : tmpfs_) {
      if (tmpfs.mode.find_first_not_of("01234567") != std::string::npos) {
        return Error("not an octal mode", tmpfs.mode, "such as 1777 or 755, in tmpfs");
      }
    }
    return Ok();
  }

  Status Probe() override {
    struct stat info {};
    int cause = stat(root_.path.c_str(), &info) == 0 ? 0 : errno;
    if (!cause && !S_ISDIR(info.st_mode)) cause = ENOTDIR;
    if (cause) {
      const bool none = cause == ENOENT || cause == ENOTDIR;
      return Error(cause, "open", root_.path,
                   none ? "the option root must name a folder of the host" : "");
    }
    for (const Bind& bind : binds_) {
      if (stat(bind.source.path.c_str(), &info) != 0) {
        return Error(errno, "stat", bind.source.path,
                     errno == ENOENT ? "the source of a bind must exist" : "");
      }
    }
    return Ok();
  }

  Status PreClone(Plan& plan) override { return plan.AddNamespaces(CLONE_NEWNS); }

  Status InChild(Child&) override {
    // What is mounted from here on reaches nobody else, and what others mount does not arrive.
    RETURN_IF_ERROR(sys::MakeAllMountsPrivate());
    // Taken before the staging covers kStaging: a source may lie below it.
    std::vector<sys::Fd> sources;
    for (const Bind& bind : binds_) {
      ASSIGN_OR_RETURN(sys::Fd source, sys::CloneTree(bind.source.path, /*recursive=*/true));
      if (bind.readonly) RETURN_IF_ERROR(sys::SetReadonly(source, true, bind.source.path));
      sources.push_back(std::move(source));
    }
    ASSIGN_OR_RETURN(const sys::Fd root, overlay_
                                             ? mount_stage::StageOverlay(root_.path)
                                             : mount_stage::StageFolder(root_.path, readonly_));
    for (size_t i = 0; i < binds_.size(); ++i) {
      RETURN_IF_ERROR(mount_stage::AttachAt(root, binds_[i].target.path, sources[i], overlay_));
    }
    for (const Tmpfs& tmpfs : tmpfs_) RETURN_IF_ERROR(AddTmpfs(root, tmpfs));
    if (overlay_ && readonly_) RETURN_IF_ERROR(sys::SetReadonly(root, false, root_.path));
    return method_ == Method::kChroot ? sys::ChangeRoot(root) : sys::PivotRoot(root);
  }

 private:
  Status AddTmpfs(const sys::Fd& root, const Tmpfs& tmpfs) const {
    std::vector<std::pair<std::string, std::string>> options = {{"mode", tmpfs.mode}};
    if (tmpfs.size) options.emplace_back("size", std::to_string(tmpfs.size->count));
    ASSIGN_OR_RETURN(const sys::Fd mount,
                     sys::NewMount("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
    return mount_stage::AttachAt(root, tmpfs.target.path, mount, overlay_);
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
                      .summary = "Own mounts and an own root folder (mount namespace)",
                      .privileges = SLIPWAY_ROOT_OR_USERNS,
                      .provides = {"mount-namespace", "root"}});
