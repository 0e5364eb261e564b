// A mount namespace with its own root: mount_namespaces(7), pivot_root(2).
//
// The new root is put together on top of the host's "/", in the container's mount namespace alone,
// and handed to the host, which enters it behind the last stage. Nothing of it is ever visible on
// the host, and the kernel takes it away with the namespace: there is nothing to undo.

#include "runtime/sys/mount.h"

#include <linux/mount.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/mount/binds.h"
#include "plugins/mount/describe.h"
#include "plugins/mount/further.h"
#include "plugins/mount/idmap.h"
#include "plugins/mount/layers.h"
#include "plugins/mount/options.h"
#include "plugins/mount/upper.h"
#include "runtime/sdk/stage.h"

namespace {

using mount_stage::Bind;
using mount_stage::Layer;
using mount_stage::Propagation;
using mount_stage::Tmpfs;
using slipway::Child;
using slipway::Context;
using slipway::Description;
using slipway::Element;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Result;
using slipway::Status;
namespace sys = slipway::sys;

enum class Method { kPivotRoot, kChroot };

}  // namespace

template <>
inline constexpr std::array<const char*, 3> slipway::kNamesOf<Method>{"pivot_root", "chroot",
                                                                      nullptr};

namespace {

class Mount final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Mount::root_>(
            "root",
            "Folder of the host, or squashfs, erofs or ext4 image, that becomes the container's /"),
        slipway::Option<&Mount::empty_>(
            "empty",
            "In place of root, / is an empty folder in memory, where mount points are made",
            {.fallback = "false"}),
        slipway::Option<&Mount::method_>(
            "method",
            "How it becomes /; chroot leaves the host's mounts in reach of a privileged command",
            {.fallback = "pivot_root"}),
        slipway::Option<&Mount::readonly_>("readonly",
                                           "Mount / read-only; root in the container can undo that",
                                           {.fallback = "false", .short_name = "read-only"}),
        slipway::Option<&Mount::nosuid_>("nosuid", mount_stage::kNosuid, {.fallback = "false"}),
        slipway::Option<&Mount::nodev_>("nodev", mount_stage::kNodev, {.fallback = "false"}),
        slipway::Option<&Mount::noexec_>("noexec", mount_stage::kNoexec, {.fallback = "false"}),
        slipway::Option<&Mount::idmap_>("idmap", mount_stage::kIdmap, {.fallback = "false"}),
        slipway::Option<&Mount::idmap_users_>("idmap_users",
                                              "For idmap without the stage user: users on the "
                                              "disk, and who they are in the container"),
        slipway::Option<&Mount::idmap_groups_>("idmap_groups",
                                               "The same of groups; as idmap_users if absent"),
        slipway::Option<&Mount::overlay_>(
            "overlay",
            "Writes go to a throw-away layer in memory, and the root folder stays untouched; "
            "missing mount points are made in that layer",
            {.fallback = "false"}),
        slipway::Option<&Mount::size_>(
            "size", "Maximum size of the throw-away layer; half of the memory if absent",
            {.minimum = 4096}),
        slipway::Option<&Mount::inodes_>(
            "inodes", "Maximum number of files and folders in the throw-away layer",
            {.minimum = 1}),
        slipway::Option<&Mount::upper_>(
            "upper",
            "Folder of the host that keeps what is written, in place of the throw-away layer; its "
            "work folder UPPER.work is made beside it"),
        slipway::Option<&Mount::layers_>(
            "layers", "Folders or images over root, each over the one before it: the last wins"),
        slipway::Option<&Mount::binds_>(
            "binds", "Files and folders of the host that appear in the container",
            {.short_name = "bind"}),
        slipway::Option<&Mount::tmpfs_>("tmpfs", "Empty folders in memory (tmpfs)",
                                        {.short_name = "tmpfs"}));
  }

  Status Create(Context&) override {
    if (empty_) {
      RETURN_IF_ERROR(CheckEmpty());
    } else if (!root_) {
      return Error("the container would have no root folder", {},
                   "name one with root, or set empty: true and bind what is needed");
    } else {
      AddLayer(root_->path, "root");
    }
    for (size_t i = 0; i < layers_.size(); ++i) AddLayer(layers_[i].path, Element("layers", i));
    if (stack_.size() > mount_stage::kMaxLayers) {
      return Error("too many layers", {},
                   "with root, there can be " + std::to_string(mount_stage::kMaxLayers))
          .Option("layers");
    }
    if (!layers_.empty() && !Writable() && !readonly_) {
      return Error("nothing takes what is written over these layers", {},
                   "set overlay: true, name an upper folder, or say readonly: true")
          .Option("layers");
    }
    RETURN_IF_ERROR(mount_stage::CheckIdRanges(idmap_users_, idmap_groups_, AnyMapped()));
    RETURN_IF_ERROR(CheckTargets(binds_, "binds"));
    RETURN_IF_ERROR(CheckTargets(tmpfs_, "tmpfs"));
    if (size_) RETURN_IF_ERROR(CheckThrowAway("size"));
    return inodes_ ? CheckThrowAway("inodes") : Ok();
  }

  Status Probe(Context& context) override {
    std::vector<std::string> folders;
    const char* const packages = context.annotation("slipway.rootfs.include");
    for (Layer& layer : stack_) {
      ASSIGN_OR_RETURN(layer.is_image, mount_stage::ProbeLayer(layer, packages));
      if (!layer.is_image) folders.push_back(layer.path);
    }
    if (idmap_) {
      Status status = mount_stage::ProbeOwners(stack_, !IsOverlay());
      if (!status.ok()) return status.error().Option("idmap");
    }
    if (upper_) {
      Status status = mount_stage::ProbeUpper(upper_->path, folders);
      if (!status.ok()) return status.error().Option("upper");
    }
    for (size_t i = 0; i < binds_.size(); ++i) {
      RETURN_IF_ERROR(mount_stage::ProbeBind(binds_[i], Element("binds", i)));
      if (binds_[i].absent) {
        context.Info("leaves out the optional bind at " + binds_[i].target.path +
                     ": its source does not exist");
      }
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_NAMESPACE, "mount", "a new one"));
    if (upper_) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_FILE, upper_->path,
                                      "keeps what is written; made where it is missing"));
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_FILE, upper_->path + ".work",
                                      "of overlayfs; made where it is missing"));
    }
    RETURN_IF_ERROR(description.Add(
        SLIPWAY_EFFECT_MOUNT, "/",
        RootText() + (idmap_ ? mount_stage::kMapped : "") + mount_stage::RootText(RootFlags())));
    for (const mount_stage::Further& mount : mount_stage::OuterFirst(binds_, tmpfs_)) {
      const auto& target = mount.tmpfs ? tmpfs_[mount.index].target : binds_[mount.index].target;
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_MOUNT, target.path,
                                      mount.tmpfs ? mount_stage::TextOf(tmpfs_[mount.index])
                                                  : mount_stage::TextOf(binds_[mount.index])));
    }
    return Ok();
  }

  // Images are mounted here: the container may have no device files, and a user namespace may not
  // mount one.
  Status PreClone(Plan& plan) override {
    for (Layer& layer : stack_) {
      if (layer.is_image) {
        const uint64_t attributes =
            mount_stage::Attributes(/*readonly=*/true, nosuid_, nodev_, noexec_);
        ASSIGN_OR_RETURN(layer.taken, mount_stage::TakeImage(layer, attributes));
      } else if (idmap_) {
        ASSIGN_OR_RETURN(layer.taken,
                         mount_stage::TakeFolder(layer, !IsOverlay(), AttributesOfFolder()));
      }
    }
    ASSIGN_OR_RETURN(early_, TakeBinds(binds_, [](const Bind& bind) { return bind.idmap; }));
    if (AnyMapped()) RETURN_IF_ERROR(owners_.Prepare(idmap_users_, idmap_groups_));
    return plan.AddNamespaces(CLONE_NEWNS);
  }

  Status InChild(Child& child) override {
    Status status = Build(child);
    owners_.Dismiss();
    return status;
  }

 private:
  Status Build(Child& child) const {
    ASSIGN_OR_RETURN(const std::vector<sys::Fd> propagated, TakeBinds(binds_, [](const Bind& bind) {
                       return bind.propagation != Propagation::kPrivate && !bind.idmap;
                     }));
    // What is mounted from here on reaches nobody else, and what others mount does not arrive.
    Status status = sys::MakeAllMountsPrivate();
    if (!status.ok()) {
      if (status.error()->errno_value != EINVAL) return status;
      return status.error().Hint("the host's / is no mount point, as in a chroot: bind it there");
    }
    ASSIGN_OR_RETURN(const sys::Fd root, StageRoot());
    RETURN_IF_ERROR(child.SetRoot(root.get(), RootFlags()));
    for (const mount_stage::Further& mount : mount_stage::OuterFirst(binds_, tmpfs_)) {
      if (mount.tmpfs) {
        RETURN_IF_ERROR(AddTmpfs(child, mount.index));
      } else if (!binds_[mount.index].absent) {
        RETURN_IF_ERROR(AddBind(child, mount.index, propagated));
      }
    }
    return Ok();
  }

  bool AnyMapped() const {
    return idmap_ ||
           std::any_of(binds_.begin(), binds_.end(), [](const Bind& bind) { return bind.idmap; });
  }

  void AddLayer(const std::string& path, const std::string& option) {
    Layer& layer = stack_.emplace_back();
    layer.path = path;
    layer.option = option;
  }

  template <typename Mounts>
  static Status CheckTargets(const Mounts& mounts, const char* list) {
    for (size_t i = 0; i < mounts.size(); ++i) {
      Status status = mount_stage::CheckTarget(mounts[i].target.path);
      if (!status.ok()) return status.error().Option(Element(list, i) + ".target");
    }
    return Ok();
  }

  // What is missing in the root can be made, without a trace on the host.
  bool Writable() const { return overlay_ || upper_ || empty_; }

  // overlay: true asks for what is so in any case.
  Status CheckEmpty() const {
    const char* other = root_ ? "root" : upper_ ? "upper" : layers_.empty() ? nullptr : "layers";
    if (!other) return Ok();
    return Error("empty: true takes the place of this option", {}, "leave out one of the two")
        .Option(other);
  }

  // Is there the layer that this option limits?
  Status CheckThrowAway(const char* option) const {
    if ((overlay_ || empty_) && !upper_) return Ok();
    return Error("there is no throw-away layer to limit", {},
                 upper_ ? "what is written goes to the upper folder: leave out this, or upper"
                        : "set overlay: true, or leave it out")
        .Option(option);
  }

  std::string RootText() const {
    if (empty_) return mount_stage::TextOf(OverlayWanted());
    return IsOverlay() ? mount_stage::TextOf(stack_, OverlayWanted())
                       : mount_stage::TextOf(stack_[0], RootAttributes());
  }

  Result<sys::Fd> StageRoot() const {
    if (empty_) return mount_stage::StageEmpty(OverlayWanted());
    if (!IsOverlay()) return mount_stage::StageFolder(stack_[0], RootAttributes(), OwnersOfRoot());
    return mount_stage::StageOverlay(stack_, OverlayWanted());
  }

  const mount_stage::Owners* OwnersOfRoot() const { return idmap_ ? &owners_ : nullptr; }

  bool IsOverlay() const { return Writable() || !layers_.empty(); }

  // As a layer below an overlay it has none: the overlay has them.
  uint64_t AttributesOfFolder() const { return IsOverlay() ? 0 : RootAttributes(); }

  uint64_t RootAttributes() const {
    return mount_stage::Attributes(readonly_, nosuid_, nodev_, noexec_);
  }

  mount_stage::Overlay OverlayWanted() const {
    mount_stage::Overlay overlay{
        .writable = Writable(),
        .upper = upper_ ? upper_->path : std::string(),
        .size = {},
        .inodes = inodes_,
        .attributes = mount_stage::Attributes(/*readonly=*/false, nosuid_, nodev_, noexec_),
        .owners = OwnersOfRoot()};
    if (size_) overlay.size = size_->count;
    return overlay;
  }

  uint32_t RootFlags() const {
    uint32_t flags = 0;
    if (method_ == Method::kChroot) flags |= SLIPWAY_ROOT_CHROOT;
    if (Writable()) flags |= SLIPWAY_ROOT_THROW_AWAY;
    if (Writable() && readonly_) flags |= SLIPWAY_ROOT_READONLY;
    return flags;
  }

  Status Attach(Child& child, const sys::Fd& mount, const slipway::ContainerPath& target,
                uint32_t flags, const std::string& option) const {
    Status status = child.Attach(mount.get(), target, flags);
    if (status.ok()) return status;
    if (status.error()->errno_value == ENOENT && !Writable()) {
      status.error().Hint("a mount point must exist in the container's root, and " + target.path +
                          " does not; make it there, or set overlay: true");
    }
    return status.error().Option(option);
  }

  Status AddBind(Child& child, size_t index, const std::vector<sys::Fd>& propagated) const {
    const Bind& bind = binds_[index];
    sys::Fd late;
    if (!early_[index].valid() && !propagated[index].valid()) {
      ASSIGN_OR_RETURN(late, mount_stage::TakeBind(bind, Element("binds", index)));
    }
    const sys::Fd& mount = late.valid()            ? late
                           : early_[index].valid() ? early_[index]
                                                   : propagated[index];
    if (bind.idmap) {
      Status status = owners_.Map(mount, /*recursive=*/true, bind.source.path);
      if (!status.ok()) return status.error().Option(Element("binds", index) + ".idmap");
    }
    return Attach(child, mount, bind.target, 0, Element("binds", index) + ".target");
  }

  Status AddTmpfs(Child& child, size_t index) const {
    const Tmpfs& tmpfs = tmpfs_[index];
    auto mount = sys::NewMount("tmpfs", mount_stage::MountOptions(tmpfs), tmpfs.attributes());
    if (!mount.ok()) return mount.error().Option(Element("tmpfs", index));
    return Attach(child, *mount, tmpfs.target, SLIPWAY_ATTACH_FRESH,
                  Element("tmpfs", index) + ".target");
  }

  std::optional<slipway::HostPath> root_;
  bool empty_ = false;
  Method method_ = Method::kPivotRoot;
  bool readonly_ = false;
  bool nosuid_ = false;
  bool nodev_ = false;
  bool noexec_ = false;
  bool idmap_ = false;
  std::vector<mount_stage::IdRange> idmap_users_;
  std::vector<mount_stage::IdRange> idmap_groups_;
  bool overlay_ = false;
  std::optional<slipway::Bytes> size_;
  std::optional<int64_t> inodes_;
  std::optional<slipway::HostPath> upper_;
  std::vector<slipway::HostPath> layers_;
  std::vector<Bind> binds_;
  std::vector<Tmpfs> tmpfs_;
  mount_stage::Owners owners_;
  std::vector<sys::Fd> early_;  // of the binds, those that are taken in the host
  std::vector<Layer> stack_;    // root_ and layers_, lowest first
};

}  // namespace

SLIPWAY_STAGE(Mount, {.name = "mount",
                      .summary = "Its own mounts and root folder (mount namespace)",
                      .privileges = SLIPWAY_ROOT_OR_USERNS,
                      .provides = {"mount-namespace", "root"}});
