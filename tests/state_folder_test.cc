// Where the state of containers is when nobody says where: of a plain user, with a login session
// and without one, and with somebody in /tmp who was there first.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kUser = 12345;
constexpr uid_t kOther = 6666;
constexpr char kInTmp[] = "/tmp/slipway-12345";

// On a machine with an empty /tmp and an empty /run.
class DefaultFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, which becomes another user";
    unsetenv("XDG_RUNTIME_DIR");
    ASSERT_EQ(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), 0);
    ASSERT_EQ(mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777"), 0);
    ASSERT_EQ(mkdir("/run/user", 0755), 0);
  }
  void TearDown() override {
    umount2("/tmp", MNT_DETACH);
    umount2("/run", MNT_DETACH);
  }

  static void MakeFolder(const std::string& path, uid_t owner, mode_t mode) {
    fs::create_directory(path);
    EXPECT_EQ(chown(path.c_str(), owner, owner), 0);
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
  }

  static void Link(const std::string& path, const std::string& target, uid_t owner) {
    fs::create_symlink(target, path);
    EXPECT_EQ(lchown(path.c_str(), owner, owner), 0);
  }

  RunResult List(const std::string& runtime_dir = "", const std::string& root = "") const {
    RunOptions options{.uid = kUser};
    if (!runtime_dir.empty()) options.environment["XDG_RUNTIME_DIR"] = runtime_dir;
    std::vector<std::string> argv = {copy_.host(), "list"};
    if (!root.empty()) argv.insert(argv.end(), {"--root", root});
    return RunProgram(argv, options);
  }

  void ExpectListedIn(const std::string& folder, const std::string& runtime_dir = "") const {
    const RunResult result = List(runtime_dir);
    EXPECT_TRUE(result.out.ends_with("; the state folder is " + folder + "\n")) << result.out;
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.status, 0);
  }

  // The one line says which folder it is, what is wrong with it, and what helps.
  void ExpectRefused(const std::string& why) const {
    ExpectRefusalLike(List(), std::string("not a safe place for state \"") + kInTmp + "\" (",
                      {why, "--root"});
  }

  ContainerTest test_;
  PublicCopy copy_{{}};
};

TEST_F(DefaultFolder, IsInTheRuntimeFolderThatTheEnvironmentNames) {
  MakeFolder("/tmp/mine", kUser, 0700);
  MakeFolder("/run/user/12345", kUser, 0700);
  ExpectListedIn("/tmp/mine/slipway", "/tmp/mine");
}

TEST_F(DefaultFolder, IsInTheUsersRuntimeFolderWhenNoVariableNamesIt) {
  MakeFolder("/run/user/12345", kUser, 0700);
  ExpectListedIn("/run/user/12345/slipway");
}

TEST_F(DefaultFolder, IsNotInTheRuntimeFolderOfAnother) {
  // As after su(1), which leaves the variable as it was.
  MakeFolder("/run/user/6666", kOther, 0700);
  ExpectListedIn(kInTmp, "/run/user/6666");
  MakeFolder("/run/user/12345", kOther, 0755);
  ExpectListedIn(kInTmp);
}

TEST_F(DefaultFolder, IsInTmpWithoutALoginSession) {
  ExpectListedIn(kInTmp);
  ExpectListedIn(kInTmp, "/run/user/12345");
}

TEST_F(DefaultFolder, ThatIsASymlinkIsRefused) {
  MakeFolder("/tmp/repository", kUser, 0755);
  Link(kInTmp, "/tmp/repository", kOther);
  ExpectRefused("it is a symlink");
}

TEST_F(DefaultFolder, ThatIsASymlinkToNothingIsRefused) {
  Link(kInTmp, "/tmp/nothing", kOther);
  ExpectRefused("it is a symlink");
}

TEST_F(DefaultFolder, OfSomebodyElseIsRefused) {
  for (const mode_t mode : {0700, 0755, 0777}) {
    MakeFolder(kInTmp, kOther, mode);
    ExpectRefused("it must belong to uid 12345");
  }
}

TEST_F(DefaultFolder, ThatOthersCanWriteToIsRefused) {
  MakeFolder(kInTmp, kUser, 0777);
  ExpectRefused("not be writable by group or others");
}

TEST_F(DefaultFolder, ASymlinkOfOnesOwnMayBeNamedAndOneOfOthersNot) {
  MakeFolder("/tmp/state", kUser, 0700);
  Link("/tmp/mine", "/tmp/state", kUser);
  EXPECT_EQ(List("", "/tmp/mine").status, 0);
  Link("/tmp/theirs", "/tmp/state", kOther);
  ExpectRefusalLike(List("", "/tmp/theirs"), "not a safe place for state \"/tmp/theirs\" (",
                    {"it is a symlink"});
}

// What cleans /tmp leaves alone what is locked: tmpfiles.d(5), "Age".
TEST_F(DefaultFolder, InTmpIsMadeForItsUserAloneAndLockedWhileInUse) {
  const std::string plugins = copy_.folder() + "/stages";
  MakeFolder(plugins, 0, 0755);
  const char* plugin = "libbad_waits_stage.so";
  fs::copy_file(Runfile(std::string("tests/plugins/") + plugin), plugins + "/" + plugin);
  const std::string config = copy_.WriteStages("  - bad-waits: {dir: /, hook: teardown}\n");
  Running container({copy_.host(), "--plugin-dir", plugins, "--config", config, "/bin/sh", "-c",
                     "echo ready; exec sleep 1000"},
                    {.uid = kUser});
  ASSERT_TRUE(container.AwaitOutput("ready\n")) << container.Await().err;
  struct stat facts {};
  ASSERT_EQ(stat(kInTmp, &facts), 0);
  EXPECT_EQ(facts.st_mode & ALLPERMS, 0700u);
  EXPECT_EQ(facts.st_uid, kUser);
  const int folder = open(kInTmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  EXPECT_EQ(flock(folder, LOCK_EX | LOCK_NB), -1);
  EXPECT_EQ(errno, EWOULDBLOCK);
  container.Signal(SIGTERM);
  EXPECT_EQ(container.Await().status, 128 + SIGTERM);
  EXPECT_EQ(flock(folder, LOCK_EX | LOCK_NB), 0);
  close(folder);
}

}  // namespace
}  // namespace slipway::testing
