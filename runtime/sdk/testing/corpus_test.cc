// Gives a fuzz target each file of its corpus, in a build without libFuzzer: fuzz_test in
// tools/bazel runs it with FILE... Each file is a test case.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

class CorpusFile : public testing::Test {
 public:
  explicit CorpusFile(std::string path) : path_(std::move(path)) {}

  // What the target finds wrong, it aborts on.
  void TestBody() override {
    std::ifstream file(path_, std::ios::binary);
    ASSERT_TRUE(file) << path_;
    std::ostringstream text;
    text << file.rdbuf();
    const std::string input = text.str();
    EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size()),
              0);
  }

 private:
  std::string path_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string path = argv[i];
    testing::RegisterTest("Corpus", path.substr(path.rfind('/') + 1).c_str(), nullptr, nullptr,
                          __FILE__, __LINE__, [path] { return new CorpusFile(path); });
  }
  return argc > 1 ? RUN_ALL_TESTS() : 1;
}
