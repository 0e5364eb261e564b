// Images in which a folder that something is mounted on is exchanged for a symlink that leads out,
// over and over while containers start: by a process outside of them, as another container with the
// same root would. As CVE-2021-30465, CVE-2024-45310, CVE-2025-31133, CVE-2026-41579 and
// CVE-2026-87766.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

struct Race {
  const char* name;
  const char* folder;  // of the root: it is the one that is exchanged
  const char* stages;
  bool hides = false;  // the image's /target/secret
};
std::ostream& operator<<(std::ostream& out, const Race& race) { return out << race.name; }

// Exchanges two files until it is destroyed.
class Exchanger {
 public:
  Exchanger(const std::string& one, const std::string& other) {
    EXPECT_EQ(Exchange(one, other), 0);
    child_ = fork();
    if (child_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) Exchange(one, other);
  }
  Exchanger(const Exchanger&) = delete;
  Exchanger& operator=(const Exchanger&) = delete;
  ~Exchanger() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }

 private:
  static int Exchange(const std::string& one, const std::string& other) {
    return renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
  }

  pid_t child_ = -1;
};

class HostileRace : public ::testing::TestWithParam<Race> {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
    test_.Write("data/file", "shared");
    test_.Write("outside/secret", "secret");
    fs::create_directories(test_.Path("root/target"));
    test_.Write("root/target/secret", "the image's");
    const std::string out = "../../../../../../../../../../../../../../.." + test_.Path("outside");
    fs::create_directory_symlink(out, test_.Path("root/link"));
  }

  // All that is outside, as it is seen there.
  std::string Outside() const {
    std::string names;
    for (const auto& entry : fs::directory_iterator(test_.Path("outside"))) {
      names += entry.path().filename().string() + ": " + ReadText(entry.path()) + "\n";
    }
    return names;
  }

  ContainerTest test_;
};

TEST_P(HostileRace, LeadsNowhere) {
  const int starts = 60 / Slowness();
  const std::string config = test_.WriteStages(GetParam().stages);
  std::vector<RunResult> results;
  {
    const Exchanger exchanger(test_.Path(std::string("root/") + GetParam().folder),
                              test_.Path("root/link"));
    for (int i = 0; i < starts; ++i) {
      results.push_back(RunProgram(test_.Argv(config, {"/bin/cat", "/target/secret"})));
    }
  }
  test_.ExpectNothingLeft();  // nor is anything mounted
  EXPECT_EQ(Outside(), "secret: secret\n");
  for (const RunResult& result : results) {
    EXPECT_NE(result.out, "secret");
    EXPECT_FALSE(GetParam().hides && result.out == "the image's") << "it was hidden elsewhere";
    EXPECT_TRUE(result.status != 125 || result.err.find("cannot ") != std::string::npos)
        << result.err;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Of, HostileRace,
    ::testing::Values(
        Race{"Bind", "target",
             "  - pid\n  - mount: {root: root, binds: [\"data:/target\"]}\n  - proc\n"},
        Race{"MadeTarget", "target",
             "  - pid\n  - mount: {root: root, overlay: true, binds: [\"data:/target/made\"]}\n"
             "  - proc\n"},
        Race{"Tmpfs", "target", "  - pid\n  - mount: {root: root, tmpfs: [/target]}\n  - proc\n"},
        Race{"Mask", "target",
             "  - pid\n  - mount: {root: root}\n  - proc\n"
             "  - mask: {masked: [/target/secret], readonly: []}\n",
             true},
        Race{"ReadonlyPath", "target",
             "  - pid\n  - mount: {root: root}\n  - proc\n"
             "  - mask: {masked: [], readonly: [/target]}\n"},
        Race{"Dev", "dev", "  - pid\n  - mount: {root: root}\n  - proc\n  - dev\n"},
        Race{"Proc", "proc", "  - pid\n  - mount: {root: root}\n  - proc\n  - mask\n"},
        Race{"Sys", "sys", "  - pid\n  - mount: {root: root}\n  - proc\n  - sys\n  - mask\n"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace slipway::testing
