#include "runtime/config/path.h"

#include <gtest/gtest.h>

namespace slipway::config {
namespace {

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
    EXPECT_EQ(AbsolutePath(c.folder, c.path), c.result) << c.folder << " " << c.path;
  }
}

TEST(Path, FolderOfAFile) {
  EXPECT_EQ(FolderOf("/a/b"), "/a");
  EXPECT_EQ(FolderOf("/b"), "/");
  EXPECT_EQ(FolderOf("b"), ".");
  EXPECT_EQ(FolderOf("../b"), "..");
}

TEST(Path, TheCurrentFolderIsAbsolute) {
  const Result<std::string> folder = CurrentFolder();
  ASSERT_TRUE(folder.ok());
  EXPECT_EQ((*folder)[0], '/');
}

}  // namespace
}  // namespace slipway::config
