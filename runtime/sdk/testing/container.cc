#include "runtime/sdk/testing/container.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// Of the Debian package busybox-static: it needs nothing else of a root filesystem.
constexpr const char* kBusybox = "/bin/busybox";

std::string NextId() {
  static int count = 0;
  return "test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

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

void ExpectNoCgroup(const std::string& mount, const std::string& id) {
  std::error_code error;  // a cgroup of another test may go while we look
  fs::recursive_directory_iterator entry(mount, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    EXPECT_NE(entry->path().filename(), id) << "a cgroup is left: " << entry->path();
  }
}

// The state folders of root and of the users that tests run containers as.
void ExpectNoState(const std::string& id) {
  std::vector<fs::path> roots = {"/run/slipway"};
  for (const auto& entry : fs::directory_iterator("/tmp")) {
    if (entry.path().filename().string().starts_with("slipway-")) roots.push_back(entry.path());
  }
  for (const fs::path& root : roots) EXPECT_FALSE(fs::exists(root / id)) << "state is left";
}

// What others mount on this machine is kept out of the census. Shared propagation, as systemd sets
// it, lets a mount of a container that does not see to its own come out to us.
void EnterOwnMounts() {
  static const bool own = unshare(CLONE_NEWNS) == 0;
  if (!own) return;
  static const bool shared = mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                             mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) == 0;
  EXPECT_TRUE(shared);
}

void MakeDevice(const std::string& path, unsigned major_number, unsigned minor_number) {
  if (mknod(path.c_str(), S_IFCHR | 0666, makedev(major_number, minor_number)) == 0) {
    chmod(path.c_str(), 0666);
  }
}

}  // namespace

std::string Runfile(const std::string& path) {
  const char* folder = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (!folder || !workspace) return path;
  return std::string(folder) + "/" + workspace + "/" + path;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool IsRoot() { return geteuid() == 0; }

ContainerTest::ContainerTest() : id_(NextId()) {
  EnterOwnMounts();
  mounts_before_ = ReadText("/proc/self/mountinfo");
  const char* base = std::getenv("TEST_TMPDIR");
  folder_ = std::string(base ? base : "/tmp") + "/container.XXXXXX";
  if (!mkdtemp(folder_.data())) std::abort();
  // Orphans of a container come to this process, so that the census sees them.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

ContainerTest::~ContainerTest() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

std::string ContainerTest::Write(const std::string& name, const std::string& text) const {
  std::string path = Path(name);
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << text;
  // A config that others may write is not taken from root, and a test may change the umask.
  chmod(path.c_str(), 0644);
  return path;
}

std::string ContainerTest::MakeRoot() const {
  std::string root = Path("root");
  if (fs::exists(root + "/bin")) return root;
  for (const char* name : {"bin", "dev", "etc", "proc", "root", "sys", "tmp"}) {
    fs::create_directories(root + "/" + name);
  }
  fs::copy_file(kBusybox, root + "/bin/busybox");
  std::istringstream applets(RunProgram({kBusybox, "--list"}).out);
  for (std::string applet; std::getline(applets, applet);) {
    if (applet != "busybox") fs::create_symlink("busybox", root + "/bin/" + applet);
  }
  MakeDevice(root + "/dev/null", 1, 3);
  MakeDevice(root + "/dev/zero", 1, 5);
  MakeDevice(root + "/dev/tty", 5, 0);
  return root;
}

std::string ContainerTest::WriteStages(const std::string& lines) const {
  return Write("test.yaml", "version: 1\nstages:\n" + lines);
}

std::vector<std::string> ContainerTest::Argv(const std::string& config,
                                             const std::vector<std::string>& command,
                                             const std::vector<std::string>& flags) const {
  std::vector<std::string> argv = {Runfile("runtime/runtime"), "--name", id_};
  // A stage's test is about the plugin of its own folder.
  if (const char* test = std::getenv("TEST_BINARY")) {
    argv.insert(argv.end(), {"--plugin-dir", fs::path(Runfile(test)).parent_path()});
  }
  if (!config.empty()) argv.insert(argv.end(), {"--config", config});
  argv.insert(argv.end(), flags.begin(), flags.end());
  if (!command.empty()) argv.push_back("--");
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

RunResult ContainerTest::RunContainer(const std::string& config,
                                      const std::vector<std::string>& command,
                                      const RunOptions& options,
                                      const std::vector<std::string>& flags) {
  RunResult result = RunProgram(Argv(config, command, flags), options);
  ExpectNothingLeft();
  return result;
}

RunResult ContainerTest::RunScript(const std::string& stages, const std::string& script) {
  MakeRoot();
  return RunContainer(WriteStages(stages), {"/bin/sh", "-c", script});
}

RunResult ContainerTest::Plan(const std::string& stages) {
  MakeRoot();
  return RunProgram({Runfile("runtime/runtime"), "plan", WriteStages(stages)});
}

void ContainerTest::ExpectNothingLeft() {
  // An orphan that has ended is this process's to reap.
  pid_t pid = 0;
  while ((pid = waitpid(-1, nullptr, WNOHANG)) > 0) {
  }
  EXPECT_TRUE(pid < 0 && errno == ECHILD) << "a process is left running";
  EXPECT_EQ(ReadText("/proc/self/mountinfo"), mounts_before_) << "mounts of the host changed";
  for (const std::string& mount : CgroupMounts()) ExpectNoCgroup(mount, id_);
  ExpectNoState(id_);
  id_ = NextId();
}

void AwaitRunning(const std::string& state) {
  const std::vector<std::string> argv = {
      Runfile("runtime/runtime"), "list", "--root", state, "--format", "json"};
  while (RunProgram(argv).out.find("\"running\"") == std::string::npos) sched_yield();
}

}  // namespace slipway::testing
