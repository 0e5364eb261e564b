// The state folder: one folder for each container, with its journal.
//
// Who may write there may have a privileged `runtime gc` undo what was never done, so the folder
// belongs to the user who runs the runtime, and nobody else may write to it.

#ifndef SLIPWAY_RUNTIME_STATE_ROOT_H_
#define SLIPWAY_RUNTIME_STATE_ROOT_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::state {

// Where the state of a user's containers is, unless --root says otherwise: /run/slipway for root;
// else slipway below XDG_RUNTIME_DIR or, without that, below /run/user/UID, where there is a login
// session; else /tmp/slipway-UID. A folder that is not there, or not the user's own, as after
// su(1), counts as none.
// user: geteuid(2). runtime_dir: XDG_RUNTIME_DIR, or null; what does not begin with '/' counts as
// null, as the XDG Base Directory Specification says.
std::string DefaultRoot(uid_t user, const char* runtime_dir);

// DefaultRoot() of this process. A process with more rights than its invoker (AT_SECURE) does not
// look at the environment.
std::string DefaultRootOfThisProcess();

class Root {
 public:
  // Opens the folder, and makes it (mode 0700) and those above it if they are not there. Fails
  // when it is not this user's own, or reached through another's symlink; where everybody may put
  // one, through any. What cleans /tmp leaves it alone as long as this lives.
  static Result<Root> Make(const std::string& path);

  // Opens the folder for reading what is in it; one that is not there is empty.
  static Result<Root> Open(const std::string& path);

  const std::string& path() const { return path_; }
  const sys::Fd& fd() const { return fd_; }  // invalid: it is not there

  // May what is here outlast the kernel's boot? Not on a filesystem in memory.
  bool OutlastsBoot() const;

  // The names of all containers' folders, sorted.
  Result<std::vector<std::string>> Ids() const;

 private:
  explicit Root(std::string path) : path_(std::move(path)) {}

  // Opens it, if it is there and a safe place.
  Status OpenFolder();
  Status CheckOwnerOf(const struct stat& facts) const;
  Error NotOpened(int cause) const;
  Error NotSafe(const std::string& why) const;

  std::string path_;
  sys::Fd fd_;
};

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_ROOT_H_
