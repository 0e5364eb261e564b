// What holds of every stage plugin, whatever it does. stage_plugin in tools/bazel runs it with
// NAME PRIVILEGES PLUGIN README RUNTIME.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/process.h"

namespace {

using slipway::testing::ReadText;
using slipway::testing::RunProgram;

struct Arguments {
  std::string name, privileges, plugin, readme, runtime;
} arguments;

slipway::testing::RunResult Describe() {
  const std::string folder = arguments.plugin.substr(0, arguments.plugin.rfind('/'));
  return RunProgram(
      {arguments.runtime, "describe", arguments.name, "--markdown", "--plugin-dir", folder});
}

const slipway_stage* Load() {
  void* library = dlopen(arguments.plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  EXPECT_NE(library, nullptr) << dlerror();
  if (library == nullptr) return nullptr;
  const auto* plugin = static_cast<const slipway_plugin*>(dlsym(library, SLIPWAY_PLUGIN_SYMBOL));
  return plugin != nullptr && plugin->stage_count == 1 ? plugin->stages[0] : nullptr;
}

TEST(StageContract, IsWhatTheBuildSays) {
  const slipway_stage* stage = Load();
  ASSERT_NE(stage, nullptr);
  EXPECT_EQ(stage->name, arguments.name);
  const std::vector<std::string> privileges = {"unprivileged", "root-or-userns", "root"};
  EXPECT_EQ(privileges.at(stage->privileges), arguments.privileges);
}

TEST(StageContract, ExportsItsTableAndNothingElse) {
  const auto nm = RunProgram(
      {"/usr/bin/nm", "-D", "--defined-only", "--format=just-symbols", arguments.plugin});
  EXPECT_EQ(nm.out, "slipway_plugin_0\n") << nm.err;
}

TEST(StageContract, NeedsTheCLibraryAlone) {
  const auto readelf = RunProgram({"/usr/bin/readelf", "-d", arguments.plugin});
  std::istringstream lines(readelf.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("(NEEDED)") == std::string::npos) continue;
    const bool allowed = line.find("[libc.so.") != std::string::npos ||
                         line.find("[libm.so.") != std::string::npos ||
                         line.find("[ld-linux") != std::string::npos;
    EXPECT_TRUE(allowed) << line;
  }
}

TEST(StageContract, TheHostTakesItAndTheReadmeHasItsOptions) {
  const auto table = Describe();
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_NE(ReadText(arguments.readme).find("## Options\n\n" + table.out), std::string::npos)
      << arguments.readme << " must hold, below \"## Options\":\n\n"
      << table.out;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 6) return 1;
  arguments = {argv[1], argv[2], argv[3], argv[4], argv[5]};
  return RUN_ALL_TESTS();
}
