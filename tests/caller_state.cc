#include "tests/caller_state.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

void Must(bool done, const char* what) {
  if (done) return;
  dprintf(STDERR_FILENO, "cannot bring about the caller's state: %s: %m\n", what);
  _exit(EXIT_FAILURE);
}

// A folder that nobody else knows, where the test's own are.
std::string NewFolder() {
  const char* base = std::getenv("TEST_TMPDIR");
  std::string folder = std::string(base ? base : "/var/tmp") + "/caller.XXXXXX";
  Must(mkdtemp(folder.data()) != nullptr, "mkdtemp");
  return folder;
}

void EnterOwnMounts() {
  Must(unshare(CLONE_NEWNS) == 0, "unshare");
  Must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "mount private");
}

void Bind(const std::string& from, const std::string& to) {
  Must(mount(from.c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0, "bind");
}

void Remount(const std::string& folder, unsigned long flags) {
  EnterOwnMounts();
  Bind(folder, folder);
  const int done = mount(nullptr, folder.c_str(), nullptr, MS_BIND | MS_REMOUNT | flags, nullptr);
  Must(done == 0, "remount");
}

// A root folder in memory, with what is in the old one but for /tmp.
void EnterRootWithoutTmp() {
  EnterOwnMounts();
  const std::string root = NewFolder();
  Must(mount("tmpfs", root.c_str(), "tmpfs", 0, "mode=755") == 0, "mount");
  for (const auto& entry : fs::directory_iterator("/")) {
    const std::string name = entry.path().filename();
    const std::string target = root + "/" + name;
    if (name == "tmp") continue;
    if (entry.is_symlink()) {
      fs::copy_symlink(entry.path(), target);
    } else if (entry.is_directory()) {
      Must(mkdir(target.c_str(), 0755) == 0, "mkdir");
      Bind("/" + name, target);
    }
  }
  // pivot_root(2), "pivot_root(".", ".")".
  Must(chdir(root.c_str()) == 0 && syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
  Must(umount2(".", MNT_DETACH) == 0 && chdir("/") == 0, "umount");
  // It came along as a part of what is bound.
  Must(umount2(root.c_str(), MNT_DETACH) == 0 && rmdir(root.c_str()) == 0, "rmdir");
}

}  // namespace

void DropRightsToFiles() {
  // An exec gives root all capabilities of the bounding set; capabilities(7).
  for (int capability : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}) {
    Must(prctl(PR_CAPBSET_DROP, capability) == 0, "PR_CAPBSET_DROP");
  }
}

void DeleteCurrentFolder() {
  const std::string folder = NewFolder();
  Must(chdir(folder.c_str()) == 0 && rmdir(folder.c_str()) == 0, "delete the current folder");
}

void EnterFolderOfNoRights() {
  const std::string folder = NewFolder();
  Must(chdir(folder.c_str()) == 0 && chmod(folder.c_str(), 0) == 0, "chmod");
  DropRightsToFiles();
}

void CloseDescriptors(const std::vector<int>& fds) {
  for (int fd : fds) close(fd);
}

void FillDescriptors(const std::vector<int>& fds) {
  const int full = open("/dev/full", O_RDWR | O_CLOEXEC);
  Must(full >= 0, "/dev/full");
  for (int fd : fds) dup2(full, fd);
}

void OpenManyDescriptors() {
  for (int i = 0; i < 200; ++i) Must(open("/dev/null", O_RDONLY) >= 0, "/dev/null");
}

void HangUpDescriptors(const std::vector<int>& fds) {
  int master = -1;
  int terminal = -1;
  Must(openpty(&master, &terminal, nullptr, nullptr, nullptr) == 0, "openpty");
  Must(setsid() > 0 && ioctl(terminal, TIOCSCTTY, 0) == 0, "TIOCSCTTY");
  // The hang-up is also a signal to the session's leader, which this is.
  signal(SIGHUP, SIG_IGN);
  close(master);
  signal(SIGHUP, SIG_DFL);
  for (int fd : fds) dup2(terminal, fd);
  close(terminal);
}

void IgnoreSignals() {
  for (int number = 1; number <= SIGRTMAX; ++number) signal(number, SIG_IGN);
}

void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  Must(sigprocmask(SIG_SETMASK, &all, nullptr) == 0, "sigprocmask");
}

void Limit(__rlimit_resource resource, rlim_t value) {
  const struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
  Must(setrlimit(resource, &limit) == 0, "setrlimit");
}

void MakeHugeEnvironment() {
  const auto most = static_cast<size_t>(sysconf(_SC_ARG_MAX)) / 10 * 9;
  const std::string value(size_t{100} << 10, 'x');  // MAX_ARG_STRLEN is 128 KiB
  for (size_t i = 0; (i + 1) * value.size() < most; ++i) {
    setenv(("HUGE_" + std::to_string(i)).c_str(), value.c_str(), 1);
  }
}

void RemoveTmp() { EnterRootWithoutTmp(); }

void MakeTmpAFile() {
  EnterRootWithoutTmp();
  Must(close(open("/tmp", O_CREAT | O_WRONLY | O_CLOEXEC, 0644)) == 0, "create /tmp");
}

void MakeTmpReadOnly() { Remount("/tmp", MS_RDONLY); }

void MakeNoexec(const std::string& folder) { Remount(folder, MS_NOEXEC); }

}  // namespace slipway::testing
