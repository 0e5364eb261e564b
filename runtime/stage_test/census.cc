#include "runtime/stage_test/census.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "runtime/sys/fd.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/process.h"

namespace slipway::stage_test {
namespace {

namespace fs = std::filesystem;

// For processes that are about to end when the container has: a machine may be busy.
constexpr std::chrono::seconds kGrace{1};

std::vector<std::string> ReadLines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string Word(const std::string& line, size_t number) {
  std::istringstream words(line);
  std::string word;
  for (size_t i = 0; i <= number; ++i) words >> word;
  return word;
}

// Of a line of mountinfo, in which a blank is \040; proc(5).
std::string TargetOf(const std::string& mount) {
  const std::string escaped = Word(mount, 4);
  std::string target;
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == '\\' && i + 3 < escaped.size()) {
      target += static_cast<char>(std::stoi(escaped.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      target += escaped[i];
    }
  }
  return target;
}

struct Process {
  pid_t pid;
  std::string name;
};

// PID (NAME) STATE PARENT ...; the name may hold anything. proc(5)
bool IsOwnChild(const std::string& stat, std::string& name) {
  const size_t open = stat.find('(');
  const size_t close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return false;
  name = stat.substr(open + 1, close - open - 1);
  return Word(stat.substr(close + 1), 1) == std::to_string(getpid());
}

std::vector<Process> Children() {
  std::vector<Process> children;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string number = entry.path().filename();
    if (number.empty() || isdigit(static_cast<unsigned char>(number[0])) == 0) continue;
    const std::vector<std::string> lines = ReadLines(entry.path() / "stat");
    std::string name;
    if (!lines.empty() && IsOwnChild(lines[0], name)) children.push_back({std::stoi(number), name});
  }
  return children;
}

// Has the child ended by then? It stays to be waited for.
bool EndsBy(pid_t pid, std::chrono::steady_clock::time_point deadline) {
  const Result<sys::Fd> pidfd = sys::OpenPidfd(pid);
  if (!pidfd.ok()) return false;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto ended = sys::AwaitExit(*pidfd, std::max(left, std::chrono::milliseconds(0)));
  return ended.ok() && *ended;
}

// Whether there is no child any more, ended ones included.
bool ReapAll() {
  pid_t pid = 0;
  while ((pid = waitpid(-1, nullptr, WNOHANG)) > 0) {
  }
  return pid < 0 && errno == ECHILD;
}

// A cgroup's children before itself. Those of others may go meanwhile.
void FindCgroups(const fs::path& folder, const std::string& id, bool inside,
                 std::vector<fs::path>& found) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code gone;
    if (!entry->is_directory(gone) || entry->is_symlink(gone)) continue;
    const bool named = entry->path().filename().string().find(id) != std::string::npos;
    FindCgroups(entry->path(), id, inside || named, found);
    if (inside || named) found.push_back(entry->path());
  }
}

std::string Why(int cause) { return std::string(", and cannot be removed: ") + strerror(cause); }

}  // namespace

void PrepareCensus() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0) return;
  // Shared, as systemd has it: a mount of a container that does not see to its own comes out.
  (void)sys::MakeAllMountsPrivate();
  mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr);
}

std::vector<std::string> MountPointsOf(std::string_view type) {
  std::vector<std::string> points;
  for (const std::string& line : ReadLines("/proc/self/mounts")) {
    if (Word(line, 2) == type) points.push_back(Word(line, 1));
  }
  return points;
}

// A plain user cannot mount anything that others see, and others may meanwhile.
Census::Census() {
  if (geteuid() == 0) mounts_ = ReadLines("/proc/self/mountinfo");
  // Of the program whose place this one has taken by exec.
  for (const Process& process : Children()) children_.insert(process.pid);
}

std::vector<std::string> Census::TakeProcesses() const {
  std::vector<std::string> left;
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  std::set<pid_t> known = children_;  // with those that this user may not end
  // The children of one that has ended come next.
  while (!ReapAll()) {
    std::vector<Process> children = Children();
    const bool seen = !children.empty();
    std::erase_if(children, [&](const Process& process) { return known.contains(process.pid); });
    if (children.empty()) {
      if (!seen) left.emplace_back("a process that /proc does not show still runs");
      break;
    }
    for (const Process& process : children) {
      if (EndsBy(process.pid, deadline)) continue;
      std::string text =
          "process " + std::to_string(process.pid) + " (" + process.name + ") still runs";
      if (kill(process.pid, SIGKILL) == 0) {
        waitpid(process.pid, nullptr, 0);
      } else {
        text += Why(errno);
        known.insert(process.pid);
      }
      left.push_back(std::move(text));
    }
  }
  return left;
}

std::vector<std::string> Census::TakeMounts() const {
  std::vector<std::string> left;
  if (geteuid() != 0) return left;
  const std::vector<std::string> now = ReadLines("/proc/self/mountinfo");
  const auto lacks = [](const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) == lines.end();
  };
  for (auto line = now.rbegin(); line != now.rend(); ++line) {
    if (!lacks(mounts_, *line)) continue;
    const std::string target = TargetOf(*line);
    const bool gone = umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0;
    left.push_back("mount at " + target + " is left" + (gone ? "" : Why(errno)));
  }
  for (const std::string& line : mounts_) {
    if (lacks(now, line)) left.push_back("mount at " + TargetOf(line) + " is gone, or changed");
  }
  return left;
}

std::vector<std::string> Census::TakeCgroups(const std::string& id) {
  std::vector<fs::path> found;
  for (const char* type : {"cgroup", "cgroup2"}) {
    for (const std::string& mount : MountPointsOf(type)) {
      FindCgroups(mount, id, /*inside=*/false, found);
    }
  }
  std::vector<std::string> left;
  for (const fs::path& path : found) {
    const bool gone = rmdir(path.c_str()) == 0;
    left.push_back("cgroup " + path.string() + " is left" + (gone ? "" : Why(errno)));
  }
  return left;
}

// What begins with a '.' is the runtime's own, of no container.
std::vector<std::string> Census::Containers(const std::string& state) {
  std::vector<std::string> left;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(state, none)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with('.')) left.push_back("container " + name + " is still in `runtime list`");
  }
  return left;
}

Status RemoveFolder(const std::string& path) {
  for (const std::string& line : ReadLines("/proc/self/mountinfo")) {
    if (!TargetOf(line).starts_with(path + "/")) continue;
    return Error("cannot remove the folder of the case", path,
                 TargetOf(line) + " is still mounted in it: unmount that first");
  }
  std::error_code error;
  fs::remove_all(path, error);
  return error ? Error(error.value(), "remove the folder of the case", path) : Ok();
}

}  // namespace slipway::stage_test
