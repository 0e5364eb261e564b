#include "runtime/sys/own_program.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace slipway::sys {
namespace {

namespace fs = std::filesystem;

class OwnProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/own.XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = fs::canonical(name);
  }

  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(OwnProgramTest, BothWaysLeadToTheSameFile) {
  const OwnProgram by_path = ProgramByPath(reinterpret_cast<const char*>(getauxval(AT_EXECFN)));
  const OwnProgram by_procfs = ProgramByProcfs();
  EXPECT_NE(by_path.path.find("own_program_test"), std::string::npos) << by_path.path;
  EXPECT_EQ(by_path.path, by_procfs.path);
  EXPECT_EQ(by_path.device, by_procfs.device);
  EXPECT_EQ(by_path.inode, by_procfs.inode);
  EXPECT_EQ(ThisProgram().path, by_path.path);
}

TEST_F(OwnProgramTest, ALinkLeadsToTheFileItself) {
  fs::create_symlink(ThisProgram().path, folder_ / "link");
  EXPECT_EQ(ProgramByPath((folder_ / "link").c_str()).path, ThisProgram().path);
}

// As the path of a script, whose interpreter this is, or of the dynamic loader.
TEST_F(OwnProgramTest, AnotherFileIsNotTakenForIt) {
  const std::string path = folder_ / "script";
  std::ofstream(path) << "#!" << ThisProgram().path << "\n" << std::string(4096, 'x');
  EXPECT_EQ(ProgramByPath(path.c_str()).path, "");
  EXPECT_EQ(ProgramByPath("/bin/sh").path, "");
  EXPECT_EQ(ProgramByPath((folder_ / "missing").c_str()).path, "");
  EXPECT_EQ(ProgramByPath(folder_.c_str()).path, "");
  EXPECT_EQ(ProgramByPath(nullptr).path, "");
}

// An older build that was put in its place differs in its build id.
TEST_F(OwnProgramTest, AnotherBuildIsNotTakenForIt) {
  const std::string path = folder_ / "other";
  fs::copy_file(ThisProgram().path, path);
  EXPECT_EQ(ProgramByPath(path.c_str()).path, path);
  fs::permissions(path, fs::perms::owner_write, fs::perm_options::add);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string head(1024, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  const size_t id = head.find(std::string("\x14\0\0\0\x03\0\0\0GNU\0", 12));
  ASSERT_NE(id, std::string::npos) << "this build has no build id in its first 1024 bytes";
  file.seekp(static_cast<std::streamoff>(id + 12));
  file.put(static_cast<char>(head[id + 12] ^ 1));
  file.close();
  EXPECT_EQ(ProgramByPath(path.c_str()).path, "");
}

}  // namespace
}  // namespace slipway::sys
