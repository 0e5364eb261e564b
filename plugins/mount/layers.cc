#include "plugins/mount/layers.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "plugins/mount/image.h"
#include "plugins/mount/upper.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/staging.h"

namespace mount_stage {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

using MountOptions = std::vector<std::pair<std::string, std::string>>;

// own: files and folders in it that are not the container's.
Result<Fd> NewThrowAway(const Overlay& overlay, int64_t own, uint64_t attributes) {
  MountOptions options = {{"mode", "755"}};
  if (overlay.size) options.emplace_back("size", std::to_string(*overlay.size));
  if (overlay.inodes) options.emplace_back("nr_inodes", std::to_string(*overlay.inodes + own));
  return sys::NewMount("tmpfs", options, attributes);
}

constexpr int kFolder = O_PATH | O_DIRECTORY;
constexpr unsigned kFolderMode = 0755;

// A mount of the layer that is the child's own: the host's descriptors stay as they are.
Result<Fd> Take(const Layer& layer, bool recursive) {
  if (layer.taken.valid()) {
    Fd taken(fcntl(layer.taken.get(), F_DUPFD_CLOEXEC, 3));
    if (!taken.valid()) return Error(errno, "keep the mount of", layer.path).Option(layer.option);
    return taken;
  }
  Result<Fd> tree = sys::CloneTree(layer.path, recursive);
  if (tree.ok()) return tree;
  if (!recursive && tree.error()->errno_value == EINVAL) {
    tree.error().Hint(
        "in a user namespace, a folder with mounts of the host below it cannot be a layer");
  }
  return tree.error().Option(layer.option);
}

Status Restrict(const Fd& tree, const Layer& layer, uint64_t attributes) {
  if (attributes == 0) return Ok();
  Status status = sys::AddAttributes(tree, attributes, /*recursive=*/true, layer.path);
  if (status.ok()) return status;
  return status.error().Option(attributes == MOUNT_ATTR_RDONLY ? "readonly" : layer.option);
}

Status MapOwners(const Owners* owners, const Fd& mount, bool recursive, const std::string& path) {
  if (owners == nullptr) return Ok();
  Status status = owners->Map(mount, recursive, path);
  return status.ok() ? Ok() : Status(status.error().Option("idmap"));
}

Status StageAt(const Fd& mount, const Fd& folder, const std::string& name) {
  if (mkdirat(folder.get(), name.c_str(), kFolderMode) != 0) return Error(errno, "mkdir", name);
  ASSIGN_OR_RETURN(const Fd target, sys::OpenAt(folder, name, kFolder, name));
  return sys::Attach(mount.get(), target, name);
}

// The layers of one overlay. They lie in one tmpfs, which is on top of the host's "/" meanwhile:
// names in it are ours, so that no character of a path of the host can be taken for overlayfs's own
// ':', ',' and '\'.
class OverlayStage {
 public:
  OverlayStage(const std::vector<Layer>& layers, const Overlay& overlay)
      : layers_(layers), overlay_(overlay), attributes_(overlay.attributes) {}

  Result<Fd> Make() {
    RETURN_IF_ERROR(StageTmpfs());
    const sys::NoUmask no_umask;
    for (size_t i = 0; i < layers_.size(); ++i) RETURN_IF_ERROR(StageLower(i));
    if (overlay_.writable) RETURN_IF_ERROR(overlay_.upper.empty() ? MakeUppers() : StageUpper());
    ASSIGN_OR_RETURN(Fd mount, MountOverlay());
    // The kernel has its own copies of the layers' mounts: nobody else needs to reach them.
    RETURN_IF_ERROR(sys::UnstageMount(tmpfs_));
    RETURN_IF_ERROR(sys::StageMount(mount));
    return mount;
  }

 private:
  Status StageTmpfs() {
    // Its own root, upper, work and what overlayfs keeps in it, and the places of the layers are no
    // files of the container's.
    const int64_t own = 5 + static_cast<int64_t>(layers_.size());
    ASSIGN_OR_RETURN(tmpfs_, NewThrowAway(overlay_, own, 0));
    return sys::StageMount(tmpfs_);
  }

  Status StageLower(size_t index) {
    const Layer& layer = layers_[index];
    ASSIGN_OR_RETURN(const Fd lower, Take(layer, /*recursive=*/false));
    RETURN_IF_ERROR(AddRestrictions(lower, layer.path));
    RETURN_IF_ERROR(MapOwners(overlay_.owners, lower, /*recursive=*/false, layer.path));
    RETURN_IF_ERROR(StageAt(lower, tmpfs_, std::to_string(index)));
    lowers_.insert(0, std::to_string(index) + (index == 0 ? "" : ":"));  // the top one comes first
    const bool top = index + 1 == layers_.size();
    if (top && fstat(lower.get(), &model_) != 0)
      return Error(errno, "look at", layer.path).Option(layer.option);
    return Ok();
  }

  Status AddRestrictions(const Fd& file, const std::string& path) {
    ASSIGN_OR_RETURN(const uint64_t restrictions, sys::RestrictionsOf(file, path));
    attributes_ |= restrictions;
    return Ok();
  }

  Status MakeUppers() {
    for (const char* name : {"upper", "work"}) {
      if (mkdirat(tmpfs_.get(), name, kFolderMode) != 0) return Error(errno, "mkdir", name);
    }
    return CopyOwner(tmpfs_, "upper", model_);
  }

  // Both must be reached by one mount: that of the folder that holds them.
  Status StageUpper() {
    const auto place = FindUpper(overlay_.upper);
    if (!place.ok()) return Error(place.error()).Option("upper");
    auto parent = sys::CloneTree(place->parent, /*recursive=*/false);
    if (!parent.ok()) return parent.error().Option("upper");
    RETURN_IF_ERROR(AddRestrictions(*parent, place->parent));
    RETURN_IF_ERROR(MapOwners(overlay_.owners, *parent, /*recursive=*/false, place->parent));
    Status made = MakeUpper(*parent, *place, model_);
    if (!made.ok()) return made.error().Option("upper");
    RETURN_IF_ERROR(StageAt(*parent, tmpfs_, "kept"));
    for (const auto& [name, link] : {std::pair{place->name, "upper"}, {place->work(), "work"}}) {
      if (symlinkat(("kept/" + name).c_str(), tmpfs_.get(), link) != 0)
        return Error(errno, "make a link to", name);
    }
    return Ok();
  }

  Result<Fd> MountOverlay() const {
    const sys::WorkingFolder in_tmpfs(tmpfs_);
    if (!in_tmpfs.there()) return Error(errno, "enter the layers of the container's root");
    MountOptions options = {{"lowerdir", lowers_}};
    if (!overlay_.writable) return OrExplain(NewOverlay(options));
    options.insert(options.end(), {{"upperdir", "upper"}, {"workdir", "work"}});
    // With the index, a second overlay on one upper folder is refused.
    if (!overlay_.upper.empty()) options.emplace_back("index", "on");
    MountOptions with_redirects = options;
    with_redirects.emplace_back("redirect_dir", "on");  // for rename(2) of a folder of a layer
    auto mount = NewOverlay(with_redirects);
    if (mount.ok() || mount.error()->errno_value != EPERM) return OrExplain(std::move(mount));
    // In a user namespace: what overlayfs notes goes to attributes that such a user may write.
    options.emplace_back("userxattr", "");
    return OrExplain(NewOverlay(options));
  }

  Result<Fd> NewOverlay(const MountOptions& options) const {
    return sys::NewMount("overlay", options, attributes_);
  }

  Result<Fd> OrExplain(Result<Fd> mount) const {
    if (mount.ok()) return mount;
    const bool kept = !overlay_.upper.empty();
    const int cause = mount.error()->errno_value;
    const std::string log = mount.error()->hint;
    const std::string hint = HintFor(cause, kept);
    return Error(cause, "mount the overlay over", layers_[0].path, hint.empty() ? log : hint)
        .Option(kept                ? "upper"
                : overlay_.writable ? "overlay"
                                    : "layers");
  }

  static std::string HintFor(int cause, bool kept) {
    switch (cause) {
      case EBUSY:
        return "another container uses this upper folder at this moment";
      case ESTALE:
        return "this upper folder holds changes to another root folder or other layers: use those, "
               "or a new upper folder";
      case ELOOP:
        return "one layer lies in another";
      case EINVAL:
        return kept
                   ? "the upper folder must be on a filesystem that can hold one, such as ext4, "
                     "xfs, btrfs or tmpfs, not on an overlay; the kernel's log, dmesg, may say more"
                   : "a layer cannot be of procfs, or of two overlays on each other; the kernel's "
                     "log, dmesg, may say more";
      default:
        return {};
    }
  }

  const std::vector<Layer>& layers_;
  const Overlay& overlay_;
  uint64_t attributes_;
  Fd tmpfs_;
  std::string lowers_;    // "1:0"
  struct stat model_ {};  // of the top layer's root, whose mode and owner a new upper layer gets
};

}  // namespace

Result<bool> ProbeLayer(const Layer& layer, const char* packages) {
  struct stat info {};
  int cause = stat(layer.path.c_str(), &info) == 0 ? 0 : errno;
  if (!cause && S_ISDIR(info.st_mode)) return false;
  if (!cause && S_ISREG(info.st_mode)) {
    Status status = ProbeImage(layer.path);
    if (!status.ok()) return status.error().Option(layer.option);
    return true;
  }
  if (!cause) cause = ENOTDIR;
  std::string hint;
  if (cause == ENOENT || cause == ENOTDIR) {
    hint = "the option " + layer.option + " must name a folder of the host, or an image file";
  }
  if (cause == ENOENT && layer.option == "root") {
    const std::string include = packages ? "--include " + std::string(packages) + " " : "";
    hint += "; slipway-rootfs " + include + layer.path + ", or tools/rootfs in a clone, makes one";
  }
  return Error(cause, "open", layer.path, hint).Option(layer.option);
}

Result<Fd> StageFolder(const Layer& layer, uint64_t attributes, const Owners* owners) {
  ASSIGN_OR_RETURN(Fd tree, Take(layer, /*recursive=*/true));
  // One that was taken before has them already.
  if (!layer.taken.valid()) RETURN_IF_ERROR(Restrict(tree, layer, attributes));
  RETURN_IF_ERROR(MapOwners(owners, tree, /*recursive=*/true, layer.path));
  RETURN_IF_ERROR(sys::StageMount(tree));
  return tree;
}

Status ProbeOwners(const std::vector<Layer>& layers, bool recursive) {
  RETURN_IF_ERROR(Owners::ProbeRights());
  for (const Layer& layer : layers) {
    if (!layer.is_image) RETURN_IF_ERROR(Owners::ProbeFiles(layer.path, recursive));
  }
  return Ok();
}

Result<Fd> TakeImage(const Layer& layer, uint64_t attributes) {
  auto mount = MountImage(layer.path, attributes);
  if (!mount.ok()) return mount.error().Option(layer.option);
  return mount;
}

Result<Fd> TakeFolder(const Layer& layer, bool recursive, uint64_t attributes) {
  ASSIGN_OR_RETURN(Fd tree, Take(layer, recursive));
  RETURN_IF_ERROR(Restrict(tree, layer, attributes));
  RETURN_IF_ERROR(sys::SetPropagation(tree, MS_PRIVATE, layer.path));
  return tree;
}

Result<Fd> StageOverlay(const std::vector<Layer>& layers, const Overlay& overlay) {
  return OverlayStage(layers, overlay).Make();
}

Result<Fd> StageEmpty(const Overlay& overlay) {
  ASSIGN_OR_RETURN(Fd tmpfs, NewThrowAway(overlay, /*own=*/1, overlay.attributes));
  RETURN_IF_ERROR(sys::StageMount(tmpfs));
  return tmpfs;
}

}  // namespace mount_stage
