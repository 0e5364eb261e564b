// One plugin with all stages, laid out as in an installed tree: a link for each stage.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/process.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Stages() {
  std::istringstream names(ReadText(Runfile("plugins/stage_names.txt")));
  return {std::istream_iterator<std::string>(names), {}};
}

constexpr char kLibrary[] = "libslipway_stages.so";

class StagesPack : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(test_.Path("bin"));
    fs::create_directories(Folder());
    fs::copy_file(Runfile("runtime/runtime"), Host());
    fs::copy_file(Runfile(std::string("plugins/") + kLibrary), Folder() + "/" + kLibrary);
    fs::permissions(Folder() + "/" + kLibrary, fs::perms(0755));
    for (std::string stage : Stages()) {
      std::replace(stage.begin(), stage.end(), '-', '_');
      fs::create_symlink(kLibrary, Folder() + "/lib" + stage + "_stage.so");
    }
  }

  std::string Host() const { return test_.Path("bin/runtime"); }
  std::string Folder() const { return test_.Path("lib/slipway/stages"); }

  ContainerTest test_;
};

TEST_F(StagesPack, HasAllStages) {
  const RunResult result = RunProgram({Host(), "stages"});
  for (const std::string& stage : Stages()) {
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
  const RunResult nm = RunProgram({"/usr/bin/nm", "-D", "--defined-only", "--format=just-symbols",
                                   Runfile(std::string("plugins/") + kLibrary)});
  EXPECT_EQ(nm.out, "slipway_plugin_0\n") << nm.err;
}

TEST_F(StagesPack, NeedsTheCLibraryAlone) {
  const RunResult readelf =
      RunProgram({"/usr/bin/readelf", "-d", Runfile(std::string("plugins/") + kLibrary)});
  std::istringstream lines(readelf.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("(NEEDED)") == std::string::npos) continue;
    const bool allowed =
        line.find("[libc.so.") != std::string::npos || line.find("[ld-linux") != std::string::npos;
    EXPECT_TRUE(allowed) << line;
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

}  // namespace
}  // namespace slipway::testing
