#include "runtime/sys/trust.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::sys {
namespace {

constexpr int kMaxSymlinks = 40;       // as the kernel has it; path_resolution(7)
constexpr uid_t kOverflowUid = 65534;  // user_namespaces(7), "Unmapped user and group IDs"

// Each line of uid_map has the first uid inside, the first outside, and how many there are;
// user_namespaces(7).
bool Maps(const std::string& uid_map, uid_t uid) {
  unsigned inside = 0;
  unsigned count = 0;
  int read = 0;
  for (const char* line = uid_map.c_str();
       std::sscanf(line, "%u %*u %u%n", &inside, &count, &read) == 2; line += read) {
    if (uid >= inside && uid - inside < count) return true;
  }
  return false;
}

// Only a procfs is believed: where none is mounted, whoever owns "/" may have put such a file
// there.
std::string UidMap() {
  constexpr const char* kPath = "/proc/self/uid_map";
  const auto file = Open(kPath, O_RDONLY);
  struct statfs facts {};
  if (!file.ok() || fstatfs(file->get(), &facts) != 0 || facts.f_type != PROC_SUPER_MAGIC)
    return {};
  auto text = ReadFile(*file, kPath);
  return text.ok() ? std::move(*text) : std::string();
}

bool OthersMayWrite(const struct stat& facts) { return facts.st_mode & (S_IWGRP | S_IWOTH); }

bool IsSticky(const struct stat& facts) {
  return S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) && OthersMayWrite(facts);
}

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// What the option would be given for `path` to be trusted.
std::string VouchingFor(const std::string& path, const struct stat& facts,
                        const std::string& option) {
  const std::string folder = S_ISDIR(facts.st_mode) ? path : FolderOf(path);
  if (option.empty() || folder.size() <= 1) return {};
  return "; to trust it for this run: " + option + " " + folder;
}

std::string Describe(const struct stat& facts) {
  char mode[8];
  std::snprintf(mode, sizeof(mode), "%04o", facts.st_mode & 07777U);
  return "owned by uid " + std::to_string(facts.st_uid) + ", mode " + mode;
}

}  // namespace

uid_t Invoker(uid_t real_uid, const char* sudo_uid) {
  if (real_uid != 0 || sudo_uid == nullptr) return real_uid;
  const std::string_view text = sudo_uid;
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  return error == std::errc() && end == text.data() + text.size() ? uid : 0;
}

uid_t InvokerOfThisProcess() { return Invoker(getuid(), std::getenv("SUDO_UID")); }

uid_t Root(uid_t owner, const std::string& uid_map) {
  const bool unmapped = owner == kOverflowUid && !uid_map.empty() && !Maps(uid_map, owner);
  return unmapped ? kOverflowUid : 0;
}

Status CheckTrust(const std::string& path, const struct stat& facts, const Owners& owners) {
  if (facts.st_uid != 0 && facts.st_uid != owners.root && facts.st_uid != owners.invoker) {
    const std::string who = owners.invoker == 0 ? "" : " or uid " + std::to_string(owners.invoker);
    return Error("not trusted", path,
                 Describe(facts) + "; must be owned by root" + who + ": chown -h root " + path +
                     VouchingFor(path, facts, owners.option));
  }
  // The mode of a symlink is always 0777 and means nothing; symlink(7).
  if (S_ISLNK(facts.st_mode) || !OthersMayWrite(facts)) return Ok();
  if (IsSticky(facts)) {
    return Error("not trusted", path,
                 Describe(facts) +
                     "; others may put files there, sticky or not: move it "
                     "to a folder that they cannot write to");
  }
  return Error("not trusted", path,
               Describe(facts) + "; must not be writable by group or others: chmod go-w " + path);
}

Status TrustedPaths::CheckRoot() {
  if (folders_.contains("/")) return Ok();
  struct stat facts {};
  if (lstat("/", &facts) != 0) return Error(errno, "look at", "/");
  if (facts.st_uid == kOverflowUid) owners_.root = Root(facts.st_uid, UidMap());
  RETURN_IF_ERROR(Judge("/", facts));
  folders_.insert("/");
  return Ok();
}

bool TrustedPaths::IsVouched(std::string_view path) const {
  return std::any_of(vouched_.begin(), vouched_.end(), [path](const std::string& folder) {
    return path.starts_with(folder) &&
           (path.size() == folder.size() || folder == "/" || path[folder.size()] == '/');
  });
}

Status TrustedPaths::Judge(const std::string& path, const struct stat& facts) const {
  Status status = CheckTrust(path, facts, owners_);
  return status.ok() || IsVouched(path) ? Ok() : std::move(status);
}

Status TrustedPaths::JudgeOpened(const std::string& path, const struct stat& facts) {
  ASSIGN_OR_RETURN(const std::string real, Resolve(path));
  struct stat now {};
  if (lstat(real.c_str(), &now) != 0) return Error(errno, "look at", real);
  // Whoever could exchange it until then is not trusted, or has been found out.
  if (now.st_dev != facts.st_dev || now.st_ino != facts.st_ino) {
    return Error("not trusted", path, "it was exchanged while it was read");
  }
  return Judge(real, facts);
}

Status TrustedPaths::Enter(const std::string& path, const struct stat& facts) {
  if (IsSticky(facts) && !IsVouched(path)) {
    struct stat without = facts;
    without.st_mode &= ~static_cast<mode_t>(S_IWGRP | S_IWOTH);
    RETURN_IF_ERROR(CheckTrust(path, without, owners_));
    sticky_[path] = facts;
    return Ok();
  }
  RETURN_IF_ERROR(Judge(path, facts));
  if (S_ISDIR(facts.st_mode)) {
    folders_.insert(path);
    return Ok();
  }
  const auto folder = sticky_.find(FolderOf(path));
  return folder == sticky_.end() ? Ok() : CheckTrust(folder->first, folder->second, owners_);
}

std::string TrustedPaths::KnownPartOf(const std::string& path) const {
  for (size_t end = path.rfind('/'); end != 0 && end != std::string::npos;
       end = path.rfind('/', end - 1)) {
    const std::string_view folder(path.data(), end);
    if (folders_.contains(folder)) return std::string(folder);
  }
  return {};
}

bool TrustedPaths::KnowsFolderOf(std::string_view path) const {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || !folders_.contains(path.substr(0, slash))) {
    return false;
  }
  const std::string_view name = path.substr(slash + 1);
  return !name.empty() && name != "." && name != "..";
}

Result<std::string> TrustedPaths::Resolve(const std::string& path, const struct stat* facts) {
  const bool known = facts != nullptr && KnowsFolderOf(path);
  if (known && S_ISREG(facts->st_mode)) {
    RETURN_IF_ERROR(Judge(path, *facts));
    return path;
  }
  ASSIGN_OR_RETURN(std::string rest, Absolute(path));
  RETURN_IF_ERROR(CheckRoot());
  // All of it trusted and free of symlinks; empty: the root. The folder of another plugin that was
  // walked before need not be walked again.
  std::string real = KnownPartOf(rest);
  int symlinks = 0;
  size_t begin = real.size();
  while ((begin = rest.find_first_not_of('/', begin)) != std::string::npos) {
    const size_t end = std::min(rest.find('/', begin), rest.size());
    const std::string_view name(&rest[begin], end - begin);
    begin = end;
    if (name == ".") continue;
    if (name == "..") {
      real.resize(std::min(real.rfind('/'), real.size()));
      continue;
    }
    const size_t folder = real.size();
    real.append("/").append(name);
    if (folders_.contains(real)) continue;
    struct stat entry {};
    const bool seen = known && symlinks == 0;
    if (seen) entry = *facts;
    const bool there = seen || lstat(real.c_str(), &entry) == 0;
    Status entered = there ? Enter(real, entry) : Status(Error(errno, "look at", real));
    if (!entered.ok()) {
      if (symlinks) {
        const std::string hint = entered.error()->hint;
        entered.error().Hint(hint + (hint.empty() ? "" : "; ") + "on the way to " + path);
      }
      return entered;
    }
    if (!S_ISLNK(entry.st_mode)) continue;
    if (++symlinks > kMaxSymlinks) return Error(ELOOP, "follow", path);
    ASSIGN_OR_RETURN(const std::string target, ReadLink(real));
    real.resize(target.starts_with('/') ? 0 : folder);
    rest = target + rest.substr(end);
    begin = 0;
  }
  // The folder that something is to be looked for in.
  if (const auto sticky = sticky_.find(real); sticky != sticky_.end()) {
    RETURN_IF_ERROR(CheckTrust(real, sticky->second, owners_));
  }
  return real.empty() ? "/" : real;
}

Result<std::string> ReadTrusted(const std::string& path, size_t longest, const std::string& what) {
  ASSIGN_OR_RETURN(const Fd file, Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "look at", path);
  if (!S_ISREG(facts.st_mode)) return Error("not a file", path, what + " is wanted");
  if (static_cast<size_t>(facts.st_size) > longest) {
    return Error("longer than " + std::to_string(longest >> 20) + " MiB", path,
                 what + " is wanted");
  }
  if (IsPrivileged()) {
    RETURN_IF_ERROR(TrustedPaths(InvokerOfThisProcess()).JudgeOpened(path, facts));
  }
  return ReadFile(file, path);
}

}  // namespace slipway::sys
