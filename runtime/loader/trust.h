// Whose files may become code of a privileged runtime.
//
// A privileged process loads a plugin only where nobody but root, or the person who invoked it,
// can have put it or can swap it: that is asked of the file, of every folder above it, and of
// every folder that holds a symlink on the way. POSIX ACLs are covered without being read: the
// group bits of a file with an ACL are its mask, so whatever an ACL lets someone write is writable
// by group here. The ACLs of NFSv4 are not looked at.

#ifndef SLIPWAY_RUNTIME_LOADER_TRUST_H_
#define SLIPWAY_RUNTIME_LOADER_TRUST_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::loader {

// The user whose files are trusted beside root's; 0: none.
// real_uid: getuid(2). secure: AT_SECURE of getauxval(3), a setuid binary or one with file
// capabilities. sudo_uid: SUDO_UID of the environment, or null.
uid_t Invoker(uid_t real_uid, bool secure, const char* sudo_uid);

// Invoker() of this process.
uid_t InvokerOfThisProcess();

// The users whose files are trusted.
struct Owners {
  uid_t root = 0;
  uid_t invoker = 0;
};

// Who stands for root, where `owner` owns "/". In a user namespace that does not map root, root
// comes out as the overflow uid, and so does every other user that is not mapped: the check is
// weaker there, as are the rights of the process, which are its invoker's.
uid_t Root(uid_t owner);

// Fails unless what `facts` (lstat(2)) say of `path` is owned by one of `owners` and is not
// writable by group or others. A symlink is judged by its owner alone.
Status CheckTrust(const std::string& path, const struct stat& facts, const Owners& owners);

// Walks paths and remembers the folders that it has found trusted.
class TrustedPaths {
 public:
  explicit TrustedPaths(uid_t invoker) : owners_{.root = 0, .invoker = invoker} {}

  // `path`, absolute and without symlinks, when all that leads there is trusted; else the error
  // names the first that is not, with its owner and mode, and what would be right.
  // facts: what lstat(2) says of it, if that is known.
  Result<std::string> Resolve(const std::string& path, const struct stat* facts = nullptr);

 private:
  // Is `path` that of an entry of a trusted folder, written as the folder's own path is?
  bool KnowsFolderOf(std::string_view path) const;

  // The longest part of `path` that is a trusted folder's own path; or nothing.
  std::string KnownPartOf(const std::string& path) const;

  // What lstat(2) says of the trusted entry `path`.
  Result<struct stat> Check(const std::string& path) const;

  // Looks at "/", once; the walk of every path begins there.
  Status CheckRoot();

  Owners owners_;
  std::set<std::string, std::less<>> folders_;
};

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_TRUST_H_
