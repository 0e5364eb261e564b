#include "runtime/loader/trust.h"

#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "runtime/sys/file.h"

namespace slipway::loader {
namespace {

constexpr int kMaxSymlinks = 40;       // as the kernel has it; path_resolution(7)
constexpr uid_t kOverflowUid = 65534;  // user_namespaces(7), "Unmapped user and group IDs"

std::string Describe(const struct stat& facts) {
  char mode[8];
  std::snprintf(mode, sizeof(mode), "%04o", facts.st_mode & 07777U);
  return "owned by uid " + std::to_string(facts.st_uid) + ", mode " + mode;
}

Result<std::string> ReadLink(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path.c_str(), target, sizeof(target));
  if (size < 0) return Error(errno, "read the symlink", path);
  if (static_cast<size_t>(size) == sizeof(target))
    return Error(ENAMETOOLONG, "read the symlink", path);
  return std::string(target, static_cast<size_t>(size));
}

}  // namespace

uid_t Invoker(uid_t real_uid, bool secure, const char* sudo_uid) {
  // Whoever calls a setuid binary must not choose the code that runs with its rights.
  if (secure) return 0;
  if (real_uid != 0 || sudo_uid == nullptr) return real_uid;
  const std::string_view text = sudo_uid;
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  return error == std::errc() && end == text.data() + text.size() ? uid : 0;
}

uid_t InvokerOfThisProcess() {
  return Invoker(getuid(), getauxval(AT_SECURE) != 0, std::getenv("SUDO_UID"));
}

uid_t Root(uid_t owner) { return owner == kOverflowUid ? kOverflowUid : 0; }

Status CheckTrust(const std::string& path, const struct stat& facts, const Owners& owners) {
  if (facts.st_uid != 0 && facts.st_uid != owners.root && facts.st_uid != owners.invoker) {
    const std::string who = owners.invoker == 0 ? "" : " or uid " + std::to_string(owners.invoker);
    return Error("not trusted", path,
                 Describe(facts) + "; must be owned by root" + who + ": chown -h root " + path);
  }
  // The mode of a symlink is always 0777 and means nothing; symlink(7).
  if (S_ISLNK(facts.st_mode) || !(facts.st_mode & (S_IWGRP | S_IWOTH))) return Ok();
  if (S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX)) {
    return Error("not trusted", path,
                 Describe(facts) +
                     "; others may put files there, sticky or not: move the plugin "
                     "to a folder that they cannot write to");
  }
  return Error("not trusted", path,
               Describe(facts) + "; must not be writable by group or others: chmod go-w " + path);
}

Status TrustedPaths::CheckRoot() {
  if (folders_.contains("/")) return Ok();
  struct stat facts {};
  if (lstat("/", &facts) != 0) return Error(errno, "look at", "/");
  owners_.root = Root(facts.st_uid);
  RETURN_IF_ERROR(CheckTrust("/", facts, owners_));
  folders_.insert("/");
  return Ok();
}

Result<struct stat> TrustedPaths::Check(const std::string& path) const {
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0) return Error(errno, "look at", path);
  RETURN_IF_ERROR(CheckTrust(path, facts, owners_));
  return facts;
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
  if (facts != nullptr && S_ISREG(facts->st_mode) && KnowsFolderOf(path)) {
    RETURN_IF_ERROR(CheckTrust(path, *facts, owners_));
    return path;
  }
  ASSIGN_OR_RETURN(std::string rest, sys::Absolute(path));
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
    auto entry = Check(real);
    if (!entry.ok()) {
      if (symlinks) {
        const std::string hint = entry.error()->hint;
        entry.error().Hint(hint + (hint.empty() ? "" : "; ") + "on the way to " + path);
      }
      return std::move(entry).status();
    }
    if (S_ISDIR(entry->st_mode)) folders_.insert(real);
    if (!S_ISLNK(entry->st_mode)) continue;
    if (++symlinks > kMaxSymlinks) return Error(ELOOP, "follow", path);
    ASSIGN_OR_RETURN(const std::string target, ReadLink(real));
    real.resize(target.starts_with('/') ? 0 : folder);
    rest = target + rest.substr(end);
    begin = 0;
  }
  return real.empty() ? "/" : real;
}

}  // namespace slipway::loader
