#include "runtime/state/root.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/state/test_root.h"

namespace slipway::state {
namespace {

TEST(DefaultRoot, OfRootIsBelowRun) {
  EXPECT_EQ(DefaultRoot(0, nullptr), "/run/slipway");
  EXPECT_EQ(DefaultRoot(0, "/run/user/0"), "/run/slipway");
}

// Of a user whom no machine has, and so without /run/user/UID. See tests/state_folder_test.cc.
TEST(DefaultRoot, OfAUserWithoutARuntimeFolderIsInTmp) {
  for (const char* runtime_dir : {static_cast<const char*>(nullptr), "", "relative", "/nope"}) {
    EXPECT_EQ(DefaultRoot(4000000, runtime_dir), "/tmp/slipway-4000000");
  }
}

class RootTest : public TestRoot {
 protected:
  mode_t Mode(const std::string& path) const {
    struct stat facts {};
    EXPECT_EQ(stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & ALLPERMS;
  }
};

TEST_F(RootTest, IsMadeForItsUserAlone) {
  for (const char* name : {"one", "two/", "a/b", "c//d//"}) {
    ASSERT_TRUE(Root::Make(Path(name)).ok()) << name;
    EXPECT_EQ(Mode(Path(name)), 0700u) << name;
  }
}

TEST_F(RootTest, ThatIsThereIsTakenAsItIs) {
  std::filesystem::create_directory(State());
  chmod(State().c_str(), 0755);
  EXPECT_TRUE(Root::Make(State()).ok());
  EXPECT_EQ(Mode(State()), 0755u);
}

TEST_F(RootTest, IsNotMadeForReading) {
  const auto root = Root::Open(State());
  ASSERT_TRUE(root.ok());
  EXPECT_FALSE(root->fd().valid());
  EXPECT_TRUE(root->Ids()->empty());
  EXPECT_FALSE(std::filesystem::exists(State()));
}

TEST_F(RootTest, ThatOthersCanWriteToIsRefused) {
  std::filesystem::create_directory(State());
  for (const mode_t mode : {0770, 0720, 0702, 01777}) {
    chmod(State().c_str(), mode);
    EXPECT_FALSE(Root::Make(State()).ok()) << mode;
    EXPECT_FALSE(Root::Open(State()).ok()) << mode;
  }
}

TEST_F(RootTest, ThatIsNoFolderIsRefused) {
  std::ofstream(State()).close();
  EXPECT_FALSE(Root::Make(State()).ok());
  EXPECT_FALSE(Root::Open(State()).ok());
}

TEST_F(RootTest, HasTheIdsOfItsFoldersSorted) {
  const Root root = MakeRoot();
  for (const char* name : {"b", "a", ".hidden"}) {
    std::filesystem::create_directory(State() + "/" + name);
  }
  EXPECT_EQ(*root.Ids(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*root.Ids(), (std::vector<std::string>{"a", "b"})) << "a second time";
}

}  // namespace
}  // namespace slipway::state
