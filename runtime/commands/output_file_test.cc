#include "runtime/commands/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace slipway::commands {
namespace {

namespace fs = std::filesystem;

class Output : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = ::testing::TempDir() + "/outputXXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }
  static std::string ErrorOf(const std::string& target) {
    const auto file = OutputFile::Open("--stats", target, "{");
    return file.ok() ? "ok" : file.error().ToString();
  }

  std::string folder_;
};

TEST_F(Output, OfAFileReplacesIt) {
  Write(Path("file"), "{old text that is longer}");
  const auto file = OutputFile::Open("--stats", Path("file"), "{");
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(file->replaces());
  EXPECT_EQ(Read(Path("file")), "{old text that is longer}") << "untouched until it is written";
  ASSERT_TRUE(file->Write("first").ok());
  ASSERT_TRUE(file->Write("new").ok());
  EXPECT_EQ(Read(Path("file")), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "nothing else is left";
}

TEST_F(Output, WhoReadsTheOldFileKeepsIt) {
  Write(Path("file"), "{}");
  std::ifstream reader(Path("file"));
  ASSERT_TRUE(OutputFile::Open("--stats", Path("file"), "{")->Write("new").ok());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "{}");
}

TEST_F(Output, OfALinkReplacesWhatItLeadsTo) {
  fs::create_directory(Path("other"));
  Write(Path("other/file"), "{old text that is longer}");
  fs::create_symlink("file", Path("other/last"));
  fs::create_symlink("other/last", Path("link"));
  ASSERT_TRUE(OutputFile::Open("--stats", Path("link"), "{")->Write("new").ok());
  EXPECT_EQ(Read(Path("other/file")), "new");
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_TRUE(fs::is_symlink(Path("other/last")));
}

TEST_F(Output, OfALinkThatLeadsToNothingYetMakesIt) {
  fs::create_symlink(Path("file"), Path("link"));
  ASSERT_TRUE(OutputFile::Open("--stats", Path("link"), "{")->Write("new").ok());
  EXPECT_EQ(Read(Path("file")), "new");
  EXPECT_TRUE(fs::is_symlink(Path("link")));
}

TEST_F(Output, OfALinkToADescriptorGoesThere) {
  const int fd = open(Path("log").c_str(), O_CREAT | O_WRONLY, 0600);
  Write(Path("log"), "a log\n");
  fs::create_symlink("/proc/self/fd/" + std::to_string(fd), Path("link"));
  ASSERT_TRUE(OutputFile::Open("--stats", Path("link"), "{")->Write("new").ok());
  EXPECT_EQ(Read(Path("log")), "a log\nnew");
  close(fd);
}

TEST_F(Output, OfALinkThatLeadsNowhereIsRefused) {
  fs::create_symlink("one", Path("other"));
  fs::create_symlink("other", Path("one"));
  EXPECT_EQ(ErrorOf(Path("one")), "--stats: cannot follow the link \"" + Path("one") +
                                      "\": Too many levels of symbolic links");
  fs::create_symlink("nope/file", Path("link"));
  EXPECT_EQ(ErrorOf(Path("link")),
            "--stats: cannot write \"" + Path("link") + "\": No such file or directory");
}

TEST_F(Output, OfALinkOfSomebodyElseIsRefusedAndSoIsOneBehindIt) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  fs::create_symlink("file", Path("theirs"));
  ASSERT_EQ(lchown(Path("theirs").c_str(), 12345, 12345), 0);
  fs::create_symlink("theirs", Path("own"));
  const std::string refused = "--stats does not follow a link that somebody else has made: \"" +
                              Path("theirs") + "\" (name the file itself)";
  EXPECT_EQ(ErrorOf(Path("theirs")), refused);
  EXPECT_EQ(ErrorOf(Path("own")), refused);
}

TEST_F(Output, OfALinkToSomethingElseIsRefused) {
  Write(Path("log"), "a log\n");
  fs::create_symlink("log", Path("link"));
  EXPECT_NE(ErrorOf(Path("link")).find("does not replace a file that holds something else"),
            std::string::npos);
  EXPECT_EQ(Read(Path("log")), "a log\n");
}

TEST_F(Output, OfADescriptorGoesThere) {
  const int fd = open(Path("log").c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_TRUE(OutputFile::Open("--stats", "fd:" + std::to_string(fd), "{")->Write("new").ok());
  EXPECT_EQ(Read(Path("log")), "new");
  close(fd);
}

TEST_F(Output, OfAPipeIsNotReplaced) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  const int reader = open(Path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_TRUE(OutputFile::Open("--stats", Path("pipe"), "{")->Write("new").ok());
  char text[8] = {};
  EXPECT_EQ(read(reader, text, sizeof(text)), 3);
  EXPECT_STREQ(text, "new");
  close(reader);
}

TEST_F(Output, TakesALongName) {
  const std::string name(255, 'x');
  ASSERT_TRUE(OutputFile::Open("--stats", Path(name), "{")->Write("new").ok());
  EXPECT_EQ(Read(Path(name)), "new");
}

TEST_F(Output, IsRefusedWhereItCannotBeWritten) {
  EXPECT_EQ(ErrorOf(""), "--stats needs a value (write --stats FILE)");
  EXPECT_EQ(ErrorOf(folder_), "--stats: cannot write to \"" + folder_ + "\": Is a directory");
  EXPECT_EQ(ErrorOf("/nope/file"),
            "--stats: cannot write \"/nope/file\": No such file or directory");
  EXPECT_EQ(ErrorOf("fd:x"), "--stats: not the number of a descriptor \"x\" (such as 3)");
  EXPECT_EQ(ErrorOf("fd:777"),
            "--stats: descriptor 777 is not open (open it for the runtime, for example with a "
            "shell's 3>file)");
}

TEST_F(Output, IsRefusedWhereItWouldReplaceSomethingElse) {
  const std::string refused = "--stats does not replace a file that holds something else: \"" +
                              Path("file") +
                              "\" (is the value of --stats missing? Else remove the file first)";
  Write(Path("file"), "version: 1\n");
  EXPECT_EQ(ErrorOf(Path("file")), refused);
  Write(Path("file"), "{}");
  ASSERT_EQ(chmod(Path("file").c_str(), 0755), 0);
  EXPECT_EQ(ErrorOf(Path("file")), refused);
  EXPECT_EQ(Read(Path("file")), "{}");
  ASSERT_EQ(chmod(Path("file").c_str(), 0644), 0);
  EXPECT_EQ(ErrorOf(Path("file")), "ok");
  Write(Path("file"), "");
  EXPECT_EQ(ErrorOf(Path("file")), "ok");
}

TEST_F(Output, ThatFailsLeavesNothingBesideTheFile) {
  Write(Path("file"), "{}");
  const auto file = OutputFile::Open("--stats", Path("file"), "{");
  ASSERT_TRUE(file.ok());
  fs::remove(Path("file"));
  fs::create_directory(Path("file"));
  EXPECT_FALSE(file->Write("new").ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

}  // namespace
}  // namespace slipway::commands
