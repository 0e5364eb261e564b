// openat(2), readdir(3).

#include "plugins/cgroup/walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace slipway::cgroup {
namespace {

class Walk {
 public:
  Walk(const std::string& path, const CgroupVisit& visit) : path_(path), visit_(visit) {}

  Status From(const sys::Fd& top) {
    sys::Fd first(openat(top.get(), ".", kFolderFlags));
    if (!first.valid()) {
      NoteErrno(errno);
      return std::move(status_);
    }
    Arrive({}, std::move(first));
    while (!way_.empty()) {
      if (way_.back().inside.empty()) {
        if (!GoUp()) break;
      } else {
        GoDown();
      }
    }
    return std::move(status_);
  }

 private:
  // A cgroup on the way from the top to here.
  struct Level {
    std::string name;
    uint64_t inode;
    std::vector<Inside> inside;  // not visited yet
  };

  void Note(Status status) {
    if (status_.ok() && !status.ok()) status_ = std::move(status);
  }

  void NoteErrno(int error) {
    if (!IsGone(error)) Note(Error(error, "look at the cgroups inside", path_));
  }

  void Arrive(std::string name, sys::Fd cgroup) {
    struct stat about {};
    if (fstat(cgroup.get(), &about) != 0) return NoteErrno(errno);
    here_ = std::move(cgroup);
    way_.push_back({std::move(name), about.st_ino, {}});
    if (visit_.enter) Note(visit_.enter(here_));
    Result<std::vector<Inside>> inside = ListInside(here_, path_);
    if (inside.ok()) {
      way_.back().inside = std::move(*inside);
    } else {
      Note(std::move(inside).status());
    }
  }

  void GoDown() {
    std::string name = std::move(way_.back().inside.back().name);
    way_.back().inside.pop_back();
    sys::Fd cgroup(openat(here_.get(), name.c_str(), kFolderFlags));
    if (!cgroup.valid()) return NoteErrno(errno);
    Arrive(std::move(name), std::move(cgroup));
  }

  // Cgroups change no parent, not by rename(2) either: ".." leads back. False: it does not.
  bool GoUp() {
    const std::string name = std::move(way_.back().name);
    way_.pop_back();
    if (way_.empty()) return true;
    struct stat about {};
    sys::Fd parent(openat(here_.get(), "..", kFolderFlags));
    int error = !parent.valid() || fstat(parent.get(), &about) != 0 ? errno : 0;
    if (error == 0 && about.st_ino != way_.back().inode) error = ESTALE;
    if (error != 0) {
      Note(Error(error, "go back up from a cgroup inside", path_));
      return false;
    }
    here_ = std::move(parent);
    if (visit_.leave) Note(visit_.leave(here_, name));
    return true;
  }

  const std::string& path_;
  const CgroupVisit& visit_;
  Status status_;
  sys::Fd here_;
  std::vector<Level> way_;
};

}  // namespace

// A file that was open already, or is being opened, says ENODEV.
bool IsGone(int errno_value) { return errno_value == ENOENT || errno_value == ENODEV; }

Result<std::vector<Inside>> ListInside(const sys::Fd& cgroup, const std::string& path) {
  const auto failed = [&path](int error) {
    return Error(error, "look at the cgroups inside", path);
  };
  std::vector<Inside> inside;
  sys::Fd again(openat(cgroup.get(), ".", kFolderFlags));
  DIR* stream = again.valid() ? fdopendir(again.get()) : nullptr;
  if (stream == nullptr) {
    if (IsGone(errno)) return inside;
    return failed(errno);
  }
  again.Release();  // closedir closes it
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") {
      inside.push_back({std::string(name), entry->d_ino});
    }
    errno = 0;
  }
  const int error = errno;
  closedir(stream);
  if (error != 0 && !IsGone(error)) return failed(error);
  return inside;
}

Status WalkCgroups(const sys::Fd& top, const std::string& path, const CgroupVisit& visit) {
  return Walk(path, visit).From(top);
}

}  // namespace slipway::cgroup
