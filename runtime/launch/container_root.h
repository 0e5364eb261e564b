// The container's root while it is put together, in the child: a stage hands it over, the host
// enters it behind the last InChild hook. Until then the host's files are still at "/", and the
// container's are reached through this alone.
//
// The root filesystem is hostile: what it holds leads nowhere but into itself (openat2(2),
// RESOLVE_IN_ROOT, no magic links). Every mount beneath it goes through Attach, which knows those
// before it, so that none is covered without a word.

#ifndef SLIPWAY_RUNTIME_LAUNCH_CONTAINER_ROOT_H_
#define SLIPWAY_RUNTIME_LAUNCH_CONTAINER_ROOT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::launch {

class ContainerRoot {
 public:
  // Who sets or attaches something.
  struct Owner {
    size_t stage;      // position in the pipeline
    const char* name;  // of the stage
  };

  // The mount at `root`, which is attached in this mount namespace, becomes the root. flags:
  // slipway_root_flags. The descriptor stays the caller's. Fails when a stage has set one.
  Status Set(int root, uint32_t flags, Owner owner);

  // Opens a path beneath the root; where no stage has set one, beneath this process's own. flags as
  // for open(2). O_CREAT | O_DIRECTORY: a folder in which things may be made, because they go with
  // the container; what is missing of it is made.
  Result<sys::Fd> Open(const std::string& path, int flags) const;

  // Attaches a detached mount at `path` beneath the root. flags: slipway_attach_flags. The
  // descriptor stays the caller's.
  Status Attach(int mount, const std::string& path, uint32_t flags, Owner owner);

  // Makes what is missing of the folder `path` beneath the root that was set.
  Status MakeFolder(const std::string& path) const;

  // Makes it the root of this process, and goes to its "/". Without a root that was set it only
  // goes there.
  Status Enter();

  bool is_set() const { return set_; }
  // Who has set it. Only when is_set().
  size_t stage() const { return owner_.stage; }

  // In the host, of one that a child with the same memory has left: its descriptors are the
  // child's.
  void Abandon() { (void)root_.Release(); }

 private:
  struct Attached {
    std::string place;  // beneath the root, without symlinks
    std::string stage;
    uint64_t mount = 0;
    bool fresh = false;
  };

  Result<sys::Fd> Own() const;
  Result<sys::Fd> MakeIn(const sys::Fd& root, const std::string& path) const;
  // Where something is mounted.
  struct Point {
    sys::Fd file;
    bool plain;  // no symlink is on its path
  };

  Result<Point> Target(const sys::Fd& root, int mount, const std::string& path,
                       uint32_t flags) const;
  // By what is written: is the folder that `path` lies in on a mount in which most is missing?
  bool IsFreshAbove(const std::string& path) const;
  // May something be made in the folder?
  Status MayMake(const sys::Fd& folder, const std::string& path) const;
  Status CheckCovers(const std::string& place, const std::string& path) const;

  sys::Fd root_;
  bool set_ = false;
  uint32_t flags_ = 0;
  uint64_t mount_ = 0;  // of a root that is thrown away
  Owner owner_{0, ""};
  std::vector<Attached> attached_;
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_CONTAINER_ROOT_H_
