#include "tests/hostile/contained.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "plugins/network/host_network.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// Enough for all that the test starts, and too few for what would hurt the machine.
constexpr int kTasks = 1500;

// Of the controller pids, on either version; nothing where there is none to be had.
class OwnCgroup {
 public:
  OwnCgroup() {
    for (const char* hierarchy : {"/sys/fs/cgroup/pids", "/sys/fs/cgroup"}) {
      const std::string path =
          std::string(hierarchy) + "/slipway-hostile-" + std::to_string(TestNumber());
      std::error_code error;
      if (!fs::exists(std::string(hierarchy) + "/cgroup.procs", error)) continue;
      if (!fs::create_directory(path, error)) continue;
      std::ofstream(path + "/pids.max") << kTasks;
      path_ = path;
      return;
    }
  }
  OwnCgroup(const OwnCgroup&) = delete;
  OwnCgroup& operator=(const OwnCgroup&) = delete;
  // Whoever was in it has ended with its PID namespace.
  ~OwnCgroup() {
    if (!path_.empty()) rmdir(path_.c_str());
  }

  void Enter() const {
    if (!path_.empty()) std::ofstream(path_ + "/cgroup.procs") << getpid();
  }

 private:
  std::string path_;
};

// Mounts are shared, as systemd has it: what a container lets out is seen.
bool PrepareSurroundings() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) != 0) return false;
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return false;
  if (mount("none", "/dev/shm", "tmpfs", 0, "mode=1777") != 0) return false;
  network::MakeWayOut();
  return true;
}

}  // namespace

pid_t TestNumber() {
  static const pid_t number = getpid();
  return number;
}

int RunContained(const std::function<int()>& run) {
  TestNumber();
  if (geteuid() != 0) return run();
  const OwnCgroup cgroup;
  const pid_t outer = fork();
  if (outer == 0) {
    cgroup.Enter();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
      perror("unshare");
      _exit(1);
    }
    const pid_t first = fork();
    if (first == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (PrepareSurroundings()) exit(run());
      perror("the test's own namespaces");
      _exit(1);
    }
    int status = 1;
    waitpid(first, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  int status = 1;
  waitpid(outer, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace slipway::testing
