#include "tests/sweep/census.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTmp = "/tmp";
constexpr std::string_view kBelowTmp = "/tmp/";
constexpr int kPatience = 5000;  // ms

std::vector<std::string> CgroupMounts() {
  std::vector<std::string> mounts;
  std::istringstream lines(ReadText("/proc/self/mounts"));
  std::string device, point, type, line;
  while (std::getline(lines, line)) {
    std::istringstream(line) >> device >> point >> type;
    if (type == "cgroup" || type == "cgroup2") mounts.push_back(point);
  }
  return mounts;
}

// The folders of /tmp in which the clone lies, or what Bazel has built, or what it waits for.
std::set<std::string> FoldersNeeded() {
  std::set<std::string> needed = {Runfile("runtime/runtime"), Runfile("configs/host.yaml")};
  for (const char* name :
       {"TEST_SRCDIR", "TEST_TMPDIR", "TEST_UNDECLARED_OUTPUTS_DIR", "XML_OUTPUT_FILE"}) {
    if (const char* path = std::getenv(name)) needed.insert(path);
  }
  std::set<std::string> folders;
  for (const std::string& path : needed) {
    std::error_code error;
    for (const fs::path& place : {fs::absolute(path, error), fs::canonical(path, error)}) {
      const std::string text = place.string();
      if (!text.starts_with(kBelowTmp)) continue;
      const std::string folder = text.substr(0, text.find('/', kBelowTmp.size()));
      if (fs::is_directory(folder)) folders.insert(folder);
    }
  }
  return folders;
}

std::set<std::string>& FoldersKept() {
  static std::set<std::string> folders;
  return folders;
}

// All but the programs of the containers' root, which nobody touches, and what is not ours.
std::vector<std::string> Files() {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(kTmp, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const bool kept = entry.depth() == 0 && FoldersKept().contains(entry->path());
    if (kept || entry->path().filename() == "bin") entry.disable_recursion_pending();
    files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// But for those that are `spared`.
std::vector<pid_t> Children(const std::vector<pid_t>& spared = {}) {
  const std::string self = std::to_string(getpid());
  std::istringstream text(ReadText("/proc/self/task/" + self + "/children"));
  std::vector<pid_t> children;
  for (pid_t pid = 0; text >> pid;) {
    if (std::find(spared.begin(), spared.end(), pid) == spared.end()) children.push_back(pid);
  }
  return children;
}

// What stands still takes no SIGKILL in v1.
void Thaw(const std::string& id, const std::vector<std::string>& cgroup_mounts) {
  for (const std::string& mount : cgroup_mounts) {
    for (const auto& [file, text] :
         {std::pair("/freezer.state", "THAWED"), {"/cgroup.freeze", "0"}}) {
      std::ofstream(mount + "/" + id + file) << text;
    }
  }
}

// False when it still runs after all the patience; then it is killed.
bool Ends(pid_t pid, const std::function<void()>& thaw) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  pollfd event{.fd = pidfd, .events = POLLIN, .revents = 0};
  const bool ended = pidfd < 0 || poll(&event, 1, kPatience) > 0;
  if (!ended) {
    kill(pid, SIGKILL);
    thaw();
  }
  waitpid(pid, nullptr, __WALL);
  if (pidfd >= 0) close(pidfd);
  return ended;
}

void TakeProcesses(const std::vector<pid_t>& spared, const std::function<void()>& thaw,
                   std::vector<std::string>& residue) {
  while (waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
  }
  // Those of a process that is killed here come next.
  for (std::vector<pid_t> children; !(children = Children(spared)).empty();) {
    for (pid_t pid : children) {
      std::string name = ReadText("/proc/" + std::to_string(pid) + "/comm");
      while (!name.empty() && name.back() == '\n') name.pop_back();
      if (!Ends(pid, thaw)) residue.push_back("process " + std::to_string(pid) + " (" + name + ")");
    }
  }
}

}  // namespace

void EnterOwnTmp() {
  ASSERT_EQ(unshare(CLONE_NEWNS), 0);
  ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  std::map<std::string, int> kept;
  for (const std::string& folder : FoldersNeeded()) {
    kept[folder] = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    ASSERT_GE(kept[folder], 0) << folder;
    FoldersKept().insert(folder);
  }
  ASSERT_EQ(mount("tmpfs", kTmp, "tmpfs", 0, "mode=1777"), 0);
  for (const auto& [folder, fd] : kept) {
    const std::string source = "/proc/self/fd/" + std::to_string(fd);
    ASSERT_EQ(mkdir(folder.c_str(), 0755), 0) << folder;
    ASSERT_EQ(mount(source.c_str(), folder.c_str(), nullptr, MS_BIND | MS_REC, nullptr), 0)
        << folder;
    close(fd);
  }
  setenv("TEST_TMPDIR", kTmp, 1);
}

Census::Census()
    : mounts_(ReadText("/proc/self/mountinfo")),
      cgroup_mounts_(CgroupMounts()),
      files_(Files()),
      children_(Children()) {}

std::vector<std::string> Census::TakeResidue(const std::string& id) const {
  std::vector<std::string> residue;
  TakeProcesses(
      children_, [&] { Thaw(id, cgroup_mounts_); }, residue);
  if (ReadText("/proc/self/mountinfo") != mounts_) residue.push_back("mounts of the host changed");
  for (const std::string& mount : cgroup_mounts_) {
    const std::string cgroup = mount + "/" + id;
    if (access(cgroup.c_str(), F_OK) != 0) continue;
    residue.push_back("cgroup " + cgroup);
    rmdir(cgroup.c_str());
  }
  const std::vector<std::string> files = Files();
  std::vector<std::string> changed;
  std::set_symmetric_difference(files.begin(), files.end(), files_.begin(), files_.end(),
                                std::back_inserter(changed));
  for (const std::string& file : changed) {
    residue.push_back("file " + file);
    std::error_code error;
    if (!std::binary_search(files_.begin(), files_.end(), file)) fs::remove_all(file, error);
  }
  return residue;
}

std::vector<std::string> Census::CgroupsOf(const std::string& prefix) {
  std::vector<std::string> found;
  for (const std::string& mount : CgroupMounts()) {
    std::error_code error;  // a cgroup of another test may go while we look
    fs::recursive_directory_iterator entry(mount, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->path().filename().string().starts_with(prefix)) found.push_back(entry->path());
    }
  }
  return found;
}

}  // namespace slipway::testing
