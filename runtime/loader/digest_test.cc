#include "runtime/loader/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/loader/test_folder.h"

namespace slipway::loader {
namespace {

// FIPS 180-4's example, and the same in capitals.
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kAbcCapitals[] = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";

class CheckDigestTest : public ::testing::Test {
 protected:
  const TestFolder folder_;
  const std::string file_ = folder_.File("abc", "abc");
};

TEST_F(CheckDigestTest, TakesTheFilesOwn) { EXPECT_TRUE(CheckDigest(file_, kAbc).ok()); }

TEST_F(CheckDigestTest, TakesCapitals) { EXPECT_TRUE(CheckDigest(file_, kAbcCapitals).ok()); }

TEST_F(CheckDigestTest, RefusesAnotherWithBoth) {
  const std::string wanted(64, '0');
  EXPECT_EQ(CheckDigest(file_, wanted).error().ToString(), std::string("wrong sha256 \"") + kAbc +
                                                               "\" (the config pins " + wanted +
                                                               "; file: " + file_ + ")");
}

TEST_F(CheckDigestTest, RefusesWhatIsNoDigest) {
  for (const std::string& text :
       {std::string("abc"), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')}) {
    EXPECT_EQ(CheckDigest(file_, text).error().ToString(),
              "not a sha256 \"" + text + "\" (it has 64 hexadecimal digits; see sha256sum " +
                  file_ + ")");
  }
}

TEST_F(CheckDigestTest, NamesAMissingFile) {
  EXPECT_EQ(CheckDigest(file_ + "x", kAbc).error().ToString(),
            "read(\"" + file_ + "x\"): No such file or directory");
}

}  // namespace
}  // namespace slipway::loader
