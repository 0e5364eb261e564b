// The walk, in folders that are no cgroups: it takes any.

#include "plugins/cgroup/walk.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "runtime/sys/fd.h"

namespace slipway::cgroup {
namespace {

namespace fs = std::filesystem;

class WalkTest : public ::testing::Test {
 protected:
  WalkTest() : folder_(::testing::TempDir() + "/walk.XXXXXX") {
    if (!mkdtemp(folder_.data())) abort();
    top_ = sys::Fd(open(folder_.c_str(), kFolderFlags));
  }
  ~WalkTest() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  void Make(const std::string& name) const { fs::create_directories(folder_ + "/" + name); }

  std::string folder_;
  sys::Fd top_;
};

TEST_F(WalkTest, LeavesWhatIsInsideBeforeWhatItIsIn) {
  Make("a/b/c");
  std::string story;
  const auto enter = [&story](const sys::Fd&) {
    story += "+";
    return Ok();
  };
  const auto leave = [&story](const sys::Fd&, const std::string& name) {
    story += name;
    return Ok();
  };
  const Status walked = WalkCgroups(top_, folder_, {.enter = enter, .leave = leave});
  EXPECT_TRUE(walked.ok());
  EXPECT_EQ(story, "++++cba");
}

TEST_F(WalkTest, RemovesAllBranches) {
  for (const char* name : {"a/x", "a/y/z", "b", "c/d"}) Make(name);
  const auto remove = [](const sys::Fd& parent, const std::string& name) {
    if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0) return Ok();
    return Status(Error(errno, "remove", name));
  };
  EXPECT_TRUE(WalkCgroups(top_, folder_, {.leave = remove}).ok());
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(WalkTest, AnErrorKeepsItFromNoOther) {
  for (const char* name : {"a/x", "b", "c/d"}) Make(name);
  int seen = 0;
  const Status walked =
      WalkCgroups(top_, folder_,
                  {.enter = [&seen](const sys::Fd&) { return Status(Error(++seen, "look", {})); }});
  EXPECT_EQ(seen, 6);
  ASSERT_FALSE(walked.ok());
  EXPECT_EQ(walked.error()->errno_value, 1);
}

TEST_F(WalkTest, WhatIsRemovedMeanwhileIsPassedOver) {
  for (const char* name : {"a/x", "b/x", "c/x"}) Make(name);
  int seen = 0;
  const Status walked = WalkCgroups(top_, folder_, {.enter = [&](const sys::Fd&) {
                                      if (++seen == 2) {
                                        for (const char* name : {"a", "b", "c"}) {
                                          fs::remove_all(folder_ + "/" + name);
                                        }
                                      }
                                      return Ok();
                                    }});
  EXPECT_TRUE(walked.ok()) << walked.error().ToString();
  EXPECT_EQ(seen, 2);
}

TEST_F(WalkTest, WhatIsMovedAwayBelowItIsNamed) {
  for (const char* name : {"a/x", "elsewhere"}) Make(name);
  const sys::Fd a(open((folder_ + "/a").c_str(), kFolderFlags));
  int seen = 0;
  const Status walked = WalkCgroups(a, folder_, {.enter = [&](const sys::Fd&) {
                                      if (++seen == 2) {
                                        fs::rename(folder_ + "/a/x", folder_ + "/elsewhere/x");
                                      }
                                      return Ok();
                                    }});
  ASSERT_FALSE(walked.ok());
  EXPECT_EQ(walked.error()->errno_value, ESTALE);
}

}  // namespace
}  // namespace slipway::cgroup
