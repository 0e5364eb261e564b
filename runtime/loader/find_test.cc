#include "runtime/loader/find.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/sys/test_folder.h"

namespace slipway::loader {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Folders(const std::vector<Place>& places) {
  std::vector<std::string> folders;
  folders.reserve(places.size());
  for (const Place& place : places) folders.push_back(place.folder);
  return folders;
}

TEST(CheckNameTest, TakesLowerCaseDigitsAndDashes) {
  for (const char* name : {"uts", "cgroup-v2", "9p", "a", "-"}) {
    EXPECT_TRUE(CheckName({}, name).ok()) << name;
  }
}

TEST(CheckNameTest, TakesThirtyOneBytesAndNoMore) {
  EXPECT_TRUE(CheckName({}, std::string(31, 'a')).ok());
  EXPECT_FALSE(CheckName({}, std::string(32, 'a')).ok());
}

TEST(CheckNameTest, RefusesWhatCouldLeadElsewhere) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("../uts"),
        std::string("a/b"), std::string("/uts"), std::string("Uts"), std::string("u_ts"),
        std::string("u ts"), std::string("uts\0x", 5), std::string("\xc3\xbcts")}) {
    EXPECT_FALSE(CheckName({}, name).ok()) << name;
  }
}

TEST(CheckNameTest, SaysWhatANameIs) {
  EXPECT_EQ(CheckName({}, "../uts").error().ToString(),
            "not a stage name \"../uts\" (a stage name is 1 to 31 of a-z, 0-9 and '-')");
}

TEST(FileNameTest, WritesUnderscoresForDashes) {
  EXPECT_EQ(FileName("uts"), "libuts_stage.so");
  EXPECT_EQ(FileName("cgroup-v2"), "libcgroup_v2_stage.so");
}

TEST(PlacesTest, AreInTheOrderOfTheDesign) {
  EXPECT_THAT(Folders(Places({"one", "/two"}, "/tree/runtime/runtime")),
              ElementsAre("one", "/two", "/tree/plugins", "/tree/lib/slipway/stages",
                          "/usr/lib/slipway/stages"));
}

TEST(PlacesTest, OnlyTheBuildTreeHasAFolderForEachStage) {
  for (const Place& place : Places({"/one"}, "/tree/runtime/runtime")) {
    EXPECT_EQ(place.folder_per_stage, place.folder == "/tree/plugins") << place.folder;
  }
}

TEST(PlacesTest, NameTheSystemFolderOnce) {
  EXPECT_THAT(Folders(Places({}, "/usr/bin/runtime")),
              ElementsAre("/usr/plugins", "/usr/lib/slipway/stages"));
}

TEST(PlacesTest, DoWithoutTheBinarysPath) {
  EXPECT_THAT(Folders(Places({}, "")), ElementsAre("/usr/lib/slipway/stages"));
}

TEST(PlacesTest, CopeWithABinaryInTheRoot) {
  EXPECT_THAT(Folders(Places({}, "/runtime")),
              ElementsAre("/plugins", "/lib/slipway/stages", "/usr/lib/slipway/stages"));
}

TEST(PlacesTest, NeverHoldAnEmptyPath) {
  EXPECT_THAT(Folders(Places({""}, "")), ElementsAre(".", "/usr/lib/slipway/stages"));
}

TEST(FindTest, TakesTheFirstPlaceThatHasTheFile) {
  const sys::TestFolder folder;
  folder.Folder("empty");
  const std::string first = folder.File("first/libuts_stage.so");
  folder.File("second/libuts_stage.so");
  const auto found = Find({{.folder = folder.path() + "/missing"},
                           {.folder = folder.path() + "/empty"},
                           {.folder = folder.path() + "/first"},
                           {.folder = folder.path() + "/second"}},
                          "uts");
  ASSERT_TRUE(found.ok()) << found.error().ToString();
  EXPECT_EQ(found->path, first);
}

TEST(FindTest, LooksInTheStagesOwnFolderOfTheBuildTree) {
  const sys::TestFolder folder;
  const std::string path = folder.File("plugins/cgroup_v2/libcgroup_v2_stage.so");
  const auto found = Find(Places({}, folder.path() + "/runtime/runtime"), "cgroup-v2");
  ASSERT_TRUE(found.ok()) << found.error().ToString();
  EXPECT_EQ(found->path, path);
}

TEST(FindTest, LooksInTheInstalledTree) {
  const sys::TestFolder folder;
  const std::string path = folder.File("lib/slipway/stages/libuts_stage.so");
  const auto found = Find(Places({}, folder.path() + "/bin/runtime"), "uts");
  ASSERT_TRUE(found.ok()) << found.error().ToString();
  EXPECT_EQ(found->path, path);
}

TEST(FindTest, LooksInAFolderThatIsOpen) {
  const sys::TestFolder folder;
  const std::string path = folder.File("stages/libpack.so");
  folder.Symlink("libpack.so", "stages/libuts_stage.so");
  const auto opened = std::make_shared<const sys::Fd>(
      open((folder.path() + "/stages").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(opened->valid());
  const std::vector<Place> places = {{.folder = folder.path() + "/stages", .opened = opened}};
  const auto found = Find(places, "uts");
  ASSERT_TRUE(found.ok()) << found.error().ToString();
  EXPECT_EQ(found->path, folder.path() + "/stages/libuts_stage.so");
  EXPECT_TRUE(S_ISLNK(found->facts.st_mode));
  struct stat pack {};
  ASSERT_EQ(stat(path.c_str(), &pack), 0);
  EXPECT_EQ(found->target.st_ino, pack.st_ino);
  EXPECT_FALSE(Find(places, "pid").ok());
}

TEST(FindTest, UnknownStageNamesTheNearestAndThePlaces) {
  const sys::TestFolder folder;
  folder.File("stages/libuts_stage.so");
  folder.File("stages/libproc_stage.so");
  const std::vector<Place> places = {
      {.folder = folder.path() + "/stages"},
      {.folder = folder.path() + "/plugins", .folder_per_stage = true}};
  EXPECT_EQ(Find(places, "utz").error().ToString(),
            "unknown stage \"utz\" (did you mean \"uts\"? looked for libutz_stage.so in " +
                folder.path() + "/stages, " + folder.path() +
                "/plugins/utz; --plugin-dir adds a folder)");
}

TEST(FindTest, UnknownStageNamesNoneThatIsNotNear) {
  const sys::TestFolder folder;
  folder.File("libuts_stage.so");
  EXPECT_EQ(Find({{.folder = folder.path()}}, "network").error().ToString(),
            "unknown stage \"network\" (looked for libnetwork_stage.so in " + folder.path() +
                "; --plugin-dir adds a folder)");
}

TEST(FindTest, UnknownStageKeepsTheNearestNameWhenThePlacesDoNotFit) {
  const sys::TestFolder folder;
  folder.File("libuts_stage.so");
  std::vector<Place> places = {{.folder = folder.path()}};
  for (int i = 0; i < 5; ++i) places.push_back({.folder = "/" + std::string(200, 'x')});
  const auto found = Find(places, "utz");
  EXPECT_THAT(found.error()->hint,
              ::testing::StartsWith("did you mean \"uts\"? looked for libutz_stage.so in /"));
  EXPECT_THAT(found.error()->hint, ::testing::EndsWith("x, ...; --plugin-dir adds a folder"));
}

TEST(FindTest, NamesTheStageThatWasMeantInOtherLetters) {
  const sys::TestFolder folder;
  folder.File("libcgroup_v1_stage.so");
  const std::string rule = "a stage name is 1 to 31 of a-z, 0-9 and '-'";
  for (const std::string name : {"cgroup_v1", "Cgroup-V1", "./libcgroup_v1_stage.so"}) {
    EXPECT_EQ(CheckName({{.folder = folder.path()}}, name).error().ToString(),
              "not a stage name \"" + name + "\" (did you mean \"cgroup-v1\"? " + rule + ")");
  }
  EXPECT_EQ(CheckName({{.folder = folder.path()}}, "./libx_stage.so").error().ToString(),
            "not a stage name \"./libx_stage.so\" (" + rule +
                "; --plugin-dir takes the folder of the plugin's file)");
}

TEST(FindTest, RefusesWhatIsNoFile) {
  const sys::TestFolder folder;
  const std::string path = folder.Folder("libuts_stage.so");
  EXPECT_EQ(Find({{.folder = folder.path()}}, "uts").error().ToString(),
            "uts: not a regular file \"" + path + "\"");
}

TEST(FindTest, DoesNotPassOverAPlaceThatCannotBeSearched) {
  const sys::TestFolder folder;
  folder.File("libuts_stage.so");
  const std::string loop = folder.Symlink("loop", "loop");
  EXPECT_EQ(
      Find({{.folder = loop}, {.folder = folder.path()}}, "uts").error().ToString(),
      "uts: cannot look for \"" + loop + "/libuts_stage.so\": Too many levels of symbolic links");
}

TEST(FindTest, NoNameLeadsOutOfAFolder) {
  const sys::TestFolder folder;
  folder.Folder("plugins");
  // What the paths would be if the names were used as they are.
  folder.File("lib.._stage.so");
  folder.File("plugins/lib../evil_stage.so");
  for (const bool folder_per_stage : {false, true}) {
    const Place place = {.folder = folder.path() + "/plugins",
                         .folder_per_stage = folder_per_stage};
    for (const char* name : {"..", "../evil"}) {
      const auto found = Find({place}, name);
      ASSERT_FALSE(found.ok()) << found->path;
      EXPECT_STREQ(found.error()->operation, "not a stage name");
    }
  }
}

TEST(StageNamesTest, AreSortedAndOfPluginsOnly) {
  const sys::TestFolder folder;
  folder.File("flat/libuts_stage.so");
  folder.File("flat/libcgroup_v2_stage.so");
  folder.File("flat/libyaml.so");
  folder.File("flat/libUTS_stage.so");
  folder.File("flat/lib_stage.so");
  folder.File("plugins/pid/libpid_stage.so");
  folder.File("plugins/uts/libuts_stage.so");
  folder.File("plugins/empty/BUILD");
  EXPECT_THAT(StageNames({{.folder = folder.path() + "/missing"},
                          {.folder = folder.path() + "/flat"},
                          {.folder = folder.path() + "/plugins", .folder_per_stage = true}}),
              ElementsAre("cgroup-v2", "pid", "uts"));
}

}  // namespace
}  // namespace slipway::loader
