// Plugins with many stages, laid out as in an installed tree: a link for each stage.

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/process.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

struct Packed {
  std::string library;
  std::string stage;
  std::string link;
};

std::vector<Packed> Stages() {
  std::vector<Packed> stages;
  std::istringstream lines(ReadText(Runfile("plugins/stage_packs.txt")));
  for (Packed one; lines >> one.library >> one.stage >> one.link;) stages.push_back(one);
  return stages;
}

std::set<std::string> Libraries() {
  std::set<std::string> libraries;
  for (const Packed& one : Stages()) libraries.insert(one.library);
  return libraries;
}

class StagesPack : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(test_.Path("bin"));
    fs::create_directories(Folder());
    fs::copy_file(Runfile("runtime/runtime"), Host());
    for (const std::string& library : Libraries()) {
      fs::copy_file(Runfile("plugins/" + library), Folder() + "/" + library);
      fs::permissions(Folder() + "/" + library, fs::perms(0755));
    }
    for (const Packed& one : Stages()) fs::create_symlink(one.library, Folder() + "/" + one.link);
  }

  std::string Host() const { return test_.Path("bin/runtime"); }
  std::string Folder() const { return test_.Path("lib/slipway/stages"); }

  ContainerTest test_;
};

TEST_F(StagesPack, HasAllStages) {
  const RunResult result = RunProgram({Host(), "stages"});
  for (const auto& [library, stage, link] : Stages()) {
    // A summary stands behind a short name, and below a long one.
    EXPECT_TRUE(result.out.find("  " + stage + " ") != std::string::npos ||
                result.out.find("  " + stage + "\n") != std::string::npos)
        << stage << "\n"
        << result.out;
    EXPECT_EQ(RunProgram({Host(), "describe", stage}).out.find(stage + " "), 0u) << stage;
  }
  EXPECT_EQ(result.err, "");
}

TEST_F(StagesPack, ExportsItsTableAndNothingElse) {
  for (const std::string& library : Libraries()) {
    const RunResult nm = RunProgram({"/usr/bin/nm", "-D", "--defined-only", "--format=just-symbols",
                                     Runfile("plugins/" + library)});
    EXPECT_EQ(nm.out, "slipway_plugin_0\n") << library << nm.err;
  }
}

TEST_F(StagesPack, NeedsTheCLibraryAlone) {
  for (const std::string& library : Libraries()) {
    const RunResult readelf = RunProgram({"/usr/bin/readelf", "-d", Runfile("plugins/" + library)});
    std::istringstream lines(readelf.out);
    for (std::string line; std::getline(lines, line);) {
      if (line.find("(NEEDED)") == std::string::npos) continue;
      const bool allowed = line.find("[libc.so.") != std::string::npos ||
                           line.find("[ld-linux") != std::string::npos;
      EXPECT_TRUE(allowed) << library << ": " << line;
    }
  }
}

TEST_F(StagesPack, BuildsAContainer) {
  if (!IsRoot()) GTEST_SKIP() << "needs root";
  test_.MakeRoot();
  const std::string config = test_.WriteStages(
      "  - uts: {hostname: packed}\n  - pid\n  - mount: {root: root}\n  - proc\n");
  const RunResult result =
      RunProgram({Host(), "--config", config, "/bin/sh", "-c", "hostname; echo $$"});
  EXPECT_EQ(result.out, "packed\n2\n") << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST_F(StagesPack, BuildsOneOfStagesOfEach) {
  if (!IsRoot()) GTEST_SKIP() << "needs root";
  test_.MakeRoot();
  const std::string config = test_.WriteStages("  - pid\n  - mount: {root: root}\n  - dev\n");
  const RunResult result = RunProgram({Host(), "--config", config, "/bin/ls", "/dev/full"});
  EXPECT_EQ(result.out, "/dev/full\n") << result.err;
}

}  // namespace
}  // namespace slipway::testing
