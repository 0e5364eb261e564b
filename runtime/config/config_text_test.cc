#include "runtime/config/config_text.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace slipway::config {
namespace {

class Text : public testing::Test {
 protected:
  Text() : folder_(testing::TempDir() + "/config_text_XXXXXX") {
    if (mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "mkdtemp " << folder_;
  }

  std::string Make(const std::string& text) const {
    std::ofstream(folder_ + "/f.yaml", std::ios::binary) << text;
    return folder_ + "/f.yaml";
  }

  static std::string Read(const std::string& path) {
    const Result<ConfigText> text = ConfigText::Read(path);
    return text.ok() ? text->name + ": " + text->text : text.error().ToString();
  }

  std::string folder_;
};

TEST_F(Text, OfAFileIsNamedAsGiven) {
  const std::string path = Make("a\nb");
  EXPECT_EQ(Read(path), path + ": a\nb");
}

TEST_F(Text, OfADescriptor) {
  const std::string path = Make("abc");
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(Read("fd:" + std::to_string(fd)), "fd:" + std::to_string(fd) + ": abc");
  EXPECT_EQ(close(fd), 0);  // it is still open
  EXPECT_EQ(Read("fd:" + std::to_string(fd)),
            "cannot read \"fd:" + std::to_string(fd) +
                "\": Bad file descriptor (no such descriptor is open for reading)");
  for (const char* path : {"fd:", "fd:x", "fd:1x", "fd:-1", "fd:99999999999", "fd: 1"}) {
    EXPECT_EQ(Read(path), std::string("not a descriptor \"") + path +
                              "\" (write the number of an open one, such as fd:3)");
  }
}

TEST_F(Text, OfStandardInput) {
  const int saved = dup(STDIN_FILENO);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "abc", 3), 3);
  close(ends[1]);
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  EXPECT_EQ(Read("-"), "standard input: abc");
  dup2(saved, STDIN_FILENO);
  close(saved);
}

TEST_F(Text, OfAFileThatIsNotThere) {
  EXPECT_EQ(Read(folder_ + "/none.yaml"),
            "cannot open \"" + folder_ + "/none.yaml\": No such file or directory");
  Make("");
  EXPECT_EQ(Read(folder_ + "/ff.yaml"), "cannot open \"" + folder_ +
                                            "/ff.yaml\": No such file or directory (did you mean "
                                            "\"f.yaml\"?)");
}

TEST_F(Text, OfAFolder) {
  EXPECT_EQ(Read(folder_),
            "cannot read \"" + folder_ + "\": Is a directory (the config must be a file)");
}

TEST_F(Text, OfOneMebibyteAndNoMore) {
  const std::string text(kMaxConfigBytes, 'x');
  const std::string path = Make(text);
  EXPECT_EQ(Read(path), path + ": " + text);
  EXPECT_EQ(Read(Make(text + "x")), "the config is larger than 1 MiB \"" + path + "\"");
  EXPECT_EQ(Read("/dev/zero"), "the config is larger than 1 MiB \"/dev/zero\"");
}

TEST_F(Text, ALineCanBeQuoted) {
  const ConfigText text{.name = "f",
                        .text =
                            "\xef\xbb\xbf"
                            "a\r\n\nc"};
  EXPECT_EQ(text.Line(1), "a");
  EXPECT_EQ(text.Line(2), "");
  EXPECT_EQ(text.Line(3), "c");
  EXPECT_EQ(text.Line(4), "");
  EXPECT_EQ(text.Line(0), "");
  EXPECT_EQ(ConfigText().Line(1), "");
}

}  // namespace
}  // namespace slipway::config
