// The Loader against the built fixtures of tests/plugins.

#include "runtime/loader/loader.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sha256.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/sys/process.h"
#include "runtime/sys/test_folder.h"

namespace slipway::loader {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

// Where the fixtures really are, without the symlinks of Bazel's runfiles.
std::string Fixtures() {
  const std::filesystem::path runfiles = std::getenv("TEST_SRCDIR");
  const std::filesystem::path file =
      runfiles / std::getenv("TEST_WORKSPACE") / "tests/plugins/libgood_plain_c_stage.so";
  return std::filesystem::canonical(file).parent_path();
}

std::string Fixture(const std::string& name) { return Fixtures() + "/" + FileName(name); }

std::string Describe(const Result<const slipway_stage*>& stage) {
  return stage.ok() ? std::string("loaded ") + (*stage)->name : stage.error().ToString();
}

std::string Load(const Request& request) {
  Loader loader({.plugin_dirs = {Fixtures()}});
  return Describe(loader.Load(request));
}

std::string LoadFrom(const std::string& folder) {
  Loader loader({.plugin_dirs = {folder}});
  return Describe(loader.Load({.name = "good-plain-c"}));
}

std::string Digest(const std::string& path) {
  char digest[SHA256_DIGEST_STRING_LENGTH];
  return SHA256File(path.c_str(), digest) ? digest : "";
}

TEST(LoaderTest, LoadsAStageInCpp) {
  Loader loader({.plugin_dirs = {Fixtures()}});
  const auto stage = loader.Load({.name = "bad-throws"});
  ASSERT_TRUE(stage.ok()) << stage.error().ToString();
  EXPECT_STREQ((*stage)->name, "bad-throws");
  EXPECT_STREQ((*stage)->options[0].name, "hook");
}

TEST(LoaderTest, LoadsAStageInC) {
  Loader loader({.plugin_dirs = {Fixtures()}});
  const auto stage = loader.Load({.name = "good-plain-c"});
  ASSERT_TRUE(stage.ok()) << stage.error().ToString();
  EXPECT_STREQ((*stage)->summary, "Own host name, from a stage in plain C");
}

TEST(LoaderTest, TheSameRequestGivesTheSameStage) {
  Loader loader({.plugin_dirs = {Fixtures()}});
  const auto once = loader.Load({.name = "good-plain-c"});
  const auto again = loader.Load({.name = "good-plain-c"});
  ASSERT_TRUE(once.ok() && again.ok());
  EXPECT_EQ(*once, *again);
}

TEST(LoaderTest, KnowsWhichFilesItHasLoaded) {
  Loader loader({.plugin_dirs = {Fixtures()}});
  const Request by_name = {.name = "good-plain-c"};
  EXPECT_FALSE(loader.HasFileOf(by_name));
  ASSERT_TRUE(loader.Load(by_name).ok());
  EXPECT_TRUE(loader.HasFileOf(by_name));
  EXPECT_TRUE(loader.HasFileOf({.name = "another", .path = Fixture("good-plain-c")}));
  EXPECT_FALSE(loader.HasFileOf({.name = "bad-throws"}));
  EXPECT_FALSE(
      loader.HasFileOf({.name = "good-plain-c", .sha256 = Digest(Fixture("good-plain-c"))}));
}

TEST(LoaderTest, AvailableListsTheFixtures) {
  EXPECT_THAT(Loader({.plugin_dirs = {Fixtures()}}).Available(),
              IsSupersetOf({"bad-wrong-magic", "good-keep-fd", "good-plain-c"}));
}

// ---- Plugins that are bad ----

TEST(LoaderTest, RefusesAPluginWithoutTheSymbol) {
  EXPECT_EQ(Load({.name = "bad-no-symbol"}),
            "bad-no-symbol: no symbol \"slipway_plugin_0\" (each plugin exports it, see "
            "SLIPWAY_STAGE; file: " +
                Fixture("bad-no-symbol") + ")");
}

TEST(LoaderTest, RefusesAFileWithoutTheNoteBeforeItsConstructorsRun) {
  EXPECT_EQ(Load({.name = "bad-no-note"}),
            "bad-no-note: not a plugin of Slipway \"" + Fixture("bad-no-note") +
                "\" (it has no note .note.slipway, which SLIPWAY_STAGE makes, or SLIPWAY_PLUGIN in "
                "C)");
}

TEST(LoaderTest, RefusesAWrongMagic) {
  EXPECT_EQ(Load({.name = "bad-wrong-magic"}),
            "bad-wrong-magic: wrong magic \"0x1122334455667788\" (a plugin begins with "
            "0x0059415750494c53; this is none: " +
                Fixture("bad-wrong-magic") + ")");
}

TEST(LoaderTest, RefusesAWrongAbi) {
  EXPECT_EQ(Load({.name = "bad-wrong-abi-major"}),
            "bad-wrong-abi-major: wrong ABI \"1.0\" (this runtime wants 0.9; rebuild the "
            "stage: " +
                Fixture("bad-wrong-abi-major") + ")");
}

TEST(LoaderTest, RefusesATooSmallStruct) {
  EXPECT_EQ(Load({.name = "bad-too-small-struct"}),
            "bad-too-small-struct: wrong size of a stage \"" +
                std::to_string(offsetof(slipway_stage, destroy)) + "\" (this runtime wants " +
                std::to_string(sizeof(slipway_stage)) +
                "; rebuild the stage: " + Fixture("bad-too-small-struct") + ")");
}

TEST(LoaderTest, RefusesAWrongName) {
  EXPECT_EQ(Load({.name = "bad-wrong-name"}),
            "bad-wrong-name: no such stage in the plugin \"bad-wrong-name\" (it has somebody-else; "
            "file: " +
                Fixture("bad-wrong-name") + ")");
}

TEST(LoaderTest, NamesAnUnresolvedSymbol) {
  const std::string error = Load({.name = "bad-unresolved-symbol"});
  EXPECT_THAT(error, StartsWith("bad-unresolved-symbol: cannot load \"" +
                                Fixture("bad-unresolved-symbol") + "\" ("));
  EXPECT_THAT(error, HasSubstr("slipway_no_such_function"));
}

TEST(LoaderTest, ARefusedPluginIsRefusedAgain) {
  Loader loader({.plugin_dirs = {Fixtures()}});
  EXPECT_FALSE(loader.Load({.name = "bad-wrong-magic"}).ok());
  EXPECT_FALSE(loader.Load({.name = "bad-wrong-magic"}).ok());
}

TEST(LoaderTest, RefusesAFileThatIsNoLibrary) {
  const sys::TestFolder folder;
  const std::string path = folder.File("libgood_plain_c_stage.so", "#!/bin/sh\n# not a library\n");
  EXPECT_THAT(LoadFrom(folder.path()),
              StartsWith("good-plain-c: not a shared library \"" + path + "\" (no ELF file; "));
}

TEST(LoaderTest, NamesTheMachineThatAFileWasBuiltFor) {
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "libgood_plain_c_stage.so");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offsetof(Elf64_Ehdr, e_machine));
  file.write("\xf3\0", 2);  // EM_RISCV
  file.close();
  EXPECT_THAT(LoadFrom(folder.path()), StartsWith("good-plain-c: cannot load \"" + path +
                                                  "\" (built for machine 243 of elf.h, this is "));
}

TEST(LoaderTest, SaysOfAnObjectFileThatItIsNotLinked) {
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "libgood_plain_c_stage.so");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offsetof(Elf64_Ehdr, e_type));
  file.write("\1\0", 2);  // ET_REL
  file.close();
  EXPECT_EQ(LoadFrom(folder.path()), "good-plain-c: not a shared library \"" + path +
                                         "\" (an object file: link it with -shared)");
}

TEST(LoaderTest, RefusesAnEmptyFile) {
  const sys::TestFolder folder;
  const std::string path = folder.File("libgood_plain_c_stage.so");
  EXPECT_THAT(LoadFrom(folder.path()),
              StartsWith("good-plain-c: not a shared library \"" + path + "\" (no ELF file; "));
}

TEST(LoaderTest, RefusesAPathThatTheDynamicLoaderWouldExpand) {
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "$LIB/libgood_plain_c_stage.so");
  EXPECT_EQ(LoadFrom(folder.path() + "/$LIB"),
            "good-plain-c: cannot load \"" + path +
                "\" (the dynamic loader gives '$' in a path a meaning)");
}

// ---- Names and places ----

TEST(LoaderTest, NamesAnUnknownStageAndItsNeighbour) {
  EXPECT_THAT(
      Load({.name = "good-plain-d"}),
      StartsWith("unknown stage \"good-plain-d\" (did you mean \"good-plain-c\"? looked for "
                 "libgood_plain_d_stage.so in " +
                 Fixtures() + ", "));
}

TEST(LoaderTest, RefusesNamesThatLeadElsewhere) {
  for (const std::string name : {"..", "../plugins/good-plain-c", "/good-plain-c", "a/b", ""}) {
    EXPECT_EQ(Load({.name = name}), "not a stage name" + (name.empty() ? "" : " \"" + name + "\"") +
                                        " (a stage name is 1 to 31 of a-z, 0-9 and '-')");
  }
}

TEST(LoaderTest, RefusesSuchNamesOfAPinnedFileToo) {
  EXPECT_THAT(Load({.name = "..", .path = Fixture("good-plain-c")}),
              StartsWith("not a stage name"));
}

TEST(LoaderTest, TheFirstPluginDirWins) {
  const sys::TestFolder folder;
  const std::string bad = folder.Copy(Fixture("bad-wrong-name"), "bad/libgood_plain_c_stage.so");
  folder.Copy(Fixture("good-plain-c"), "good/libgood_plain_c_stage.so");
  Loader bad_first({.plugin_dirs = {folder.path() + "/bad", folder.path() + "/good"}});
  EXPECT_THAT(Describe(bad_first.Load({.name = "good-plain-c"})), EndsWith(bad + ")"));
  Loader good_first({.plugin_dirs = {folder.path() + "/good", folder.path() + "/bad"}});
  EXPECT_EQ(Describe(good_first.Load({.name = "good-plain-c"})), "loaded good-plain-c");
}

TEST(LoaderTest, APluginDirMayBeRelative) {
  const sys::TestFolder folder;
  folder.Copy(Fixture("good-plain-c"), "stages/libgood_plain_c_stage.so");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string loaded = LoadFrom("stages");
  std::filesystem::current_path(before);
  EXPECT_EQ(loaded, "loaded good-plain-c");
}

// ---- Pins ----

TEST(LoaderTest, LoadsAPinnedFileOfAnyFileName) {
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "pinned.so");
  EXPECT_EQ(Load({.name = "good-plain-c", .path = path, .sha256 = Digest(path)}),
            "loaded good-plain-c");
}

TEST(LoaderTest, LoadsByNameWithAPinnedDigest) {
  EXPECT_EQ(Load({.name = "good-plain-c", .sha256 = Digest(Fixture("good-plain-c"))}),
            "loaded good-plain-c");
}

TEST(LoaderTest, RefusesAWrongDigestBeforeItLoads) {
  const std::string path = Fixture("bad-unresolved-symbol");
  const std::string wanted(64, 'a');
  EXPECT_EQ(Load({.name = "bad-unresolved-symbol", .sha256 = wanted}),
            "bad-unresolved-symbol: wrong sha256 \"" + Digest(path) + "\" (the config pins " +
                wanted + "; file: " + path + ")");
}

TEST(LoaderTest, APinnedFileThatIsMissingIsNotReplaced) {
  const sys::TestFolder folder;
  const std::string path = folder.path() + "/missing.so";
  EXPECT_EQ(Load({.name = "good-plain-c", .path = path}),
            "good-plain-c: cannot find the plugin \"" + path +
                "\": No such file or directory (pinned in the config)");
}

TEST(LoaderTest, RefusesAPinThatIsAFolder) {
  const sys::TestFolder folder;
  EXPECT_EQ(Load({.name = "good-plain-c", .path = folder.path()}),
            "good-plain-c: not a regular file \"" + folder.path() + "\" (pinned in the config)");
}

TEST(LoaderTest, APinnedFileMustHoldTheStage) {
  EXPECT_THAT(Load({.name = "uts", .path = Fixture("good-plain-c")}),
              StartsWith("uts: no such stage in the plugin \"uts\" (it has good-plain-c; file: "));
}

// ---- Trust ----

class LoaderTrustTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!sys::IsPrivileged()) GTEST_SKIP() << "without privilege any file is loaded";
  }
};

TEST_F(LoaderTrustTest, LoadsWhatIsTrusted) {
  const sys::TestFolder folder;
  folder.Copy(Fixture("good-plain-c"), "libgood_plain_c_stage.so");
  EXPECT_EQ(LoadFrom(folder.path()), "loaded good-plain-c");
}

TEST_F(LoaderTrustTest, RefusesAFileThatOthersMayWrite) {
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "libgood_plain_c_stage.so");
  sys::TestFolder::Chmod(path, 0646);
  EXPECT_EQ(LoadFrom(folder.path()),
            "good-plain-c: not trusted \"" + path + "\" (owned by uid " + std::to_string(getuid()) +
                ", mode 0646; must not be writable by group or others: chmod go-w " + path + ")");
}

TEST_F(LoaderTrustTest, RefusesAFolderThatOthersMayWrite) {
  const sys::TestFolder folder;
  folder.Copy(Fixture("good-plain-c"), "stages/libgood_plain_c_stage.so");
  sys::TestFolder::Chmod(folder.path(), 0777);
  EXPECT_THAT(LoadFrom(folder.path() + "/stages"),
              StartsWith("good-plain-c: not trusted \"" + folder.path() + "\" ("));
}

TEST_F(LoaderTrustTest, RefusesAFileOfAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "libgood_plain_c_stage.so");
  ASSERT_EQ(chown(path.c_str(), 4242, 4242), 0);
  EXPECT_THAT(LoadFrom(folder.path()),
              StartsWith("good-plain-c: not trusted \"" + path + "\" (owned by uid 4242, "));
}

TEST_F(LoaderTrustTest, LoadsFromAFolderBelowTmp) {
  const sys::TestFolder folder("/tmp");
  folder.Copy(Fixture("good-plain-c"), "libgood_plain_c_stage.so");
  EXPECT_EQ(LoadFrom(folder.path()), "loaded good-plain-c");
}

TEST_F(LoaderTrustTest, LoadsWhatSomebodyVouchesFor) {
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "libgood_plain_c_stage.so");
  sys::TestFolder::Chmod(path, 0646);
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  Loader loader({.plugin_dirs = {folder.path()}, .trusted = {"nowhere", "."}});
  std::filesystem::current_path(before);
  EXPECT_EQ(Describe(loader.Load({.name = "good-plain-c"})), "loaded good-plain-c");
}

TEST_F(LoaderTrustTest, ARightDigestDoesNotMakeAFileTrusted) {
  const sys::TestFolder folder;
  const std::string path = folder.Copy(Fixture("good-plain-c"), "pinned.so");
  sys::TestFolder::Chmod(path, 0646);
  EXPECT_THAT(Load({.name = "good-plain-c", .path = path, .sha256 = Digest(path)}),
              StartsWith("good-plain-c: not trusted \"" + path + "\" ("));
}

}  // namespace
}  // namespace slipway::loader
