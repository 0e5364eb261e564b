// A terminal of the container's own: a pty of its devpts, which the runtime relays to and from the
// caller's. pty(7), and the Linux kernel's filesystems/devpts.

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <cerrno>

#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/mount.h"

namespace {

using slipway::Child;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Result;
using slipway::Status;
namespace sys = slipway::sys;

constexpr char kMaster[] = "/dev/pts/ptmx";
constexpr char kConsole[] = "/dev/console";
constexpr unsigned kSlaveMajors = 8;  // from UNIX98_PTY_SLAVE_MAJOR on

// Both ends must be of a devpts, whatever the container has at that path.
Status CheckOfDevpts(const sys::Fd& terminal, bool right_number) {
  struct statfs filesystem {};
  if (fstatfs(terminal.get(), &filesystem) != 0) {
    return Error(errno, "look at the container's", kMaster);
  }
  if (right_number && filesystem.f_type == DEVPTS_SUPER_MAGIC) return Ok();
  return Error("not a terminal of a devpts", kMaster, "the stage dev mounts one at /dev/pts");
}

dev_t NumberOf(const sys::Fd& file) {
  struct stat info {};
  return fstat(file.get(), &info) == 0 && S_ISCHR(info.st_mode) ? info.st_rdev : 0;
}

struct Pty {
  sys::Fd master;
  sys::Fd slave;
};

class Console final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&Console::device_>(
        "device", "The command's terminal is /dev/console too", {.fallback = "true"}));
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_PROCESS, "terminal",
                                    "one of the container's own, passed on to the caller's"));
    if (!device_) return Ok();
    return description.Add(SLIPWAY_EFFECT_MOUNT, kConsole, "the command's terminal");
  }

  Status PreClone(Plan& plan) override { return plan.RelayTerminal(); }

  Status InChild(Child& child) override {
    ASSIGN_OR_RETURN(const Pty pty, Open(child));
    // A further process has a terminal of its own, and the console stays the first one's.
    if (device_ && child.operation() != SLIPWAY_EXEC) {
      ASSIGN_OR_RETURN(const sys::Fd mount, sys::CloneTree(pty.slave, false, kConsole));
      RETURN_IF_ERROR(child.Attach(mount.get(), {kConsole}, SLIPWAY_ATTACH_NO_SYMLINKS));
    }
    return child.SetTerminal(pty.slave.get(), pty.master.get());
  }

 private:
  static Result<Pty> Open(Child& child) {
    Pty pty;
    ASSIGN_OR_RETURN(const int master,
                     child.OpenInRoot({kMaster}, O_RDWR | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK));
    pty.master = sys::Fd(master);
    RETURN_IF_ERROR(CheckOfDevpts(pty.master, NumberOf(pty.master) == makedev(TTYAUX_MAJOR, 2)));
    const int unlock = 0;
    if (ioctl(pty.master.get(), TIOCSPTLCK, &unlock) != 0) {
      return Error(errno, "unlock the container's terminal");
    }
    // Not by its path, which others may have made something else of; TIOCGPTPEER of ioctl_tty(2).
    pty.slave = sys::Fd(ioctl(pty.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!pty.slave.valid()) return Error(errno, "open the other end of the container's terminal");
    const unsigned number = major(NumberOf(pty.slave));
    RETURN_IF_ERROR(CheckOfDevpts(pty.slave, number >= UNIX98_PTY_SLAVE_MAJOR &&
                                                 number < UNIX98_PTY_SLAVE_MAJOR + kSlaveMajors));
    return pty;
  }

  bool device_ = true;
};

}  // namespace

SLIPWAY_STAGE(Console,
              {.name = "console",
               .summary = "A terminal of the container's own for the command",
               .privileges = SLIPWAY_ROOT_OR_USERNS,
               .joins = SLIPWAY_JOIN_PRE_CLONE | SLIPWAY_JOIN_IN_CHILD | SLIPWAY_JOIN_TERMINAL,
               .provides = {"terminal"},
               .requires_ = {"dev"}});
