// Whose configs a runtime with privileges takes, through the built host: a config says what is
// bound in and what is executed.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kStranger = 4242;

class ConfigTrust : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to give files away";
    fs::create_directory(folder_);
    chmod(folder_.c_str(), 0755);
    std::ofstream(config_) << "version: 1\nstages:\n  - uts\n";
    chmod(config_.c_str(), 0644);
  }

  static void GiveAway(const std::string& path) {
    ASSERT_EQ(lchown(path.c_str(), kStranger, kStranger), 0);
  }

  RunResult Check(const std::string& config, const RunOptions& options = {},
                  const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {copy_.host(), "check", config};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram(words, options);
  }

  void ExpectNotTrusted(const RunResult& result, const std::string& what, int status = 125) {
    ExpectRefusalLike(result, "the config: not trusted \"" + what + "\" (", {}, status);
  }

  PublicCopy copy_{{"uts"}};
  std::string folder_ = copy_.folder() + "/configs";
  std::string config_ = folder_ + "/mine.yaml";
};

TEST_F(ConfigTrust, OneOfRootsIsTaken) { EXPECT_EQ(Check(config_).status, 0); }

TEST_F(ConfigTrust, OneOfAStrangersIsRefusedByWhateverReadsIt) {
  GiveAway(config_);
  ExpectNotTrusted(Check(config_), config_, 1);
  ExpectNotTrusted(RunProgram({copy_.host(), "--config", config_, "/bin/true"}), config_);
  ExpectNotTrusted(RunProgram({copy_.host(), "create", "--config", config_, "/bin/true"}), config_);
  const RunResult json = Check(config_, {}, {"--format", "json"});
  EXPECT_EQ(json.status, 1);
  EXPECT_NE(json.out.find("\"ok\":false"), std::string::npos) << json.out;
}

TEST_F(ConfigTrust, TheRefusalSaysWhoseItIsAndWhatWouldHelp) {
  GiveAway(config_);
  ExpectRefusal(Check(config_),
                "the config: not trusted \"" + config_ +
                    "\" (owned by uid 4242, mode 0644; must be owned by root: chown -h root " +
                    config_ + "; to trust it for this run: --trust " + folder_ + ")",
                1);
}

TEST_F(ConfigTrust, WhatItExtendsIsJudgedToo) {
  const std::string base = folder_ + "/base.yaml";
  std::ofstream(base) << "version: 1\nstages:\n  - uts\n";
  chmod(base.c_str(), 0644);
  std::ofstream(config_) << "version: 1\nextends: base.yaml\n";
  EXPECT_EQ(Check(config_).status, 0);
  GiveAway(base);
  const RunResult run = RunProgram({copy_.host(), "--config", config_, "/bin/true"});
  ExpectRefusalLike(
      run, config_ + ":2:10: the config that is extended: not trusted \"" + base + "\" (", {});
}

TEST_F(ConfigTrust, OneThatOthersMayWriteIsRefused) {
  chmod(config_.c_str(), 0666);
  ExpectNotTrusted(Check(config_), config_, 1);
}

TEST_F(ConfigTrust, AFolderOfAStrangersIsRefused) {
  GiveAway(folder_);
  ExpectNotTrusted(Check(config_), folder_, 1);
}

TEST_F(ConfigTrust, ALinkOfAStrangersIsRefused) {
  const std::string link = folder_ + "/link.yaml";
  fs::create_symlink(config_, link);
  EXPECT_EQ(Check(link).status, 0);
  GiveAway(link);
  ExpectRefusalLike(Check(link), "the config: not trusted \"" + link, {}, 1);
}

TEST_F(ConfigTrust, OneThatLiesInTmpItselfIsRefused) {
  const std::string sticky = folder_ + "/tmp";
  fs::create_directory(sticky);
  chmod(sticky.c_str(), 01777);
  fs::copy_file(config_, sticky + "/mine.yaml");
  ExpectRefusalLike(Check(sticky + "/mine.yaml"), "the config: not trusted \"" + sticky + "\"",
                    {"sticky or not: move it to a folder that they cannot write to"}, 1);
}

TEST_F(ConfigTrust, WhoCalledSudoIsTrusted) {
  GiveAway(config_);
  EXPECT_EQ(Check(config_, {.environment = {{"SUDO_UID", "4242"}}}).status, 0);
}

TEST_F(ConfigTrust, TrustSaysItAloudWhereverItStands) {
  GiveAway(config_);
  EXPECT_EQ(Check(config_, {}, {"--trust", folder_}).status, 0);
  const RunResult run = RunProgram({copy_.host(), "--config", config_, "--hostname", "web",
                                    "--trust", folder_, "/bin/hostname"});
  EXPECT_EQ(run.out, "web\n") << run.err;
}

TEST_F(ConfigTrust, WithoutPrivilegeAnyIsRead) {
  GiveAway(config_);
  EXPECT_EQ(Check(config_, {.uid = 12345}).status, 0);
}

// What the caller has opened is the caller's to give.
TEST_F(ConfigTrust, ADescriptorIsNotAsked) {
  GiveAway(config_);
  const int fd = open(config_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const std::string number = std::to_string(fd);
  for (const std::string& name : {"fd:" + number, "/dev/fd/" + number, "/proc/self/fd/" + number}) {
    lseek(fd, 0, SEEK_SET);
    const RunResult result = Check(name, {.inherited_fds = {fd}});
    EXPECT_EQ(result.status, 0) << name << ": " << result.err;
  }
  close(fd);
  EXPECT_EQ(Check("-", {.input = "version: 1\nstages:\n  - uts\n"}).status, 0);
}

}  // namespace
}  // namespace slipway::testing
