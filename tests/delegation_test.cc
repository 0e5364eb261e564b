// Cgroups without root: below a parent that belongs to the user, and nowhere else. And both
// versions of cgroups in one pipeline, on a machine that has both.
// Documentation/admin-guide/cgroup-v2.rst ("Delegation"), cgroup-v1/cgroups.rst.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// Prints which cgroups it is in, and then how many processes it and its children are.
constexpr char kShowAndFork[] =
    "grep -e :pids: -e ^0: /proc/self/cgroup\n"
    "n=1; while [ $n -lt 50 ]; do sleep 1000 >/dev/null 2>&1 & n=$((n + 1)); echo $n; done";

// Nobody else on the machine has it, so that what belongs to it was made by this test.
uid_t User() { return 100000 + static_cast<uid_t>(getpid()); }

bool WriteTo(const std::string& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  return stream.good();
}

std::set<std::string> FoldersBelow(const std::string& folder) {
  std::set<std::string> folders;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_directory(error)) folders.insert(entry->path());
  }
  return folders;
}

// In the whole hierarchy; other tests may make and remove their own cgroups meanwhile.
void AddFoldersOfUser(const std::string& folder, std::set<std::string>& folders) {
  for (const std::string& path : FoldersBelow(folder)) {
    struct stat about {};
    if (stat(path.c_str(), &about) == 0 && about.st_uid == User()) folders.insert(path);
    AddFoldersOfUser(path, folders);
  }
}

std::set<std::string> FoldersOfUser(const std::string& mount) {
  std::set<std::string> folders;
  AddFoldersOfUser(mount, folders);
  return folders;
}

// A cgroup that is gone, with those below it, at the end.
class Cgroup {
 public:
  explicit Cgroup(std::string path) : path_(std::move(path)) {
    std::error_code error;
    EXPECT_TRUE(fs::create_directory(path_, error)) << path_ << ": " << error.message();
  }
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;
  ~Cgroup() { Remove(path_); }

  const std::string& path() const { return path_; }

  void GiveToUser(const std::vector<std::string>& files) const {
    EXPECT_EQ(chown(path_.c_str(), User(), User()), 0);
    for (const std::string& file : files) {
      EXPECT_EQ(chown((path_ + "/" + file).c_str(), User(), User()), 0) << file;
    }
  }

 private:
  static void Remove(const std::string& folder) {
    for (const std::string& path : FoldersBelow(folder)) Remove(path);
    EXPECT_EQ(rmdir(folder.c_str()), 0) << folder;
  }

  std::string path_;
};

class CgroupTest : public ::testing::Test {
 protected:
  // The state folder of a user who will not be seen again.
  ~CgroupTest() override {
    const std::string state = "/tmp/slipway-" + std::to_string(User());
    if (rmdir(state.c_str()) != 0) {
      EXPECT_EQ(errno, ENOENT) << "left in " << state;
    }
  }

  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to make cgroups and to become somebody else";
    mounts_ = cgroup::ParseCgroupMounts(ReadText("/proc/self/mountinfo"));
  }

  std::vector<std::string> Argv(const std::string& stages) const {
    return {copy_.host(),
            "--name",
            test_.next_id(),
            "--config",
            copy_.WriteStages(stages),
            "--",
            "/bin/busybox",
            "sh",
            "-c",
            kShowAndFork};
  }

  ContainerTest test_;
  PublicCopy copy_{{"cgroup_v1", "cgroup_v2"}};
  std::vector<cgroup::CgroupMount> mounts_;
  const std::string name_ = "slipway-delegation-" + std::to_string(getpid());
};

class DelegationV1 : public CgroupTest {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    if (IsSkipped()) return;
    const cgroup::CgroupMount* mount = cgroup::FindController(mounts_, "pids");
    if (!mount) GTEST_SKIP() << "needs the controller pids on cgroup v1";
    root_ = mount->mount_point;
  }

  RunResult RunBelow(const std::string& parent, const std::function<void()>& prepare = {}) {
    return RunProgram(Argv("  - cgroup-v1: {parent: " + parent + ", pids.max: 5}\n"),
                      {.uid = User(), .prepare = prepare});
  }

  std::string root_;
};

TEST_F(DelegationV1, AUserHasLimitsBelowADelegatedParentAndNothingElseChanges) {
  const Cgroup parent(root_ + "/" + name_);
  parent.GiveToUser({"cgroup.procs", "tasks"});
  const std::set<std::string> before = FoldersOfUser(root_);
  ASSERT_EQ(before, std::set<std::string>{parent.path()});
  const RunResult result = RunBelow("/" + name_);
  EXPECT_NE(result.out.find(":pids:/" + name_ + "/" + test_.next_id() + "\n"), std::string::npos)
      << result.out << result.err;
  EXPECT_TRUE(result.out.ends_with("\n2\n3\n4\n5\n")) << result.out;
  EXPECT_NE(result.err.find("can't fork"), std::string::npos) << result.err;
  EXPECT_EQ(FoldersOfUser(root_), before);
  EXPECT_EQ(FoldersBelow(parent.path()), std::set<std::string>{});
  test_.ExpectNothingLeft();
}

TEST_F(DelegationV1, AUmaskDoesNotKeepAUserOutOfTheirOwnCgroupAndState) {
  const Cgroup parent(root_ + "/" + name_);
  parent.GiveToUser({"cgroup.procs", "tasks"});
  const RunResult result = RunBelow("/" + name_, [] { umask(0777); });
  EXPECT_TRUE(result.out.ends_with("\n2\n3\n4\n5\n")) << result.out << result.err;
  EXPECT_EQ(FoldersBelow(parent.path()), std::set<std::string>{});
  test_.ExpectNothingLeft();
}

TEST_F(DelegationV1, WithoutItOneLineSaysWhatIsNeeded) {
  ExpectRefusal(RunBelow("/"), copy_.Config() +
                                   ":3:25: cgroup-v1: parent: cannot make a cgroup in \"" + root_ +
                                   "\": Permission denied (needs root, or a parent that is "
                                   "delegated to this user)");
  EXPECT_EQ(FoldersOfUser(root_), std::set<std::string>{});
  test_.ExpectNothingLeft();
}

// Puts back what gets enabled at the hierarchy's root.
class UnifiedTest : public CgroupTest {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    if (IsSkipped()) return;
    const cgroup::CgroupMount* mount = cgroup::FindUnified(mounts_);
    if (!mount) GTEST_SKIP() << "needs cgroup v2";
    root_ = mount->mount_point;
    enabled_ = ReadText(root_ + "/cgroup.subtree_control");
  }

  // The machine of a test keeps its own settings, unless others are there that may use them by now.
  void TearDown() override {
    if (root_.empty() || !FoldersBelow(root_).empty()) return;
    const std::string now = ReadText(root_ + "/cgroup.subtree_control");
    for (std::string_view controller : cgroup::Split(now, " \n")) {
      if (cgroup::HasWord(enabled_, controller)) continue;
      WriteTo(root_ + "/cgroup.subtree_control", "-" + std::string(controller));
    }
  }

  bool Offers(const std::string& controller) const {
    return cgroup::HasWord(ReadText(root_ + "/cgroup.controllers"), controller);
  }

  std::string root_;
  std::string enabled_;
};

// As a login manager delegates: root's own cgroup, in it the user's, in it what the user runs.
class DelegationV2 : public UnifiedTest {
 protected:
  RunResult RunOutside(const std::string& parent, const std::string& limits = "") {
    return RunProgram(ArgvBelow(parent, limits), {.uid = User()});
  }

  // Only root can move a process in.
  RunResult RunInside(const Cgroup& start, const std::string& parent,
                      const std::string& limits = "") {
    const std::string user = std::to_string(User());
    std::vector<std::string> argv = {
        "/bin/sh", "-c",
        "echo 0 >\"$1\" && shift && exec setpriv --reuid \"$0\" --clear-groups \"$@\"", user,
        start.path() + "/cgroup.procs"};
    for (const std::string& word : ArgvBelow(parent, limits)) argv.push_back(word);
    return RunProgram(argv);
  }

  std::vector<std::string> ArgvBelow(const std::string& parent, const std::string& limits) const {
    return Argv("  - cgroup-v2: {parent: " + parent + limits + "}\n");
  }

  static void Delegate(const Cgroup& cgroup) {
    cgroup.GiveToUser({"cgroup.procs", "cgroup.subtree_control", "cgroup.threads"});
  }

  // Another test may disable it at the hierarchy's root until `top` uses it.
  bool PassOnPids(const Cgroup& top) const {
    for (int tries = 0; tries < 100; ++tries) {
      if (WriteTo(root_ + "/cgroup.subtree_control", "+pids") &&
          WriteTo(top.path() + "/cgroup.subtree_control", "+pids")) {
        return true;
      }
    }
    return false;
  }

  const std::string user_ = "/" + name_ + "/user";
};

TEST_F(DelegationV2, AUserHasACgroupBelowADelegatedParentAndNothingElseChanges) {
  const bool pids = Offers("pids");
  {
    const Cgroup top(root_ + "/" + name_);
    if (pids) {
      ASSERT_TRUE(PassOnPids(top));
    }
    const Cgroup parent(root_ + user_);
    const Cgroup start(parent.path() + "/start");
    Delegate(parent);
    Delegate(start);
    const std::set<std::string> before = FoldersOfUser(root_);
    ASSERT_EQ(before, (std::set<std::string>{parent.path(), start.path()}));
    const std::string enabled_above = ReadText(top.path() + "/cgroup.subtree_control");

    // Without pids there is no limit to stop at, only a list.
    const RunResult result = RunInside(start, user_, pids ? ", pids.max: 5" : "");
    EXPECT_NE(result.out.find("0::" + user_ + "/" + test_.next_id() + "\n"), std::string::npos)
        << result.out << result.err;
    EXPECT_TRUE(result.out.ends_with(pids ? "\n2\n3\n4\n5\n" : "\n49\n50\n")) << result.out;
    EXPECT_EQ(result.err.find("can't fork") != std::string::npos, pids) << result.err;
    EXPECT_EQ(FoldersOfUser(root_), before);
    EXPECT_EQ(FoldersBelow(parent.path()), std::set<std::string>{start.path()});
    EXPECT_EQ(ReadText(top.path() + "/cgroup.subtree_control"), enabled_above);
    test_.ExpectNothingLeft();
  }
  EXPECT_EQ(FoldersOfUser(root_), std::set<std::string>{});
}

TEST_F(DelegationV2, StartedOutsideItIsToldToStartInside) {
  const Cgroup top(root_ + "/" + name_);
  const Cgroup parent(root_ + user_);
  Delegate(parent);
  ExpectRefusalLike(
      RunOutside(user_),
      copy_.Config() + ":3:25: cgroup-v2: parent: cannot start in a cgroup below \"" +
          parent.path() + "\": Permission denied (this process is in the cgroup /",
      {", and may not write " + root_, "/cgroup.procs: start it inside the delegated cgroup)\n"});
  EXPECT_EQ(FoldersBelow(parent.path()), std::set<std::string>{});
  test_.ExpectNothingLeft();
}

TEST_F(DelegationV2, WithoutItOneLineSaysWhatIsNeeded) {
  ExpectRefusalLike(RunOutside("/"),
                    copy_.Config() + ":3:25: cgroup-v2: parent: cannot make a cgroup in \"" +
                        root_ + "\": Permission denied (",
                    {"needs root, or a parent that is delegated to this user)\n"});
  EXPECT_EQ(FoldersOfUser(root_), std::set<std::string>{});
  test_.ExpectNothingLeft();
}

TEST_F(DelegationV2, AControllerThatWasNotPassedOnIsExplained) {
  std::string limit;
  if (Offers("hugetlb")) limit = ", hugetlb.max: {2MB: 4MiB}";
  if (Offers("pids")) limit = ", pids.max: 5";
  if (limit.empty()) GTEST_SKIP() << "cgroup v2 has neither the controller pids nor hugetlb";
  const Cgroup top(root_ + "/" + name_);
  const Cgroup parent(root_ + user_);
  const Cgroup start(parent.path() + "/start");
  Delegate(parent);
  Delegate(start);
  ExpectRefusalLike(RunInside(start, user_, limit),
                    copy_.Config() + ":3:25: cgroup-v2: parent: cannot write +",
                    {"/cgroup.subtree_control\": Permission denied (enabling a controller there "
                     "needs root; or choose a parent that has it enabled and is delegated to this "
                     "user)\n"});
  EXPECT_EQ(FoldersBelow(parent.path()), std::set<std::string>{start.path()});
  EXPECT_EQ(cgroup::Split(ReadText(parent.path() + "/cgroup.subtree_control"), "\n").size(), 0u);
  test_.ExpectNothingLeft();
}

using Hybrid = UnifiedTest;

TEST_F(Hybrid, OnePipelineUsesBothVersions) {
  const cgroup::CgroupMount* pids = cgroup::FindController(mounts_, "pids");
  if (!pids) GTEST_SKIP() << "needs the controller pids on cgroup v1 beside cgroup v2";
  const bool huge = Offers("hugetlb") && fs::exists("/sys/kernel/mm/hugepages/hugepages-2048kB");
  const std::string id = test_.next_id();
  const RunResult result = test_.RunScript(
      "  - pid: {init: false}\n  - mount: {root: root, binds: [{source: " + root_ +
          ", target: /tmp}]}\n  - proc\n  - cgroup-v1: {pids.max: 20}\n  - cgroup-v2: {" +
          (huge ? "hugetlb.max: {2MB: 4MiB}" : "") + "}\n",
      (huge ? "cat /tmp/" + id + "/hugetlb.2MB.max\n" : "") + kShowAndFork);
  for (const std::string& part : {":pids:/" + id + "\n", "0::/" + id + "\n", std::string("\n20\n"),
                                  std::string(huge ? "4194304\n" : "")}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << result.out << result.err;
  }
  EXPECT_EQ(result.out.find("\n21\n"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("can't fork"), std::string::npos) << result.err;
  EXPECT_FALSE(fs::exists(pids->mount_point + "/" + id));
  EXPECT_FALSE(fs::exists(root_ + "/" + id));
}

}  // namespace
}  // namespace slipway::testing
