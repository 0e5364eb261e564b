// The Debian package that tools/package makes, installed on another machine: a view of
// rootfs/ubuntu in which what is written is thrown away.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

RunResult MakePackage(const std::string& folder, const RunOptions& options = {}) {
  return RunProgram({Runfile("tools/package"), "--built", Runfile("."), "--output", folder},
                    options);
}

std::string PackageIn(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".deb") return entry.path();
  }
  ADD_FAILURE() << "no package in " << folder;
  return {};
}

// Fails the program that is to be started.
void Must(bool done, const char* what) {
  if (done) return;
  perror(what);
  _exit(EXIT_FAILURE);
}

// In a process of its own: `root` becomes its whole filesystem. Not by chroot(2), in which no user
// may make a user namespace.
void EnterMachine(const std::string& root) {
  Must(unshare(CLONE_NEWNS) == 0, "unshare");
  Must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make mounts private");
  Must(chdir(root.c_str()) == 0, "enter the root");
  Must(mount("/sys", "sys", nullptr, MS_BIND | MS_REC, nullptr) == 0, "bind /sys");
  Must(mount("proc", "proc", "proc", 0, nullptr) == 0, "mount /proc");
  Must(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
  Must(umount2(".", MNT_DETACH) == 0, "leave the old root");
  Must(chdir("/") == 0, "enter /");
}

class Package : public ::testing::Test {
 protected:
  // One for all tests.
  static void SetUpTestSuite() {
    made_ = std::make_unique<ContainerTest>();
    const RunResult result = MakePackage(made_->folder());
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    package_ = PackageIn(made_->folder());
    EXPECT_EQ(result.out, "tools/package: made " + package_ + "\n");
  }
  static void TearDownTestSuite() { made_.reset(); }

  static RunResult DpkgDeb(const std::vector<std::string>& words) {
    std::vector<std::string> argv = {"/usr/bin/dpkg-deb"};
    argv.insert(argv.end(), words.begin(), words.end());
    return RunProgram(argv);
  }
  // Of the package, without the newline.
  static std::string Field(const std::string& name) {
    std::string text = DpkgDeb({"--field", package_, name}).out;
    if (!text.empty()) text.pop_back();
    return text;
  }
  static const std::string& package() { return package_; }

  ContainerTest test_;

 private:
  static inline std::unique_ptr<ContainerTest> made_;
  static inline std::string package_;
};

class InstalledPackage : public Package {
 protected:
  void SetUp() override {
    lower_ = fs::canonical(Runfile("README.md")).parent_path() / "rootfs/ubuntu";
    ASSERT_TRUE(fs::is_directory(lower_)) << "run tools/rootfs first, which makes " << lower_;
    const std::string memory = test_.Path("memory");
    fs::create_directory(memory);
    ASSERT_EQ(mount("none", memory.c_str(), "tmpfs", 0, "mode=755"), 0);
    root_ = memory + "/root";
    MountRoot(memory + "/upper", root_);
    fs::copy_file(package(), root_ + "/tmp/slipway.deb");
    before_ = Files();
    const RunResult result = On({"/usr/bin/dpkg", "--install", "/tmp/slipway.deb"});
    ASSERT_EQ(result.status, 0) << result.out << result.err;
    EXPECT_EQ(result.err, "");
  }
  void TearDown() override {
    EXPECT_EQ(umount2(test_.Path("memory").c_str(), MNT_DETACH), 0);
    test_.ExpectNothingLeft();
  }

  // The root filesystem, with what is written to it in `upper`.
  void MountRoot(const std::string& upper, const std::string& point) const {
    const std::string work = upper + ".work";
    for (const std::string& folder : {upper, work, point}) fs::create_directories(folder);
    const std::string options = "lowerdir=" + lower_ + ",upperdir=" + upper + ",workdir=" + work;
    ASSERT_EQ(mount("none", point.c_str(), "overlay", 0, options.c_str()), 0);
  }

  // Runs a program on that machine.
  RunResult On(const std::vector<std::string>& argv) const {
    return RunProgram(
        argv, {.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {"HOME", "/root"}},
               .prepare = [this] { EnterMachine(root_); }});
  }
  RunResult InContainer(const std::string& config, const std::string& script,
                        std::vector<std::string> before = {}) const {
    for (const std::string& word :
         {std::string("/usr/bin/runtime"), std::string("--config"), config, std::string("--name"),
          test_.next_id(), std::string("/bin/sh"), std::string("-c"), script}) {
      before.push_back(word);
    }
    return On(before);
  }

  // All of that machine, but what dpkg writes down.
  std::set<std::string> Files() const {
    std::set<std::string> files;
    auto entry = fs::recursive_directory_iterator(root_);
    for (; entry != fs::recursive_directory_iterator(); ++entry) {
      const std::string path = entry->path().string().substr(root_.size());
      if (path == "/var/lib/dpkg") {
        entry.disable_recursion_pending();
      } else if (path != "/var/log/dpkg.log") {
        files.insert(path);
      }
    }
    return files;
  }

  std::string lower_;
  std::string root_;
  std::set<std::string> before_;
};

TEST_F(InstalledPackage, SaysItsVersionByBothNames) {
  const std::string version = "slipway " + Field("Version") + "\n";
  EXPECT_EQ(On({"/usr/bin/runtime", "--version"}).out, version);
  EXPECT_EQ(On({"/usr/bin/slipway", "--version"}).out, version);
}

TEST_F(InstalledPackage, RunsAStrangersProgramForRoot) {
  const RunResult result = InContainer("sandbox", "uname -n; id -u");
  EXPECT_EQ(result.out, "sandbox\n0\n") << result.err;
}

TEST_F(InstalledPackage, RunsAStrangersProgramForAPlainUser) {
  const RunResult result =
      InContainer("sandbox", "uname -n; id -u",
                  {"/usr/bin/setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"});
  EXPECT_EQ(result.out, "sandbox\n12345\n") << result.err;
}

TEST_F(InstalledPackage, ShowsTheMachinesFilesAndKeepsThemAsTheyAre) {
  const RunResult result = InContainer("host", "echo written > /etc/made && cat /etc/made");
  EXPECT_EQ(result.out, "written\n") << result.err;
  EXPECT_FALSE(fs::exists(root_ + "/etc/made"));
}

TEST_F(InstalledPackage, HasTheRootFilesystemOfUbuntuYamlWhereSlipwayRootfsMakesIt) {
  const std::string folder = "/var/lib/slipway/rootfs/ubuntu";
  EXPECT_NE(
      On({"/usr/bin/slipway-rootfs", "--help"}).out.find("DIR is " + folder + " unless given"),
      std::string::npos);
  EXPECT_NE(InContainer("ubuntu", "true").err.find("slipway-rootfs " + folder), std::string::npos);
  MountRoot(test_.Path("memory/second"), root_ + folder);
  const RunResult result = InContainer("ubuntu", "uname -n; ls /usr/bin/runtime");
  EXPECT_EQ(result.out, "container\n") << result.err;
}

TEST_F(InstalledPackage, ItsConfigsPassTheCheck) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(root_ + "/usr/share/slipway/configs")) {
    names.insert(entry.path().stem());
    const RunResult result = On({"/usr/bin/runtime", "check", entry.path().stem()});
    EXPECT_EQ(result.status, 0) << result.err;
  }
  std::set<std::string> ready;
  for (const auto& entry : fs::directory_iterator(fs::canonical(Runfile("configs")))) {
    if (entry.path().extension() == ".yaml") ready.insert(entry.path().stem());
  }
  EXPECT_EQ(names, ready);
}

TEST_F(InstalledPackage, RemoveLeavesNothing) {
  EXPECT_NE(Files(), before_);
  const RunResult result = On({"/usr/bin/dpkg", "--remove", "slipway"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(Files(), before_);
}

TEST_F(InstalledPackage, PurgeLeavesNothing) {
  const RunResult result = On({"/usr/bin/dpkg", "--purge", "slipway"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(Files(), before_);
}

TEST_F(Package, IsTheSameMadeTwice) {
  const std::string again = test_.Path("again");
  fs::create_directory(again);
  const RunResult result = MakePackage(
      again, {.environment = {{"TMPDIR", test_.folder()}}, .prepare = [] { umask(077); }});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(fs::path(PackageIn(again)).filename(), fs::path(package()).filename());
  EXPECT_TRUE(ReadText(PackageIn(again)) == ReadText(package()));
}

TEST_F(Package, ItsFilesAreRootsAndNobodyElseMayWriteThem) {
  std::istringstream lines(DpkgDeb({"--contents", package()}).out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const std::string begin = line.substr(0, line.find(' ', 11));
    EXPECT_TRUE(begin == "-rwxr-xr-x root/root" || begin == "-rw-r--r-- root/root" ||
                begin == "drwxr-xr-x root/root" || begin == "lrwxrwxrwx root/root")
        << line;
  }
  EXPECT_GT(count, 50);
}

TEST_F(Package, ItsChecksumsAreRight) {
  const std::string tree = test_.Path("tree");
  ASSERT_EQ(DpkgDeb({"--raw-extract", package(), tree}).status, 0);
  const RunResult result = RunProgram(
      {"/usr/bin/env", "--chdir=" + tree, "md5sum", "--check", "--quiet", "DEBIAN/md5sums"});
  EXPECT_EQ(result.status, 0) << result.out;
  std::set<std::string> documents;
  for (const auto& entry : fs::directory_iterator(tree + "/usr/share/doc/slipway")) {
    documents.insert(entry.path().filename());
  }
  EXPECT_EQ(documents,
            (std::set<std::string>{"CHANGELOG.md", "README.md", "changelog.gz", "copyright"}));
}

TEST_F(Package, HasManualPagesAndCompletionWhereDebianLooks) {
  const std::string files = DpkgDeb({"--contents", package()}).out;
  for (const char* file :
       {"/man/man1/runtime.1.gz\n", "/man/man1/slipway.1.gz -> runtime.1.gz\n",
        "/man/man1/runtime-run.1.gz\n", "/man/man5/slipway-config.5.gz\n",
        "/man/man7/slipway-stage-uts.7.gz\n", "/bash-completion/completions/runtime\n",
        "/bash-completion/completions/slipway -> runtime\n",
        "/zsh/vendor-completions/_slipway\n"}) {
    EXPECT_NE(files.find(std::string(" ./usr/share") + file), std::string::npos) << file;
  }
}

// The relocations of the runtime are packed, which an older C library does not know.
TEST_F(Package, NeedsACLibraryThatCanLoadIt) {
  EXPECT_NE(Field("Depends").find("libc6 (>= 2.36)"), std::string::npos) << Field("Depends");
  EXPECT_EQ(Field("Recommends"), "uidmap, passt, mmdebstrap");
}

TEST_F(Package, BadOptionsAreNamed) {
  const std::string tool = Runfile("tools/package");
  EXPECT_EQ(RunProgram({tool, "--color"}).err,
            "tools/package: unknown option --color (see tools/package --help)\n");
  EXPECT_EQ(RunProgram({tool, "--output"}).err, "tools/package: --output needs a folder\n");
  EXPECT_EQ(RunProgram({tool, "--output", "/nowhere"}).err,
            "tools/package: --output: there is no folder /nowhere\n");
  EXPECT_EQ(RunProgram({tool, "--output", test_.folder(), "--built", "/nowhere"}).err,
            "tools/install: --built: there is no /nowhere/runtime/runtime\n");
  EXPECT_EQ(MakePackage(test_.folder(), {.environment = {{"SOURCE_DATE_EPOCH", "now"}}}).err,
            "tools/package: SOURCE_DATE_EPOCH is not a number of seconds: now\n");
}

}  // namespace
}  // namespace slipway::testing
