#include "runtime/config/find.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace slipway::config {
namespace {

class Find : public testing::Test {
 protected:
  Find() : folder_(testing::TempDir() + "/find_XXXXXX") {
    if (mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "mkdtemp " << folder_;
    for (const char* name : {"/here", "/xdg", "/xdg/slipway", "/home", "/home/.config",
                             "/home/.config/slipway", "/installed"}) {
      mkdir((folder_ + name).c_str(), 0755);
    }
    EXPECT_EQ(chdir((folder_ + "/here").c_str()), 0);
    setenv("XDG_CONFIG_HOME", (folder_ + "/xdg").c_str(), 1);
    setenv("HOME", (folder_ + "/home").c_str(), 1);
  }

  std::string Make(const std::string& name) {
    std::ofstream(folder_ + name) << "version: 1\n";
    return folder_ + name;
  }

  std::string Look(const std::string& name) const {
    const Result<std::string> path = config::Find(name, Folders({folder_ + "/installed"}));
    return path.ok() ? *path : path.error().ToString();
  }

  std::string folder_;
};

TEST_F(Find, ANameWithASlashIsAPathEvenWhenNothingIsThere) {
  EXPECT_EQ(Look("./none.yaml"), "./none.yaml");
  EXPECT_EQ(Look("/none/none.yaml"), "/none/none.yaml");
}

TEST_F(Find, TheCurrentFolderComesFirst) {
  Make("/here/a.yaml");
  Make("/xdg/slipway/a.yaml");
  EXPECT_EQ(Look("a.yaml"), "a.yaml");
}

TEST_F(Find, TheUsersFolderComesBeforeTheInstalledOne) {
  const std::string path = Make("/xdg/slipway/a.yaml");
  Make("/installed/a.yaml");
  EXPECT_EQ(Look("a.yaml"), path);
}

TEST_F(Find, TheInstalledFolderComesLast) {
  const std::string path = Make("/installed/a.yaml");
  EXPECT_EQ(Look("a.yaml"), path);
}

TEST_F(Find, WithoutXdgConfigHomeItIsDotConfig) {
  const std::string path = Make("/home/.config/slipway/a.yaml");
  unsetenv("XDG_CONFIG_HOME");
  EXPECT_EQ(Look("a.yaml"), path);
}

TEST_F(Find, ARelativeXdgConfigHomeCountsAsNotSet) {
  const std::string path = Make("/home/.config/slipway/a.yaml");
  setenv("XDG_CONFIG_HOME", "../xdg", 1);
  Make("/xdg/slipway/a.yaml");
  EXPECT_EQ(Look("a.yaml"), path);
}

TEST_F(Find, AFolderIsPassedOver) {
  mkdir((folder_ + "/here/a.yaml").c_str(), 0755);
  const std::string path = Make("/installed/a.yaml");
  EXPECT_EQ(Look("a.yaml"), path);
}

TEST_F(Find, AWordIsLookedForInTheFoldersAlone) {
  Make("/here/a.yaml");
  Make("/here/a");
  const std::string installed = Make("/installed/a.yaml");
  EXPECT_EQ(Look("a"), installed);
  const std::string users = Make("/xdg/slipway/a.yml");
  EXPECT_EQ(Look("a"), users);
  const std::string yaml = Make("/xdg/slipway/a.yaml");
  EXPECT_EQ(Look("a"), yaml);
}

TEST_F(Find, StandardInputAndDescriptorsAreNoFiles) {
  Make("/here/-");
  for (const char* name : {"-", "fd:3", "fd:x"}) EXPECT_EQ(Look(name), name);
}

TEST_F(Find, TheErrorNamesWhatComesNear) {
  Make("/installed/sandbox.yaml");
  Make("/here/local.yml");
  Make("/here/plain");
  const std::string folders = folder_ + "/xdg/slipway, /etc/slipway, " + folder_ + "/installed";
  EXPECT_EQ(Look("sandbux"),
            "config not found \"sandbux\" (did you mean \"sandbox\"? looked in " + folders + ")");
  EXPECT_EQ(
      Look("Sandbox.yaml"),
      "config not found \"Sandbox.yaml\" (did you mean \"sandbox.yaml\"? looked in the current "
      "folder, " +
          folders + ")");
  EXPECT_EQ(Look("local.yaml"),
            "config not found \"local.yaml\" (did you mean \"local.yml\"? looked in the current "
            "folder, " +
                folders + ")");
  EXPECT_EQ(Look("local"),
            "config not found \"local\" (did you mean \"local.yml\"? looked in " + folders + ")");
  EXPECT_EQ(Look("plain"),
            "config not found \"plain\" (did you mean \"./plain\"? looked in " + folders + ")");
  EXPECT_EQ(Look("nothing-like-it"),
            "config not found \"nothing-like-it\" (looked in " + folders + ")");
}

TEST_F(Find, EndingsMakeNoNameAlike) {
  Make("/here/db.yaml");
  EXPECT_EQ(Look("web.yaml"), "config not found \"web.yaml\" (looked in the current folder, " +
                                  folder_ + "/xdg/slipway, /etc/slipway, " + folder_ +
                                  "/installed)");
}

TEST_F(Find, TheAvailableOnesAreListedByName) {
  Make("/installed/b.yaml");
  Make("/installed/a.yml");
  Make("/installed/.yaml");
  Make("/installed/readme");
  Make("/xdg/slipway/b.yml");
  mkdir((folder_ + "/installed/c.yaml").c_str(), 0755);
  EXPECT_EQ(Available({folder_ + "/xdg/slipway", folder_ + "/none", folder_ + "/installed"}),
            (std::vector<std::string>{"a", "b"}));
}

TEST_F(Find, TheErrorListsWhereItLooked) {
  EXPECT_EQ(Look("none.yaml"), "config not found \"none.yaml\" (looked in the current folder, " +
                                   folder_ + "/xdg/slipway, /etc/slipway, " + folder_ +
                                   "/installed)");
}

TEST_F(Find, WithoutAUsersFolderItLooksInTheOthers) {
  unsetenv("XDG_CONFIG_HOME");
  unsetenv("HOME");
  EXPECT_EQ(Look("none.yaml"),
            "config not found \"none.yaml\" (looked in the current folder, "
            "/etc/slipway, " +
                folder_ + "/installed)");
}

TEST_F(Find, AnEmptyNameIsRefused) {
  EXPECT_EQ(Look(""), "the config has an empty name (write --config FILE)");
}

}  // namespace
}  // namespace slipway::config
