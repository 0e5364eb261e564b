#include "plugins/files/memory.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/staging.h"

namespace files_stage {
namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Result;
using slipway::Status;
using slipway::sys::Fd;
namespace sys = slipway::sys;

constexpr uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

// write(2) may take a part, or be interrupted.
Status WriteAll(const Fd& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR) return Error(errno, "write the text of", path);
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return Ok();
}

Status Fill(const Fd& file, const Content& content) {
  RETURN_IF_ERROR(WriteAll(file, content.text, content.path));
  if (fchown(file.get(), IdOr(content.user), IdOr(content.group)) != 0) {
    return Error(errno, "set the owner of", content.path, WhyNoOwner(errno));
  }
  // Behind chown(2), which takes bits away.
  if (fchmod(file.get(), content.mode) != 0) return Error(errno, "set the mode of", content.path);
  return Ok();
}

// `name`: of the file in the tmpfs.
Result<Fd> MakeFile(const Fd& tmpfs, const std::string& name, const Content& content) {
  const Fd file(openat(tmpfs.get(), name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  if (!file.valid()) return Error(errno, "make a file for", content.path);
  RETURN_IF_ERROR(Fill(file, content));
  ASSIGN_OR_RETURN(Fd mount, sys::CloneTree(file, /*recursive=*/false, content.path));
  RETURN_IF_ERROR(sys::AddAttributes(mount,
                                     kAttributes | (content.readonly ? MOUNT_ATTR_RDONLY : 0),
                                     /*recursive=*/false, content.path));
  return mount;
}

// In whole pages, as the kernel counts it.
std::string SizeOf(const std::vector<Content>& contents, int64_t room) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t pages = 1;
  for (const Content& content : contents) pages += (content.text.size() + page - 1) / page;
  return std::to_string(pages * page + static_cast<size_t>(room));
}

}  // namespace

uid_t IdOr(const std::optional<int64_t>& id) { return id ? static_cast<uid_t>(*id) : uid_t(-1); }

const char* WhyNoOwner(int cause) {
  return cause == EINVAL ? "the container's user namespace has no such id" : "";
}

Result<std::vector<Fd>> MakeFiles(const std::vector<Content>& contents, int64_t room) {
  std::vector<Fd> mounts;
  if (contents.empty()) return mounts;
  // The folder itself is one.
  const std::string inodes = std::to_string(contents.size() + 1);
  ASSIGN_OR_RETURN(
      const Fd tmpfs,
      sys::NewMount("tmpfs",
                    {{"mode", "0700"}, {"size", SizeOf(contents, room)}, {"nr_inodes", inodes}},
                    kAttributes));
  RETURN_IF_ERROR(sys::StageMount(tmpfs));
  for (size_t i = 0; i < contents.size(); ++i) {
    auto mount = MakeFile(tmpfs, std::to_string(i), contents[i]);
    if (!mount.ok()) return mount.error().Option(contents[i].option);
    mounts.push_back(std::move(*mount));
  }
  RETURN_IF_ERROR(sys::UnstageMount(tmpfs));
  return mounts;
}

}  // namespace files_stage
