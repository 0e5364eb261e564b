#include "runtime/sys/subordinate_ids.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace slipway::sys {
namespace {

TEST(SubordinateIds, LinesThatMakeNoSenseCountAsNothing) {
  const auto ids = ParseSubordinateIds(
      "ann:100000:65536\n\n:1:2\n# none\nbob:x:1\nbob:1:0\nbob:1:-1\n1000:200000:10");
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0].owner, "ann");
  EXPECT_EQ(ids[1].owner, "1000");
  EXPECT_EQ(ids[1].ids.first, 200000u);
  EXPECT_EQ(ids[1].ids.count, 10u);
}

class SubordinateIdsFile : public ::testing::Test {
 protected:
  SubordinateIdsFile() { std::filesystem::create_directory(folder_); }
  ~SubordinateIdsFile() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string File(const std::string& text) const {
    std::string path = Path("subuid");
    std::ofstream(path) << text;
    return path;
  }

 private:
  const std::string folder_ = ::testing::TempDir() + "/subordinate_ids_test";
};

TEST_F(SubordinateIdsFile, AFileThatIsNoneIsNotWaitedFor) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(SubordinateIdsOf(path, 1000, "ann").empty());
}

TEST_F(SubordinateIdsFile, ThoseOfAUserAreFoundByNameAndByNumber) {
  const std::string path = File("ann:1:2\nbob:3:4\n1000:5:6\n");
  const auto ids = SubordinateIdsOf(path, 1000, "ann");
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0].first, 1u);
  EXPECT_EQ(ids[1].first, 5u);
  EXPECT_EQ(SubordinateIdsOf(path, 1000, "").size(), 1u);
  EXPECT_TRUE(SubordinateIdsOf(Path("none"), 1000, "ann").empty());
}

TEST_F(SubordinateIdsFile, OthersMayKnowOfMore) {
  EXPECT_FALSE(AreSubordinateIdsElsewhere(File("passwd: files\n# subid: sss\n")));
  EXPECT_TRUE(AreSubordinateIdsElsewhere(File("passwd: files\nsubid: sss\n")));
  EXPECT_FALSE(AreSubordinateIdsElsewhere(Path("none")));
}

}  // namespace
}  // namespace slipway::sys
