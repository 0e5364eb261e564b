// Kernel parameters of the container's own namespaces: files of /proc/sys, sysctl(8), proc(5). As
// linux.sysctl of the OCI runtime specification.

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string>
#include <string_view>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"

namespace {

using slipway::Child;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;
namespace sys = slipway::sys;

constexpr char kFolder[] = "/proc/sys/";

// Where each namespace has its own: Documentation/admin-guide/sysctl of the kernel. Those of a
// folder end in '/'.
struct Kind {
  std::string_view path;
  uint64_t flag;
};
constexpr std::array kKinds = {
    Kind{"net/", CLONE_NEWNET},
    Kind{"user/", CLONE_NEWUSER},
    Kind{"kernel/domainname", CLONE_NEWUTS},
    Kind{"fs/mqueue/", CLONE_NEWIPC},
    Kind{"kernel/auto_msgmni", CLONE_NEWIPC},
    Kind{"kernel/msg_next_id", CLONE_NEWIPC},
    Kind{"kernel/msgmax", CLONE_NEWIPC},
    Kind{"kernel/msgmnb", CLONE_NEWIPC},
    Kind{"kernel/msgmni", CLONE_NEWIPC},
    Kind{"kernel/sem", CLONE_NEWIPC},
    Kind{"kernel/sem_next_id", CLONE_NEWIPC},
    Kind{"kernel/shm_next_id", CLONE_NEWIPC},
    Kind{"kernel/shm_rmid_forced", CLONE_NEWIPC},
    Kind{"kernel/shmall", CLONE_NEWIPC},
    Kind{"kernel/shmmax", CLONE_NEWIPC},
    Kind{"kernel/shmmni", CLONE_NEWIPC},
};

// As sysctl(8) reads a name: the separator that comes first separates, and the other one stands for
// it within a part. "net.ipv4.conf.eth0/100.rp_filter" is of the device eth0.100.
std::string PathOf(std::string path) {
  const size_t first = path.find_first_of("./");
  if (first == std::string::npos || path[first] == '/') return path;
  for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  return path;
}

// Does each part name an entry of its folder, and nothing else?
bool LeadsDown(std::string_view path) {
  while (true) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == path.size()) return true;
    path.remove_prefix(part.size() + 1);
  }
}

const Kind* FindKind(std::string_view path) {
  const auto* const kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& one) {
    return one.path.ends_with('/') ? path.starts_with(one.path) : path == one.path;
  });
  return kind == kKinds.end() ? nullptr : kind;
}

class Sysctl final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&Sysctl::values_>(
        "values", "Values of kernel parameters, by their names: {net.ipv4.ip_forward: 1}",
        {.required = true}));
  }

  Status Create(Context&) override {
    std::map<std::string, std::string> names;
    for (const auto& [name, value] : values_) {
      const std::string path = PathOf(name);
      if (!LeadsDown(path)) {
        return Blamed(Error("not the name of a kernel parameter", name,
                            "write it as sysctl(8) does: net.ipv4.ip_forward"),
                      name);
      }
      if (FindKind(path) == nullptr) return Blamed(OfTheMachine(name), name);
      if (value.empty() || value.find('\n') != std::string::npos) {
        return Blamed(Error("not a value of a kernel parameter", value, "write it in one line"),
                      name);
      }
      const auto [other, is_new] = names.emplace(path, name);
      if (is_new) continue;
      return Blamed(Error("given twice", name, "as " + other->second + " too"), name);
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    for (const auto& [name, value] : values_) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_FILE, kFolder + PathOf(name), value));
    }
    return Ok();
  }

  Status PreClone(Plan&) override {
    for (const auto& [name, value] : values_) {
      const uint64_t flag = FindKind(PathOf(name))->flag;
      if (machines_.contains(flag)) continue;
      ASSIGN_OR_RETURN(machines_[flag], sys::OwnNamespace(flag));
    }
    return Ok();
  }

  // The host's procfs shows each process the parameters of its own namespaces.
  Status InChild(Child&) override {
    for (const auto& [name, value] : values_) {
      const std::string path = PathOf(name);
      const uint64_t flag = FindKind(path)->flag;
      ASSIGN_OR_RETURN(const sys::NamespaceId own, sys::OwnNamespace(flag));
      if (own == machines_.at(flag)) return Blamed(NoNamespace(name, flag), name);
      auto file = sys::Open(kFolder + path, O_WRONLY);
      if (!file.ok()) return Blamed(NotOpened(std::move(file.error()), path, flag), name);
      Status written = sys::WriteFile(*file, kFolder + path, value);
      if (!written.ok()) return Blamed(NotTaken(std::move(written.error())), name);
    }
    return Ok();
  }

 private:
  static Status Blamed(Error error, const std::string& name) {
    return error.Option("values." + name);
  }

  static Error OfTheMachine(const std::string& name) {
    return Error("would change the whole machine", name,
                 "a container has net.*, user.*, fs.mqueue.*, kernel.domainname, and kernel.msg*, "
                 "sem* and shm* of its own; uts sets the host name");
  }

  static Error NoNamespace(const std::string& name, uint64_t flag) {
    const std::string kind = sys::NamespaceName(flag);
    return Error("would change the runtime's own", name,
                 "the container has no " + kind +
                     " namespace of its own: put a stage that makes one "
                     "into the pipeline");
  }

  static Error NotOpened(Error error, const std::string& path, uint64_t flag) {
    const std::string kind = sys::NamespaceName(flag);
    if (error->errno_value == ENOENT) {
      error.Hint("this kernel has no such parameter, or none for each " + kind + " namespace");
    } else if (error->errno_value == EROFS) {
      error.Hint(
          "the runtime's own /proc/sys is mounted read-only, as inside of another container");
    } else if (error->errno_value == EACCES) {
      error.Hint(WhyDenied(path, flag));
    }
    return error;
  }

  // sysctl_perm() of the kernel asks for no capability: by its mode the file is written by the
  // machine's root, or by that of the user namespace which owns the container's namespace.
  static std::string WhyDenied(const std::string& path, uint64_t flag) {
    struct stat facts {};
    if (stat((kFolder + path).c_str(), &facts) == 0 && (facts.st_mode & 0222) == 0) {
      return "it can only be read";
    }
    if (!IsOwnUserNamespaces(flag)) {
      return "the container's user namespace does not own the " +
             std::string(sys::NamespaceName(flag)) +
             " namespace that it has joined: set it where that was made";
    }
    return "in a user namespace the kernel leaves it to the machine's root: leave it out, or the "
           "user namespace";
  }

  static bool IsOwnUserNamespaces(uint64_t flag) {
    const std::string path = "/proc/self/ns/" + std::string(sys::NamespaceName(flag));
    const auto file = sys::Open(path, O_RDONLY);
    const auto user = sys::OwnNamespace(CLONE_NEWUSER);
    return !file.ok() || !user.ok() || sys::IsOwnedBy(file->get(), *user);
  }

  static Error NotTaken(Error error) {
    const int cause = error->errno_value;
    if (cause == EPERM) {
      error.Hint("the runtime's user has not the rights that the kernel asks for here");
    } else if (cause == EINVAL || cause == ENOENT) {
      error.Hint("the kernel does not take this value");
    }
    return error;
  }

  std::map<std::string, std::string> values_;
  std::map<uint64_t, sys::NamespaceId> machines_;  // the runtime's, by flags
};

}  // namespace

SLIPWAY_STAGE(Sysctl, {.name = "sysctl",
                       .summary = "Kernel parameters of the container's own namespaces",
                       .privileges = SLIPWAY_ROOT_OR_USERNS,
                       .after = {"user-namespace"}});
