// The end of what runs in the cgroups, with the help of v1's freezer and without: the stage's
// hooks, through a host table of the test.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "plugins/cgroup/fixture.h"
#include "plugins/cgroup/testing.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup::testing {
namespace {

constexpr const char* kPlugin = "plugins/cgroup_v1/libcgroup_v1_stage.so";

// What keeps processes from forking while they are killed: the pids controller, or else the
// freezer, or nothing. The parent of the container's cgroups is there in some hierarchies and not
// in others.
enum class Holder { kPids, kFreezer, kNothing };

class CgroupV1Freezer : public CgroupTest, public ::testing::WithParamInterface<Holder> {
 protected:
  void SetUp() override {
    CgroupTest::SetUp();
    NeedV1({limits_controller(), "freezer"});
    if (IsSkipped()) return;
    if (V1(limits_controller()) == V1("freezer")) GTEST_SKIP() << "controllers are joined here";
    parent_ = "/" + UniqueId();
    limits_ = V1(limits_controller()) + parent_;
    freezer_ = V1("freezer") + parent_;
    ASSERT_EQ(mkdir(limits_.c_str(), 0755), 0);
    if (GetParam() == Holder::kFreezer) {
      ASSERT_EQ(mkdir(freezer_.c_str(), 0755), 0);
    }
  }

  void TearDown() override {
    CgroupTest::TearDown();  // what is in the parent, before the parent
    if (parent_.empty()) return;
    EXPECT_EQ(rmdir(limits_.c_str()), 0);
    EXPECT_EQ(rmdir(freezer_.c_str()), GetParam() == Holder::kFreezer ? 0 : -1);
  }

  static const char* limits_controller() { return GetParam() == Holder::kPids ? "pids" : "memory"; }

  void Configure(HookedStage& stage) const {
    stage.Set("parent", parent_);
    if (GetParam() == Holder::kPids) {
      stage.Set("pids.max", 40);
    } else {
      stage.Set("memory.max", int64_t{256} << 20);
    }
  }

  std::string parent_;
  std::string limits_;
  std::string freezer_;
};

TEST_P(CgroupV1Freezer, ItsCgroupIsTheLastOne) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.Probe().ok());
  const Status made = stage.PreClone();
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const bool freezes = GetParam() == Holder::kFreezer;
  const std::string last = (freezes ? freezer_ : limits_) + "/" + stage.id();
  ASSERT_EQ(stage.records.size(), freezes ? 4U : 2U);
  EXPECT_TRUE(stage.records.back().starts_with("made ")) << stage.records.back();
  EXPECT_TRUE(stage.records.back().ends_with(" " + last)) << stage.records.back();
  Shell child("exit 0", stage);
  EXPECT_EQ(Content(last + "/cgroup.procs"), std::to_string(child.pid()));
}

TEST_P(CgroupV1Freezer, TeardownKillsGrandchildrenAndNestedCgroups) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string inner = limits_ + "/" + stage.id() + "/inner/most";
  Shell child("mkdir -p " + inner + "; sleep 1000 & echo $! >" + inner +
                  "/cgroup.procs; setsid sleep 1000 & echo ready; wait",
              stage);
  child.Release();
  ASSERT_EQ(child.ReadLine(), "ready");
  ASSERT_NE(Content(inner + "/cgroup.procs"), "");
  const Status status = stage.TeardownAll();
  EXPECT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_FALSE(Exists(limits_ + "/" + stage.id()));
  const int ended = child.Wait();
  EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
}

TEST_P(CgroupV1Freezer, TeardownEndsAForkBomb) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  Shell child(
      "f() { while :; do (:) & wait $!; done; }; for i in 1 2 3 4 5 6 7 8; do f & done;"
      "echo ready; wait",
      stage);
  child.Release();
  ASSERT_EQ(child.ReadLine(), "ready");
  const Status status = stage.TeardownAll();
  EXPECT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_FALSE(Exists(limits_ + "/" + stage.id()));
  EXPECT_FALSE(Exists(freezer_ + "/" + stage.id()));
}

TEST_P(CgroupV1Freezer, TeardownNamesTheLackOfDescriptors) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string inner = limits_ + "/" + stage.id() + "/one/two/three";
  Shell child("mkdir -p " + inner + "; echo 0 >" + inner + "/cgroup.procs; echo ready; sleep 1000",
              stage);
  child.Release();
  ASSERT_EQ(child.ReadLine(), "ready");
  ExpectLackOfDescriptorsIsNamed(stage);
  EXPECT_FALSE(Exists(limits_ + "/" + stage.id()));
}

TEST_P(CgroupV1Freezer, TeardownFindsACgroupThatWasRenamed) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string path = limits_ + "/" + stage.id();
  Shell child("exit 0", stage);
  ASSERT_EQ(rename(path.c_str(), (path + "-moved").c_str()), 0);
  // Another one in its place is no reason to forget it, and stays.
  MakeForeign(path);
  const Status status = stage.TeardownAll();
  EXPECT_TRUE(status.ok()) << status.error().ToString();
  ASSERT_FALSE(Exists(path + "-moved"));
  EXPECT_TRUE(Exists(path));
  const int ended = child.Wait();
  EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
}

TEST_P(CgroupV1Freezer, TeardownFindsACgroupWhoseParentWasRenamed) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  Shell child("exit 0", stage);
  const std::string moved = limits_ + "-moved";
  ASSERT_EQ(rename(limits_.c_str(), moved.c_str()), 0);
  const Status status = stage.TeardownAll();
  EXPECT_FALSE(Exists(moved + "/" + stage.id()));
  ASSERT_EQ(rename(moved.c_str(), limits_.c_str()), 0);
  EXPECT_TRUE(status.ok()) << status.error().ToString();
}

TEST_P(CgroupV1Freezer, TeardownEndsWhatRenamesItsCgroupAllTheTime) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string path = limits_ + "/" + stage.id();
  Shell child("echo ready; while :; do mv " + path + " " + path + "-moved; mv " + path + "-moved " +
                  path + "; done 2>/dev/null",
              stage);
  child.Release();
  ASSERT_EQ(child.ReadLine(), "ready");
  const Status status = stage.TeardownAll();
  EXPECT_TRUE(status.ok()) << status.error().ToString();
  ASSERT_FALSE(Exists(path));
  ASSERT_FALSE(Exists(path + "-moved"));
  const int ended = child.Wait();
  EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
}

class CgroupV1Frozen : public CgroupV1Freezer {};

TEST_P(CgroupV1Frozen, TeardownThawsWhatTheContainerFroze) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  const std::string inner = freezer_ + "/" + stage.id() + "/inner";
  Shell child("mkdir " + inner + "; sleep 1000 & echo $! >" + inner +
                  "/cgroup.procs; echo FROZEN >" + inner + "/freezer.state; echo ready; wait",
              stage);
  child.Release();
  ASSERT_EQ(child.ReadLine(), "ready");
  ASSERT_NE(Content(inner + "/freezer.state"), "THAWED");
  const Status status = stage.TeardownAll();
  EXPECT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_FALSE(Exists(freezer_ + "/" + stage.id()));
}

// As after a crash between freezing and thawing.
TEST_P(CgroupV1Frozen, TeardownEndsWhatIsFrozenAlready) {
  HookedStage stage(kPlugin, UniqueId());
  Configure(stage);
  ASSERT_TRUE(stage.PreClone().ok());
  Shell child("exit 0", stage);
  ASSERT_TRUE(sys::WriteFile(freezer_ + "/" + stage.id() + "/freezer.state", "FROZEN").ok());
  kill(child.pid(), SIGKILL);
  const Status status = stage.TeardownAll();
  EXPECT_TRUE(status.ok()) << status.error().ToString();
  const int ended = child.Wait();
  EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
}

INSTANTIATE_TEST_SUITE_P(By, CgroupV1Frozen, ::testing::Values(Holder::kFreezer),
                         [](const auto&) { return "Freezer"; });

INSTANTIATE_TEST_SUITE_P(By, CgroupV1Freezer,
                         ::testing::Values(Holder::kPids, Holder::kFreezer, Holder::kNothing),
                         [](const auto& parameter) {
                           switch (parameter.param) {
                             case Holder::kPids:
                               return "Pids";
                             case Holder::kFreezer:
                               return "Freezer";
                             case Holder::kNothing:
                               break;
                           }
                           return "Nothing";
                         });

}  // namespace
}  // namespace slipway::cgroup::testing
