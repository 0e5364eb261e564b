#include "plugins/landlock/ruleset.h"

#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::landlock {
namespace {

// As the kernel has them, which Debian 12's header does not. What an older kernel does not know has
// to be 0.
struct RulesetAttributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};

struct NetPortAttributes {
  uint64_t allowed_access;
  uint64_t port;
};

constexpr int kNetPortRule = 2;  // LANDLOCK_RULE_NET_PORT

}  // namespace

int Abi() {
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? -errno : static_cast<int>(abi);
}

Result<sys::Fd> MakeRuleset(const Restricted& restricted) {
  const RulesetAttributes attributes{.handled_access_fs = restricted.files,
                                     .handled_access_net = restricted.tcp,
                                     .scoped = restricted.scope};
  const long made = syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
  if (made < 0) return Error(errno, "make a ruleset of Landlock");
  return sys::Fd(static_cast<int>(made));
}

Status AllowFile(const sys::Fd& ruleset, const sys::Fd& file, uint64_t rights,
                 const std::string& path) {
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Error(errno, "look at the container's", path);
  if (!S_ISDIR(facts.st_mode)) rights &= kOfFiles;
  if (rights == 0) return Ok();
  const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = file.get()};
  if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0) {
    return Ok();
  }
  return Error(errno, "allow the command what it may do with", path);
}

Status AllowPort(const sys::Fd& ruleset, int64_t port, uint64_t rights) {
  const NetPortAttributes rule{.allowed_access = rights, .port = static_cast<uint64_t>(port)};
  if (syscall(SYS_landlock_add_rule, ruleset.get(), kNetPortRule, &rule, 0) == 0) return Ok();
  const int cause = errno;
  return Error(cause, "allow the command the TCP port", std::to_string(port),
               cause == EAFNOSUPPORT ? "this kernel has no TCP" : "");
}

Status RestrictSelf(int ruleset) {
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) == 0) return Ok();
  const int cause = errno;
  const char* hint = "";
  if (cause == EPERM) {
    hint = "it takes no_new_privs, which the stage credentials sets, or CAP_SYS_ADMIN";
  }
  if (cause == E2BIG) hint = "the runtime itself runs below as many rulesets as the kernel takes";
  return Error(cause, "restrict the command by Landlock", {}, hint);
}

}  // namespace slipway::landlock
