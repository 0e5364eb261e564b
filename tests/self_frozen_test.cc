// A container that has frozen its own cgroup, as root in it can where it has cgroups mounted: its
// runtime does not know that, and yet it goes on when it is told to, and ends when it is killed.
// In cgroup v1 a frozen process takes no SIGKILL.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/running_container.h"

namespace slipway::testing {
namespace {

constexpr char kStages[] =
    "  - pid\n  - mount: {root: root}\n  - proc\n"
    "  - first-of:\n      - cgroup-v2: {pids.max: 9}\n      - cgroup-v1: {pids.max: 9}\n";

// Where the machine has a hierarchy with the option, or of the type; "": nowhere. Fields of
// proc_pid_mountinfo(5).
std::string MountOf(const std::string& type, const std::string& option) {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string skipped, path, word, seen_type, source, options;
    words >> skipped >> skipped >> skipped >> skipped >> path;
    while (words >> word && word != "-") {
    }
    words >> seen_type >> source >> options;
    if (seen_type == type && ("," + options + ",").find(option) != std::string::npos) return path;
  }
  return "";
}

class SelfFrozen : public RunningContainer {
 protected:
  void SetUp() override {
    RunningContainer::SetUp();
    if (IsSkipped()) return;
    Start(kStages, {"--outlive-runtime"});
    // In v1 the freezer's cgroup is made by the first pause.
    ASSERT_EQ(Later({"pause", id()}).status, 0);
    ASSERT_EQ(Later({"resume", id()}).status, 0);
    Freeze();
  }

  void TearDown() override {
    if (!IsSkipped()) Later({"resume", id()});
    RunningContainer::TearDown();
  }

  void Freeze() {
    const std::string json = Later({"list", "--format", "json"}).out;
    const std::string pid =
        json.substr(json.find("\"pid\":") + 6, json.find(",\"since\"") - json.find("\"pid\":") - 6);
    std::istringstream lines(ReadText("/proc/" + pid + "/cgroup"));
    for (std::string line; std::getline(lines, line);) {
      const std::string path = line.substr(line.find(':', line.find(':') + 1) + 1);
      if (path.find(id()) == std::string::npos) continue;
      if (line.find(":freezer:") != std::string::npos) {
        return Write(MountOf("cgroup", ",freezer,") + path + "/freezer.state", "FROZEN", "FROZEN");
      }
      if (line.starts_with("0::")) {
        return Write(MountOf("cgroup2", "") + path + "/cgroup.freeze", "1", "1");
      }
    }
    FAIL() << "no freezer";
  }

 private:
  static void Write(const std::string& file, const std::string& text, const std::string& then) {
    std::ofstream(file) << text;
    while (!ReadText(file).starts_with(then)) sched_yield();
  }
};

TEST_F(SelfFrozen, GoesOnWhenItIsResumed) {
  ASSERT_EQ(Later({"resume", id()}).status, 0);
  EXPECT_EQ(Later({"exec", id(), "/bin/echo", "runs"}).out, "runs\n");
}

// In v1 the new command freezes as it enters, and its output stays open.
TEST_F(SelfFrozen, GivesUpAFurtherCommandInTime) {
  const std::string file = test_.Write("said", "");
  RunOptions options;
  options.prepare = [&file] {
    const int said = open(file.c_str(), O_WRONLY | O_APPEND);
    dup2(said, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
    close(said);
  };
  const Words words = Argv({"exec", "--hook-timeout", "1", id(), "/bin/echo", "runs"});
  const RunResult result = RunProgram(words, options);
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(ReadText(file).find("no end within 1 s"), std::string::npos) << ReadText(file);
}

TEST_F(SelfFrozen, EndsWithKill) {
  EXPECT_EQ(Later({"kill", id(), "KILL"}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 128 + SIGKILL);
}

TEST_F(SelfFrozen, EndsWithKillOfAll) {
  EXPECT_EQ(Later({"kill", "--all", id(), "KILL"}).status, 0);
  EXPECT_EQ(AwaitEnd().status, 128 + SIGKILL);
}

TEST_F(SelfFrozen, EndsWithStop) {
  const RunResult stopped = Later({"stop", "--time", "0", id()});
  EXPECT_EQ(stopped.err, "");
  EXPECT_EQ(stopped.status, 0);
}

TEST_F(SelfFrozen, EndsWithDelete) {
  const RunResult deleted = Later({"delete", "--force", id()});
  EXPECT_EQ(deleted.err, "");
  EXPECT_EQ(deleted.status, 0);
}

TEST_F(SelfFrozen, EndsWithGcOnceItsRuntimeHasDied) {
  KillRuntime();
  EXPECT_EQ(Later({"delete", "--force", id()}).status, 0);
  EXPECT_EQ(Later({"list", "--format", "json"}).out, "[]\n");
}

}  // namespace
}  // namespace slipway::testing
