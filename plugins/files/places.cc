#include "plugins/files/places.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "plugins/files/memory.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"

namespace files_stage {
namespace {

using slipway::Child;
using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;

constexpr mode_t kPermissions = 07777;

constexpr int kAny = O_PATH | O_DIRECTORY;
// Where what is made goes with the container.
constexpr int kOwn = O_CREAT | O_DIRECTORY;

Result<Fd> OpenFolder(Child& child, const std::string& path, int flags) {
  auto folder = child.OpenInRoot({path}, flags);
  if (!folder.ok()) return folder.error();
  return Fd(*folder);
}

// The host's error of an own folder: with what would be right, where that is another root.
Status Refused(Error error, const char* what, const std::string& path) {
  if (error->errno_value != 0) return error;
  return Error(std::string("cannot make the ") + what, path, kWhereItGoes);
}

bool HasOwner(const struct stat& facts, const Folder& folder) {
  return (!folder.user || *folder.user == facts.st_uid) &&
         (!folder.group || *folder.group == facts.st_gid);
}

std::string ModeText(mode_t mode) {
  char text[8];
  (void)snprintf(text, sizeof(text), "%04o", mode & kPermissions);
  return text;
}

// It is in the root, for others too.
Status CheckFolder(const Fd& there, const Folder& folder) {
  const std::string& path = folder.path.path;
  struct stat facts {};
  if (fstat(there.get(), &facts) != 0) return Error(errno, "look at the container's", path);
  if (folder.mode && folder.mode->bits != (facts.st_mode & kPermissions)) {
    return Error("cannot set the mode of the folder", path,
                 "it is " + ModeText(facts.st_mode) + " " + kWhereItGoes);
  }
  if (HasOwner(facts, folder)) return Ok();
  return Error("cannot set the owner of the folder", path,
               "it is " + std::to_string(facts.st_uid) + ":" + std::to_string(facts.st_gid) + " " +
                   kWhereItGoes);
}

Status SetOwnerAndMode(const Fd& own, const Folder& folder) {
  const std::string& path = folder.path.path;
  if ((folder.user || folder.group) &&
      fchownat(own.get(), "", IdOr(folder.user), IdOr(folder.group),
               AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0) {
    return Error(errno, "set the owner of", path, WhyNoOwner(errno));
  }
  if (folder.mode && fchmodat(own.get(), ".", folder.mode->bits, 0) != 0) {
    return Error(errno, "set the mode of", path);
  }
  return Ok();
}

bool LeadsThere(Child& child, const Place& place, const Link& link) {
  const auto folder = OpenFolder(child, place.folder, kAny);
  return folder.ok() && slipway::sys::ReadLinkAt(*folder, place.name) == link.target;
}

}  // namespace

Place PlaceOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return {"/", ""};
  const size_t slash = path.rfind('/', end);
  Place place{path.substr(0, slash + 1), path.substr(slash + 1, end - slash)};
  if (place.name == "." || place.name == "..") place.name.clear();
  return place;
}

Status MakeFolder(Child& child, const Folder& folder) {
  const std::string& path = folder.path.path;
  const auto own = OpenFolder(child, path, kOwn);
  if (own.ok()) return SetOwnerAndMode(*own, folder);
  const auto there = OpenFolder(child, path, kAny);
  if (there.ok()) return CheckFolder(*there, folder);
  return Refused(own.error(), "folder", path);
}

Status MakeLink(Child& child, const Link& link) {
  const std::string& path = link.path.path;
  const Place place = PlaceOf(path);
  if (LeadsThere(child, place, link)) return Ok();
  const auto folder = OpenFolder(child, place.folder, kOwn);
  if (!folder.ok()) return Refused(folder.error(), "link", path);
  const char* name = place.name.c_str();
  if (unlinkat(folder->get(), name, 0) != 0 && errno != ENOENT) {
    return Error(errno, "make the link in the place of", path,
                 errno == EISDIR  ? "a folder is there"
                 : errno == EBUSY ? "another stage has mounted something there"
                                  : "");
  }
  if (symlinkat(link.target.c_str(), folder->get(), name) != 0) {
    return Error(errno, "make the link", path);
  }
  return Ok();
}

}  // namespace files_stage
