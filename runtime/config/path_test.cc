#include "runtime/config/path.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace slipway::config {
namespace {

// With variables of the test's own.
class OwnFolders : public testing::Test {
 protected:
  void SetUp() override {
    setenv("HOME", "/users/ann/", 1);
    unsetenv("XDG_DATA_HOME");
  }
};

TEST_F(OwnFolders, TheHomeFolderStandsForATilde) {
  EXPECT_EQ(*HostPath("/etc", "~/a/../b"), "/users/ann/b");
  EXPECT_EQ(*HostPath("/etc", "~"), "/users/ann");
}

TEST_F(OwnFolders, TheFolderOfDataIsBelowTheHomeFolder) {
  EXPECT_EQ(*HostPath("/etc", "$XDG_DATA_HOME/a"), "/users/ann/.local/share/a");
  setenv("XDG_DATA_HOME", "relative", 1);
  EXPECT_EQ(*HostPath("/etc", "$XDG_DATA_HOME/a"), "/users/ann/.local/share/a");
}

TEST_F(OwnFolders, TheFolderOfDataIsWhereTheVariableSays) {
  setenv("XDG_DATA_HOME", "/srv/data", 1);
  EXPECT_EQ(*HostPath("/etc", "$XDG_DATA_HOME/a"), "/srv/data/a");
  EXPECT_EQ(*HostPath("/etc", "$XDG_DATA_HOME"), "/srv/data");
}

TEST_F(OwnFolders, OtherNamesAreNames) {
  EXPECT_EQ(*HostPath("/etc", "./~/a"), "/etc/~/a");
  EXPECT_EQ(*HostPath("/etc", "~ann/a"), "/etc/~ann/a");
  EXPECT_EQ(*HostPath("/etc", "a/~/$HOME"), "/etc/a/~/$HOME");
}

TEST_F(OwnFolders, OtherVariablesAreRefused) {
  for (const char* path : {"$HOME/a", "$XDG_DATA_HOMES/a", "${XDG_DATA_HOME}/a"}) {
    const auto found = HostPath("/etc", path);
    ASSERT_FALSE(found.ok()) << *found;
    EXPECT_NE(found.error().ToString().find("only $XDG_DATA_HOME/ is known"), std::string::npos)
        << found.error().ToString();
  }
}

TEST_F(OwnFolders, WithoutHomeThereIsNone) {
  setenv("HOME", "ann", 1);
  const auto found = HostPath("/etc", "~/a");
  ASSERT_FALSE(found.ok()) << *found;
  EXPECT_EQ(
      found.error().ToString(),
      "not a path here \"~/a\" (the environment does not say where the home folder is: set HOME)");
}

TEST(Path, IsMadeAbsoluteAndPlain) {
  struct Case {
    const char* folder;
    const char* path;
    const char* result;
  };
  const Case cases[] = {
      {"/a/b", "c", "/a/b/c"},     {"/a/b", "../c", "/a/c"}, {"/a/b", "/c", "/c"},
      {"/a", "./b//c/", "/a/b/c"}, {"/a", ".", "/a"},        {"/a", "..", "/"},
      {"/a", "../../..", "/"},     {"/", "a", "/a"},         {"/a", "/", "/"},
      {"/a", "b/..", "/a"},        {"/a", "...", "/a/..."},  {"/a", "/b/../../c", "/c"},
      {"/a/b/..", "c", "/a/c"},    {"/a", "", "/a"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(*AbsolutePath(c.folder, c.path), c.result) << c.folder << " " << c.path;
  }
}

TEST(Path, FolderOfAFile) {
  EXPECT_EQ(FolderOf("/a/b"), "/a");
  EXPECT_EQ(FolderOf("/b"), "/");
  EXPECT_EQ(FolderOf("b"), ".");
  EXPECT_EQ(FolderOf("../b"), "..");
}

// In a process of its own, whose current folder is gone.
template <typename Body>
void WithoutCurrentFolder(const Body& body) {
  std::string folder = ::testing::TempDir() + "/gone.XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const bool gone = chdir(folder.c_str()) == 0 && rmdir(folder.c_str()) == 0;
    _exit(gone && body() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Path, ARelativeFolderIsSeenFromTheCurrentFolder) {
  const std::string current = std::filesystem::current_path();
  EXPECT_EQ(*AbsolutePath(".", "a"), current + "/a");
  EXPECT_EQ(*AbsolutePath("b/c", "../a"), current + "/b/a");
}

TEST(Path, ThatIsAbsoluteNeedsNoCurrentFolder) {
  WithoutCurrentFolder([] { return AbsolutePath(".", "/a").ok() && AbsolutePath("/b", "a").ok(); });
}

TEST(Path, ThatNeedsTheCurrentFolderIsNamedWhenThatIsGone) {
  WithoutCurrentFolder([] {
    const Result<std::string> path = AbsolutePath("configs", "../root");
    return !path.ok() &&
           path.error().ToString() ==
               "cannot resolve \"../root\": No such file or directory (it is relative, and the "
               "current folder has been deleted: cd to another, or write an absolute path)";
  });
}

}  // namespace
}  // namespace slipway::config
