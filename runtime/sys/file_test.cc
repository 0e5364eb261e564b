#include "runtime/sys/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sys/test_folder.h"

namespace slipway::sys {
namespace {

Status Anywhere(const Fd& /*folder*/) { return Ok(); }
Status Nowhere(const Fd& /*folder*/) { return Error(EROFS, "make"); }

class MakeLastInRootTest : public ::testing::Test {
 protected:
  MakeLastInRootTest() : root_(open(folder_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

  Fd Make(const std::string& path, Kind kind = Kind::kFolder) const {
    return MakeLastInRoot(root_, path, kind, Anywhere);
  }

  // What fstat(2) and lstat(2) agree on; 0: there is nothing, or it is another file.
  mode_t ModeOf(const Fd& made, const std::string& path) const {
    struct stat by_descriptor {};
    struct stat by_path {};
    if (fstat(made.get(), &by_descriptor) != 0) return 0;
    if (lstat((folder_.path() + path).c_str(), &by_path) != 0) return 0;
    return by_descriptor.st_ino == by_path.st_ino ? by_path.st_mode : 0;
  }

  bool Has(const std::string& path) const {
    return faccessat(AT_FDCWD, (folder_.path() + path).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  }

  TestFolder folder_;
  Fd root_;
};

TEST_F(MakeLastInRootTest, MakesAFolderOrAFileWhateverTheUmask) {
  const mode_t before = umask(077);
  folder_.Folder("etc");
  const Fd folder = Make("/new");
  const Fd file = Make("etc//hosts", Kind::kFile);
  umask(before);
  EXPECT_EQ(ModeOf(folder, "/new"), S_IFDIR | 0755U);
  EXPECT_EQ(ModeOf(file, "/etc/hosts"), S_IFREG | 0644U);
}

TEST_F(MakeLastInRootTest, LeavesWhatIsThere) {
  folder_.File("file");
  folder_.Symlink("missing", "link");
  for (const char* path : {"/file", "/link"}) {
    EXPECT_FALSE(Make(path).valid()) << path;
    EXPECT_FALSE(Make(path, Kind::kFile).valid()) << path;
  }
  EXPECT_FALSE(Has("/missing"));
}

TEST_F(MakeLastInRootTest, FollowsNoLinkOnTheWay) {
  folder_.Folder("folder");
  folder_.Symlink("folder", "link");
  EXPECT_FALSE(Make("/link/new").valid());
  EXPECT_FALSE(Has("/folder/new"));
}

TEST_F(MakeLastInRootTest, TakesNoPathThatEndsInNoName) {
  for (const char* path : {"", "/", "/.", "/..", "/new/", "/missing/new"}) {
    EXPECT_FALSE(Make(path).valid()) << path;
  }
  EXPECT_FALSE(Has("/new"));
}

TEST_F(MakeLastInRootTest, MakesNothingWhereNothingMayBeMade) {
  EXPECT_FALSE(MakeLastInRoot(root_, "/new", Kind::kFolder, Nowhere).valid());
  EXPECT_FALSE(Has("/new"));
}

}  // namespace
}  // namespace slipway::sys
