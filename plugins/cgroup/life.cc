// cgroups(7), mkdir(2), Documentation/admin-guide/cgroup-v2.rst ("Delegation").

#include "plugins/cgroup/life.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <optional>

#include "plugins/cgroup/kill.h"
#include "runtime/sys/file.h"
#include "runtime/sys/id_list.h"

namespace slipway::cgroup {
namespace {

constexpr size_t kMaxId = 64;   // of slipway_host.container_id
constexpr size_t kBootId = 36;  // a UUID
constexpr size_t kMaxPath = PATH_MAX - 1;
constexpr mode_t kFolderMode = 0755;

constexpr std::string_view kIntend = "intend ";
constexpr std::string_view kMade = "made ";
constexpr std::string_view kLost = "lost ";

Error Exists(const std::string& path) {
  return Error(EEXIST, "make the cgroup", path,
               "a cgroup of that name exists; choose another --name");
}

const char* MkdirHint(int errno_value) {
  switch (errno_value) {
    case EACCES:
    case EPERM:
      return "needs root, or a parent that is delegated to this user";
    case EAGAIN:
      return "cgroup.max.depth or cgroup.max.descendants of a cgroup above is reached";
    case EROFS:
      return "the hierarchy is mounted read-only";
    default:
      return "";
  }
}

// The paths whose `made` or `lost` record has been undone in this replay, so that the `intend`
// of the same cgroup, which follows, has no say any more. Not state of a stage: it is built anew
// from the records in whichever process undoes them.
std::vector<std::string>& Settled() {
  static std::vector<std::string> paths;
  return paths;
}

void Settle(const std::string& path) {
  std::vector<std::string>& paths = Settled();
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
}

// True once for each Settle.
bool TakeSettled(const std::string& path) { return std::erase(Settled(), path) > 0; }

}  // namespace

std::string FormatRecord(const CgroupRecord& record) {
  switch (record.kind) {
    case CgroupRecord::Kind::kIntend:
      return std::string(kIntend) + record.path;
    case CgroupRecord::Kind::kLost:
      return std::string(kLost) + record.path;
    case CgroupRecord::Kind::kMade:
      break;
  }
  std::string text = std::string(kMade) + std::to_string(record.inode) + " ";
  if (!record.boot.empty()) text.append(record.boot).append(" ");
  return text.append(record.path);
}

Result<CgroupRecord> ParseRecord(std::string_view text) {
  const Error unknown("unknown undo record", text);
  CgroupRecord record;
  std::string_view rest;
  if (text.starts_with(kIntend)) {
    rest = text.substr(kIntend.size());
  } else if (text.starts_with(kLost)) {
    record.kind = CgroupRecord::Kind::kLost;
    rest = text.substr(kLost.size());
  } else if (text.starts_with(kMade)) {
    record.kind = CgroupRecord::Kind::kMade;
    rest = text.substr(kMade.size());
    const char* last = rest.data() + rest.size();
    const auto number = std::from_chars(rest.data(), last, record.inode);
    if (number.ec != std::errc() || number.ptr == last || *number.ptr != ' ') return unknown;
    rest.remove_prefix(static_cast<size_t>(number.ptr - rest.data()) + 1);
    if (rest.size() > kBootId && rest[0] != '/' && rest[kBootId] == ' ') {
      record.boot = rest.substr(0, kBootId);
      rest.remove_prefix(kBootId + 1);
    }
  }
  if (!rest.starts_with('/')) return unknown;
  record.path = rest;
  return record;
}

Error NotHereByErrno(Error error) {
  const std::string cure = error->cure;
  switch (error->errno_value) {
    case EACCES:
    case EPERM:
    case EROFS:
    case EBUSY:
    case EOPNOTSUPP:
      return NotHere(std::move(error), cure);
    default:
      return error;
  }
}

Status CheckParent(const CgroupMount& mount, const std::string& parent) {
  const std::string directory = CgroupDirectory(mount, parent);
  RETURN_IF_ERROR(CheckLength(directory + "/" + std::string(kMaxId, 'x')));
  struct stat about {};
  if (stat(directory.c_str(), &about) != 0) {
    return Error(errno, "find the parent cgroup", directory,
                 errno == ENOENT ? "the parent cgroup must exist; make it or choose another" : "");
  }
  if (!S_ISDIR(about.st_mode)) {
    return Error(ENOTDIR, "use the parent cgroup", directory,
                 "the parent is a file of a cgroup, not a cgroup");
  }
  if (mount.read_only) {
    return Error(EROFS, "make a cgroup in", directory,
                 "the hierarchy is mounted read-only at " + mount.mount_point);
  }
  if (faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return Error(errno, "make a cgroup in", directory, MkdirHint(errno));
  }
  return Ok();
}

Status CheckIdsAreThere(const char* option, const std::string& list, const std::string& file) {
  Result<std::string> text = sys::ReadFile(file);
  if (!text.ok()) return Ok();
  const std::string there = (*text).substr(0, (*text).find('\n'));
  const std::optional<uint32_t> missing = sys::FirstMissingId(list, there);
  if (!missing) return Ok();
  return Error(std::string(option) + ": no " + std::to_string(*missing) + " in", file,
               "there are " + there)
      .Option(option);
}

Status CheckLength(const std::string& path) {
  if (path.size() <= kMaxPath) return Ok();
  return Error(ENAMETOOLONG, "make the cgroup", path, "choose a parent with a shorter path");
}

Result<sys::Fd> MakeCgroup(const Recorder& record, const std::string& path,
                           const std::string& boot) {
  using Kind = CgroupRecord::Kind;
  RETURN_IF_ERROR(CheckLength(path));
  struct stat about {};
  if (lstat(path.c_str(), &about) == 0) return Exists(path);
  RETURN_IF_ERROR(record(FormatRecord({Kind::kIntend, 0, path})));
  if (mkdir(path.c_str(), kFolderMode) != 0) {
    const int saved = errno;
    if (saved != EEXIST) return Error(saved, "make the cgroup", path, MkdirHint(saved));
    RETURN_IF_ERROR(record(FormatRecord({Kind::kLost, 0, path})));
    return Exists(path);
  }
  // From here to the second record only this process knows that the cgroup is its own.
  Result<sys::Fd> cgroup = sys::Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  // A umask that takes away the owner's own rights.
  if (!cgroup.ok() && cgroup.error()->errno_value == EACCES &&
      chmod(path.c_str(), kFolderMode) == 0) {
    cgroup = sys::Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
  Status recorded;
  if (!cgroup.ok()) {
    recorded = cgroup.error();
  } else if (fstat(cgroup->get(), &about) != 0) {
    recorded = Error(errno, "look at the cgroup", path);
  } else {
    recorded = record(FormatRecord({Kind::kMade, about.st_ino, path, boot}));
  }
  if (recorded.ok()) return cgroup;
  rmdir(path.c_str());
  return recorded;
}

Status WriteLimit(const std::string& directory, const LimitWrite& limit) {
  const std::string path = directory + "/" + limit.file;
  Status written = sys::WriteFile(path, limit.value);
  if (written.ok()) return written;
  CopyText(written.error()->operation, "write " + limit.value + " to");
  written.error().Option(limit.option);
  if (written.error()->errno_value == EINVAL) {
    written.error().Hint("the kernel refuses this value; a cgroup above may have a lower limit");
  } else if (written.error()->errno_value == ENOENT) {
    written.error().Hint("this kernel's controller \"" + limit.controller + "\" lacks this file");
  } else if (written.error()->errno_value == ENODEV) {
    written.error().Hint("there is no such disk; a partition is none");
  } else if (written.error()->errno_value == EPERM) {
    written.error().Hint("a cgroup above does not allow it");
  }
  return written;
}

Status WriteLimits(const std::string& directory, const std::vector<LimitWrite>& limits) {
  const LimitWrite* absent = nullptr;
  bool one_present = false;
  for (const LimitWrite& limit : limits) {
    if (limit.where_present) {
      if (access((directory + "/" + limit.file).c_str(), F_OK) != 0) {
        absent = &limit;
        continue;
      }
      one_present = true;
    }
    RETURN_IF_ERROR(WriteLimit(directory, limit));
  }
  if (absent == nullptr || one_present) return Ok();
  return WriteLimit(directory, *absent);  // the kernel says that it is not there
}

Status UndoCgroup(std::string_view text) {
  ASSIGN_OR_RETURN(const CgroupRecord record, ParseRecord(text));
  switch (record.kind) {
    case CgroupRecord::Kind::kMade:
      Settle(record.path);
      return RemoveCgroup(record.path, record.inode, record.boot);
    case CgroupRecord::Kind::kLost:
      Settle(record.path);
      return Ok();
    case CgroupRecord::Kind::kIntend:
      break;
  }
  return TakeSettled(record.path) ? Ok() : RemoveIfEmpty(record.path);
}

}  // namespace slipway::cgroup
