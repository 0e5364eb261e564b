// The manual pages of an installed tree: man(1) takes them without a warning, apropos(1) finds
// them, and they say what the help and the READMEs say.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "tests/installed_tree.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

using ManualPages = InstalledTree;

std::set<std::string> PagesIn(const std::string& folder) {
  std::set<std::string> pages;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) pages.insert(entry.path().string().substr(folder.size()));
  }
  return pages;
}

TEST_F(ManualPages, AreThereOfEachVerbAndStage) {
  std::set<std::string> pages = {"/man1/runtime.1", "/man1/slipway.1", "/man5/slipway-config.5"};
  std::istringstream verbs(
      RunProgram({prefix() + "/bin/runtime", "complete", "--", "help", ""}).out);
  for (std::string line; std::getline(verbs, line);) {
    if (line != "words") pages.insert("/man1/runtime-" + line.substr(0, line.find('\t')) + ".1");
  }
  std::ifstream packs(Runfile("plugins/stage_packs.txt"));
  for (std::string library, stage, link; packs >> library >> stage >> link;) {
    pages.insert("/man7/slipway-stage-" + stage + ".7");
  }
  EXPECT_GT(pages.size(), 45u);
  EXPECT_EQ(PagesIn(prefix() + "/share/man"), pages);
}

TEST_F(ManualPages, AreAsManWantsThem) {
  const std::map<std::string, std::string> environment = {{"LC_ALL", "C.UTF-8"},
                                                          {"MANWIDTH", "80"}};
  for (const std::string& page : PagesIn(prefix() + "/share/man")) {
    const std::string path = prefix() + "/share/man" + page;
    const RunResult shown =
        RunProgram({"/usr/bin/man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path},
                   {.environment = environment});
    EXPECT_EQ(shown.err, "") << page;
    EXPECT_EQ(shown.status, 0) << page;
    const RunResult name = RunProgram({"/usr/bin/lexgrog", path}, {.environment = environment});
    EXPECT_NE(name.out.find(fs::path(page).stem().string() + " - "), std::string::npos)
        << name.out << name.err;
  }
}

TEST_F(ManualPages, HaveWhatTheHelpAndTheReadmesHave) {
  const auto shown = [](const std::string& page) {
    return RunProgram({"/usr/bin/man", "-l", prefix() + "/share/man/" + page},
                      {.environment = {{"LC_ALL", "C.UTF-8"}, {"MANWIDTH", "80"}}})
        .out;
  };
  EXPECT_NE(shown("man1/runtime-stop.1").find("       runtime stop --time 0 web\n"),
            std::string::npos);
  EXPECT_NE(shown("man1/runtime.1").find("EXIT STATUS\n       The command's own; 128+N"),
            std::string::npos);
  const std::string uts = shown("man7/slipway-stage-uts.7");
  EXPECT_NE(uts.find("The host keeps its names"), std::string::npos) << uts;
  EXPECT_NE(uts.find("       hostname (--hostname)\n"), std::string::npos) << uts;
  EXPECT_NE(shown("man5/slipway-config.5").find("       process.cwd\n"), std::string::npos);
  // Nothing is hyphenated: names could not be looked for.
  for (const char* page :
       {"man1/runtime-run.1", "man5/slipway-config.5", "man7/slipway-stage-mount.7"}) {
    EXPECT_EQ(shown(page).find("\u2010"), std::string::npos) << page;
  }
}

}  // namespace
}  // namespace slipway::testing
