#include "runtime/launch/identity.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"

namespace slipway::launch {
namespace {

constexpr const char* kPasswd = "/etc/passwd";
constexpr const char* kGroup = "/etc/group";
// Of one line: more is taken for a trap.
constexpr size_t kLongestLine = size_t{256} * 1024;

struct CloseStream {
  void operator()(FILE* file) const { (void)fclose(file); }
};
using Stream = std::unique_ptr<FILE, CloseStream>;

// Null: there is no such file. A FIFO or a device of the image is not waited for.
Result<Stream> OpenFile(const char* path) {
  const sys::Fd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  auto file = sys::OpenInRoot(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.ok()) {
    if (file.error()->errno_value == ENOENT || file.error()->errno_value == ENOTDIR)
      return Stream();
    return std::move(file).status();
  }
  struct stat info {};
  struct statfs filesystem {};
  // A file of procfs looks like any other, and reading some of them takes away what was in them.
  if (fstat(file->get(), &info) != 0 || !S_ISREG(info.st_mode) ||
      fstatfs(file->get(), &filesystem) != 0 || filesystem.f_type == PROC_SUPER_MAGIC) {
    return Error("the container's file of users or groups is no file:", path);
  }
  Stream stream(fdopen(file->get(), "re"));
  if (stream == nullptr) return Error(errno, "read the container's", path);
  (void)file->Release();
  return stream;
}

// Calls `take` for each entry until it returns true. Read is fgetpwent_r or fgetgrent_r.
template <typename Entry, typename Read>
Status EachEntry(const char* path, Read read, const std::function<bool(const Entry&)>& take) {
  ASSIGN_OR_RETURN(const Stream stream, OpenFile(path));
  if (stream == nullptr) return Ok();
  std::vector<char> buffer(4096);
  while (true) {
    Entry entry{};
    Entry* found = nullptr;
    const int cause = read(stream.get(), &entry, buffer.data(), buffer.size(), &found);
    if (cause == ERANGE && buffer.size() < kLongestLine) {
      buffer.resize(buffer.size() * 2);
    } else if (cause == ENOENT || (cause == 0 && found == nullptr)) {
      return Ok();
    } else if (cause == ERANGE) {
      return Error("a line of this file of the container is too long:", path,
                   "at most " + std::to_string(kLongestLine / 1024) + " KiB are read of one");
    } else if (cause != 0) {
      return Error(cause, "read the container's", path);
    } else if (take(*found)) {
      return Ok();
    }
  }
}

// A line of NIS, of which the C library leaves out what is not there; nsswitch.conf(5), "compat".
bool IsOfNis(const char* name) { return name == nullptr || *name == '+' || *name == '-'; }

Status EachUser(const std::function<bool(const passwd&)>& take) {
  return EachEntry<passwd>(kPasswd, fgetpwent_r, [&](const passwd& entry) {
    return !IsOfNis(entry.pw_name) && take(entry);
  });
}

Status EachGroup(const std::function<bool(const group&)>& take) {
  return EachEntry<group>(kGroup, fgetgrent_r, [&](const group& entry) {
    return !IsOfNis(entry.gr_name) && take(entry);
  });
}

// The last number is none: chown(2) and setresuid(2) take it for "as it is".
std::optional<uint32_t> NumberOf(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == UINT32_MAX) {
    return std::nullopt;
  }
  return number;
}

Result<gid_t> FindGroup(const std::string& text) {
  if (const auto number = NumberOf(text)) return *number;
  std::optional<gid_t> found;
  RETURN_IF_ERROR(EachGroup([&](const group& entry) {
    if (text == entry.gr_name) found = entry.gr_gid;
    return found.has_value();
  }));
  if (found) return *found;
  return Error("the container has no such group:", text,
               std::string(kGroup) + " of the container does not name it; a number always works");
}

bool HasMember(const group& entry, const std::string& name) {
  for (char** member = entry.gr_mem; member != nullptr && *member != nullptr; ++member) {
    if (name == *member) return true;
  }
  return false;
}

Status FindUser(const std::string& text, Identity& identity) {
  const auto number = NumberOf(text);
  bool found = false;
  Status read = EachUser([&](const passwd& entry) {
    found = number ? *number == entry.pw_uid : text == entry.pw_name;
    if (!found) return false;
    identity.uid = entry.pw_uid;
    identity.gid = entry.pw_gid;
    identity.name = entry.pw_name;
    if (*entry.pw_dir == '/') identity.home = entry.pw_dir;
    return true;
  });
  // A number needs no file, so that one which cannot be read is as good as none.
  if (!read.ok() && !number) return read;
  if (found) return Ok();
  if (!number) {
    return Error(
        "the container has no such user:", text,
        std::string(kPasswd) + " of the container does not name it; a number always works");
  }
  identity.uid = *number;
  return Ok();
}

// "-1" in a file of the image must not leave the ids as they are: setresuid(2).
bool IsAnyNone(const Identity& identity) {
  constexpr uint32_t kNone = UINT32_MAX;
  return identity.uid == kNone || identity.gid == kNone ||
         std::find(identity.groups.begin(), identity.groups.end(), kNone) != identity.groups.end();
}

}  // namespace

Result<Identity> FindIdentity(const std::string& user, const std::vector<std::string>* groups) {
  const size_t colon = user.find(':');
  Identity identity;
  RETURN_IF_ERROR(FindUser(user.substr(0, colon), identity));
  if (colon != std::string::npos) {
    ASSIGN_OR_RETURN(identity.gid, FindGroup(user.substr(colon + 1)));
  }
  identity.groups_are_wanted = groups != nullptr;
  if (groups != nullptr) {
    for (const std::string& text : *groups) {
      ASSIGN_OR_RETURN(const gid_t gid, FindGroup(text));
      identity.groups.push_back(gid);
    }
  } else if (colon == std::string::npos && !identity.name.empty()) {
    RETURN_IF_ERROR(EachGroup([&](const group& entry) {
      if (entry.gr_gid != identity.gid && HasMember(entry, identity.name)) {
        identity.groups.push_back(entry.gr_gid);
      }
      return false;
    }));
  }
  if (IsAnyNone(identity)) {
    return Error("the container gives this user an id that is none:", user,
                 "4294967295, or -1, in its /etc/passwd or /etc/group");
  }
  return identity;
}

}  // namespace slipway::launch
