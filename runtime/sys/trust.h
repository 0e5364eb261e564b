// Whose files may say what a privileged runtime does: plugins, configs, and what a stage reads.
//
// A privileged process takes such a file only where nobody but root, or the person who invoked it,
// can have put it or can swap it: that is asked of the file, of every folder above it, and of
// every folder that holds a symlink on the way. A sticky folder that everybody may write to, such
// as /tmp, may lie above: nobody takes away there what is another's. But only a folder is taken
// from it, because files and links of others can be put there under any name, link(2). POSIX ACLs
// are covered without being read: the group bits of a file with an ACL are its mask, so whatever an
// ACL lets someone write is writable by group here. The ACLs of NFSv4 are not looked at.

#ifndef SLIPWAY_RUNTIME_SYS_TRUST_H_
#define SLIPWAY_RUNTIME_SYS_TRUST_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::sys {

// The user whose files are trusted beside root's; 0: none.
// real_uid: getuid(2). sudo_uid: SUDO_UID of the environment, or null.
uid_t Invoker(uid_t real_uid, const char* sudo_uid);

// Invoker() of this process.
uid_t InvokerOfThisProcess();

// The users whose files are trusted.
struct Owners {
  uid_t root = 0;
  uid_t invoker = 0;
  const char* option = "";  // by which somebody may vouch for a folder of another owner's
};

// Who stands for root, where `owner` owns "/". In a user namespace that does not map root, root
// comes out as the overflow uid, and so does every other user that is not mapped: the check is
// weaker there, as are the rights of the process, which are its invoker's. Where that uid is
// mapped, as it is outside of user namespaces, it is a user like any other: nobody.
// uid_map: the text of /proc/self/uid_map; empty: not known.
uid_t Root(uid_t owner, const std::string& uid_map);

// Fails unless what `facts` (lstat(2)) say of `path` is owned by one of `owners` and is not
// writable by group or others, sticky or not. A symlink is judged by its owner alone.
Status CheckTrust(const std::string& path, const struct stat& facts, const Owners& owners);

// Walks paths and remembers the folders that it has found trusted.
class TrustedPaths {
 public:
  // vouched: folders that somebody has vouched for, absolute and without symlinks: whatever lies
  // there is trusted, and they themselves are. What leads to them is judged as ever.
  // option: by which it was vouched, or may be the next time.
  explicit TrustedPaths(uid_t invoker, std::vector<std::string> vouched = {},
                        const char* option = "")
      : owners_{.root = 0, .invoker = invoker, .option = option}, vouched_(std::move(vouched)) {}

  // `path`, absolute and without symlinks, when all that leads there is trusted; else the error
  // names the first that is not, with its owner and mode, and what would be right.
  // facts: what lstat(2) says of it, if that is known.
  Result<std::string> Resolve(const std::string& path, const struct stat* facts = nullptr);

  // Fails unless `path`, which Resolve has returned, is trusted by these `facts` of its own.
  Status Judge(const std::string& path, const struct stat& facts) const;

  // May `path`, whose facts lstat(2) says, be followed as it is: is it an entry of a folder that
  // was found trusted, and trusted itself?
  bool Admits(const std::string& path, const struct stat& facts) const {
    return KnowsFolderOf(path) && Judge(path, facts).ok();
  }

  // Fails unless the file that was opened at `path`, whose facts are these (fstat(2)), is trusted
  // with all that leads there.
  Status JudgeOpened(const std::string& path, const struct stat& facts);

 private:
  // Judges an entry of a folder that was judged, and remembers it if it is a folder.
  Status Enter(const std::string& path, const struct stat& facts);

  // Does it lie below a folder that somebody has vouched for, or is it one?
  bool IsVouched(std::string_view path) const;

  // Is `path` that of an entry of a trusted folder, written as the folder's own path is?
  bool KnowsFolderOf(std::string_view path) const;

  // The longest part of `path` that is a trusted folder's own path; or nothing.
  std::string KnownPartOf(const std::string& path) const;

  // Looks at "/", once; the walk of every path begins there.
  Status CheckRoot();

  Owners owners_;
  std::vector<std::string> vouched_;
  std::set<std::string, std::less<>> folders_;
  std::map<std::string, struct stat> sticky_;  // folders that only lead to trusted ones
};

// The text of a file that says what is done with this process's rights. Fails when that has any,
// and the file is not trusted; and when it is none, or longer than `longest` bytes. what: it is to
// be, in words.
Result<std::string> ReadTrusted(const std::string& path, size_t longest, const std::string& what);

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_TRUST_H_
