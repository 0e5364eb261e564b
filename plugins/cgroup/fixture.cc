#include "plugins/cgroup/fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup::testing {
namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunOptions;
using slipway::testing::RunResult;

constexpr int kMostSpare = 64;  // descriptors; a teardown needs far fewer

// 22 times 50 levels, each with one mkdir. $0: the container's id.
constexpr const char* kNest =
    "cd /tmp/$0 || exit 1\n"
    "steps=a; while [ ${#steps} -lt 99 ]; do steps=$steps/a; done\n"
    "i=0; while [ $i -lt 22 ]; do mkdir -p $steps && cd $steps || exit 1; i=$((i + 1)); done\n"
    "sh -c 'echo 0 >cgroup.procs; exec sleep 1000' </dev/null >/dev/null 2>&1 &\n"
    "until grep -q . cgroup.procs; do :; done\n"
    "echo nested\n";

}  // namespace

void CgroupTest::SetUp() {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const auto mountinfo = sys::ReadFile("/proc/self/mountinfo");
  ASSERT_TRUE(mountinfo.ok());
  mounts_ = ParseCgroupMounts(*mountinfo);
  if (const CgroupMount* unified = FindUnified(mounts_)) v2_ = unified->mount_point;
  if (!v2_.empty()) enabled_ = Content(v2_ + "/cgroup.subtree_control");
}

void CgroupTest::TearDown() {
  for (auto path = foreign_.rbegin(); path != foreign_.rend(); ++path) rmdir(path->c_str());
  if (v2_.empty()) return;
  const std::string control = v2_ + "/cgroup.subtree_control";
  const std::string now = Content(control);
  for (std::string_view controller : Split(now, " \n")) {
    if (HasWord(enabled_, controller)) continue;
    // Another test may have it in use meanwhile.
    (void)sys::WriteFile(control, "-" + std::string(controller));
  }
}

void CgroupTest::NeedV1(std::initializer_list<const char*> controllers) {
  if (IsSkipped()) return;
  for (const char* controller : controllers) {
    if (V1(controller).empty()) {
      GTEST_SKIP() << "needs the controller " << controller << " on cgroup v1";
    }
  }
}

void CgroupTest::NeedV2(std::initializer_list<const char*> controllers) {
  if (IsSkipped()) return;
  if (v2_.empty()) GTEST_SKIP() << "needs cgroup v2";
  for (const char* controller : controllers) {
    if (!Offers(controller)) {
      GTEST_SKIP() << "cgroup v2 at " << v2_ << " has no controller " << controller;
    }
  }
}

std::string CgroupTest::V1(const std::string& controller) const {
  const CgroupMount* mount = FindController(mounts_, controller);
  return mount ? mount->mount_point : std::string();
}

bool CgroupTest::Offers(const std::string& controller) const {
  return HasWord(Content(v2_ + "/cgroup.controllers"), controller);
}

std::string CgroupTest::MakeForeign(const std::string& path) {
  EXPECT_EQ(mkdir(path.c_str(), 0755), 0) << path;
  foreign_.push_back(path);
  return path;
}

// A bind, since a new mount of v2 would change the options of every other (nsdelegate).
std::string CgroupTest::StagesWith(const std::string& hierarchy, const std::string& stage,
                                   bool pid_namespace) {
  return std::string(pid_namespace ? "  - pid\n" : "") +
         "  - mount: {root: root, binds: [{source: " + hierarchy + ", target: /tmp}]}\n" +
         (pid_namespace ? "  - proc\n" : "") + "  - " + stage + "\n";
}

void CgroupTest::ExpectNestedCgroupsEnd(const std::string& hierarchy, const std::string& stage,
                                        bool pid_namespace) {
  ContainerTest test;
  test.MakeRoot();
  std::vector<std::string> argv = {"/bin/sh", "-c", "ulimit -n 1024 && exec \"$@\"", "sh"};
  const std::string id = test.next_id();
  for (const std::string& word :
       test.Argv(test.WriteStages(StagesWith(hierarchy, stage, pid_namespace)),
                 {"/bin/sh", "-c", kNest, id})) {
    argv.push_back(word);
  }
  const RunResult result = slipway::testing::RunProgram(argv);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "nested\n");
  EXPECT_EQ(result.err, "");
  if (!pid_namespace) {
    // The orphan became a child of this test, which is a subreaper.
    int status = 0;
    EXPECT_GT(waitpid(-1, &status, WNOHANG), 0) << "the process in the last cgroup still runs";
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
  test.ExpectNothingLeft();
}

void CgroupTest::ExpectLackOfDescriptorsIsNamed(HookedStage& stage) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = dup(STDOUT_FILENO);
  ASSERT_GE(next, 0);
  close(next);
  Status torn_down;
  for (int spare = 0; spare < kMostSpare; ++spare) {
    const rlimit few{static_cast<rlim_t>(next + spare), before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    torn_down = stage.TeardownAll();
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    if (torn_down.ok()) break;
    EXPECT_EQ(torn_down.error()->errno_value, EMFILE)
        << "with " << spare << " to spare: " << torn_down.error().ToString();
  }
  EXPECT_TRUE(torn_down.ok());
}

}  // namespace slipway::cgroup::testing
