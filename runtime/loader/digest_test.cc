#include "runtime/loader/digest.h"

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "runtime/sdk/abi.h"
#include "runtime/sys/file.h"
#include "runtime/sys/test_folder.h"

namespace slipway::loader {
namespace {

// FIPS 180-4's example, and the same in capitals.
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kAbcCapitals[] = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";

class CheckDigestTest : public ::testing::Test {
 protected:
  const std::string file_ = "/some/file";
};

TEST_F(CheckDigestTest, TakesTheFilesOwn) { EXPECT_TRUE(CheckDigest("abc", file_, kAbc).ok()); }

TEST_F(CheckDigestTest, TakesCapitals) {
  EXPECT_TRUE(CheckDigest("abc", file_, kAbcCapitals).ok());
}

TEST_F(CheckDigestTest, RefusesAnotherWithBoth) {
  const std::string wanted(64, '0');
  EXPECT_EQ(CheckDigest("abc", file_, wanted).error().ToString(),
            std::string("wrong sha256 \"") + kAbc + "\" (the config pins " + wanted +
                "; file: " + file_ + ")");
}

TEST_F(CheckDigestTest, BlamesTheDigestInTheConfig) {
  EXPECT_STREQ(CheckDigest("abc", file_, std::string(64, '0')).error()->option, "sha256");
}

TEST_F(CheckDigestTest, RefusesWhatIsNoDigest) {
  for (const std::string& text :
       {std::string("abc"), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')}) {
    EXPECT_EQ(CheckDigest("abc", file_, text).error().ToString(),
              "not a sha256 \"" + text + "\" (it has 64 hexadecimal digits; see sha256sum " +
                  file_ + ")");
  }
}

class Digest : public ::testing::Test {
 protected:
  static std::string DigestOfFile(const std::string& path) {
    return DigestOfBytes(*sys::ReadFile(path));
  }

  std::string Without(const std::string& section) const {
    std::string path = folder_.path() + "/without.so";
    const std::string command =
        "/usr/bin/objcopy --remove-section " + section + " " + plugin_ + " " + path;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  static std::string Loaded(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
    auto digest = DigestOfLoaded(dlsym(library, SLIPWAY_PLUGIN_SYMBOL), path);
    dlclose(library);
    return digest.ok() ? *digest : digest.error().ToString();
  }

  static constexpr size_t kBegin = 1024;  // bytes: its headers and notes are there

  const sys::TestFolder folder_;
  const std::string plugin_ = "tests/plugins/libgood_plain_c_stage.so";
};

TEST_F(Digest, IsTheLinkersAndTheSameInMemoryAsInTheFile) {
  const std::string digest = DigestOfFile(plugin_);
  EXPECT_TRUE(digest.starts_with("build-id:")) << digest;
  EXPECT_EQ(digest.size(), std::strlen("build-id:") + 40) << "a SHA-1";
  EXPECT_EQ(Loaded("./" + plugin_), digest);
}

TEST_F(Digest, TellsPluginsApart) {
  EXPECT_NE(DigestOfFile(plugin_), DigestOfFile("tests/plugins/libgood_keep_fd_stage.so"));
}

TEST_F(Digest, OfAPluginWithoutBuildIdIsThatOfItsBytes) {
  const std::string path = Without(".note.gnu.build-id");
  const std::string digest = DigestOfFile(path);
  EXPECT_TRUE(digest.starts_with("sha256:")) << digest;
  const std::string sha256 = digest.substr(std::strlen("sha256:"));
  EXPECT_TRUE(CheckDigest(*sys::ReadFile(path), path, sha256).ok());
  EXPECT_EQ(Loaded(path), digest);
}

TEST_F(Digest, OfAFileThatIsNoPluginIsThatOfItsBytes) {
  EXPECT_EQ(DigestOfBytes("abc"), std::string("sha256:") + kAbc);
}

TEST_F(Digest, OfACutFileIsReadWithoutHarm) {
  const std::string bytes = sys::ReadFile(plugin_)->substr(0, kBegin);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DigestOfBytes(bytes.substr(0, size)).empty()) << size;
  }
}

TEST_F(Digest, OfAGarbledFileIsReadWithoutHarm) {
  const std::string bytes = sys::ReadFile(plugin_)->substr(0, kBegin);
  std::mt19937 random(1);  // the same each time
  for (int round = 0; round < 2000; ++round) {
    std::string garbled = bytes;
    for (int i = 0; i < 8; ++i) {
      garbled[SELFMAG + random() % (kBegin - SELFMAG)] =
          static_cast<char>(random() % 2 ? 0xff : random());
    }
    EXPECT_FALSE(DigestOfBytes(garbled).empty()) << round;
  }
}

TEST_F(Digest, OfHeadersThatPointBeyondTheEndIsThatOfTheBytes) {
  std::string bytes = *sys::ReadFile(plugin_);
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  for (const Elf64_Off offset : {~Elf64_Off{0}, ~Elf64_Off{0} - 55, Elf64_Off{bytes.size()}}) {
    header.e_phoff = offset;
    header.e_phnum = 0xffff;
    std::memcpy(bytes.data(), &header, sizeof(header));
    const std::string digest = DigestOfBytes(bytes);
    EXPECT_TRUE(digest.starts_with("sha256:")) << digest;
  }
}

}  // namespace
}  // namespace slipway::loader
