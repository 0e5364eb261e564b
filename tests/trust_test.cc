// Whose code a runtime with privileges loads, through the built host: the files of others, what is
// exchanged behind its back, and the libraries that a plugin brings along.

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kStranger = 4242;
constexpr char kGood[] = "libgood_plain_c_stage.so";

std::string Fixture(const std::string& file) { return Runfile("tests/plugins/" + file); }

void Copy(const std::string& from, const std::string& to) {
  fs::copy_file(from, to);
  chmod(to.c_str(), 0755);
}

std::string MakeFolder(const std::string& path, mode_t mode = 0755) {
  fs::create_directory(path);
  chmod(path.c_str(), mode);
  return path;
}

void GiveAway(const std::string& path) { ASSERT_EQ(lchown(path.c_str(), kStranger, kStranger), 0); }

// ---- More rights than the caller has ----

class Elevated : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to give a file such rights";
    struct statvfs filesystem {};
    ASSERT_EQ(statvfs(copy_.host().c_str(), &filesystem), 0);
    if (filesystem.f_flag & ST_NOSUID) GTEST_SKIP() << copy_.host() << " is mounted nosuid";
  }

  void ExpectRefused(const std::vector<std::string>& words) {
    std::vector<std::string> argv = {copy_.host()};
    argv.insert(argv.end(), words.begin(), words.end());
    ExpectRefusalLike(RunProgram(argv, {.uid = kStranger}),
                      "refuses to run with more rights than its caller has (",
                      {"setuid", "chmod ug-s", "setcap -r"});
  }

  PublicCopy copy_{{"uts"}};
};

TEST_F(Elevated, SetuidIsRefusedByEachVerb) {
  ASSERT_EQ(chmod(copy_.host().c_str(), 04755), 0);
  const std::string config = copy_.WriteStages("  - uts\n");
  ExpectRefused({"--config", config, "/bin/true"});
  ExpectRefused({"check", config});
  ExpectRefused({"list"});
  ExpectRefused({"--version"});
}

TEST_F(Elevated, SetgidIsRefused) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the search for leaks cannot look into a setgid process";
#endif
  ASSERT_EQ(chown(copy_.host().c_str(), 0, kStranger), 0);
  ASSERT_EQ(chmod(copy_.host().c_str(), 02755), 0);
  ExpectRefused({"stages"});
}

// ---- Privileges other than root's ----

// As a service of systemd with AmbientCapabilities= is started.
void BecomeStrangerWith(int capability) {
  prctl(PR_SET_KEEPCAPS, 1);
  if (setresgid(12345, 12345, 12345) != 0 || setresuid(12345, 12345, 12345) != 0) _exit(99);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  auto& word = data[CAP_TO_INDEX(capability)];
  word.effective = word.permitted = word.inheritable = CAP_TO_MASK(capability);
  if (syscall(SYS_capset, &header, data) != 0) _exit(99);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) _exit(99);
}

TEST(Capability, OfAnyKindMakesTheHostAskWhomAPluginBelongsTo) {
  if (!IsRoot()) GTEST_SKIP() << "needs root, to give capabilities away";
  const PublicCopy copy({"uts"});
  const std::string plugin =
      fs::path(copy.host()).parent_path().parent_path() / "plugins/uts/libuts_stage.so";
  GiveAway(plugin);
  const std::vector<std::string> argv = {copy.host(), "describe", "uts"};
  EXPECT_EQ(RunProgram(argv, {.uid = 12345}).status, 0);
  for (const int capability : {CAP_SETUID, CAP_DAC_OVERRIDE, CAP_BPF}) {
    const RunResult result =
        RunProgram(argv, {.prepare = [capability] { BecomeStrangerWith(capability); }});
    ExpectRefusalLike(result, "uts: not trusted \"" + plugin + "\" (owned by uid 4242, ", {});
  }
}

// ---- What is checked is what is loaded ----

// Puts the file `evil` in the place of `victim` once somebody opens that.
class Swap {
 public:
  Swap(const std::string& evil, const std::string& victim)
      : watch_(inotify_init1(IN_CLOEXEC)), thread_([this, evil, victim] {
          char event[4096];
          if (read(watch_, event, sizeof(event)) > 0) rename(evil.c_str(), victim.c_str());
        }) {
    if (inotify_add_watch(watch_, victim.c_str(), IN_OPEN) < 0) ADD_FAILURE() << victim;
  }
  Swap(const Swap&) = delete;
  Swap& operator=(const Swap&) = delete;
  ~Swap() {
    thread_.join();
    close(watch_);
  }

 private:
  int watch_;
  std::thread thread_;
};

// So long that it is exchanged before all of it has been read.
void Lengthen(const std::string& file) { fs::resize_file(file, size_t{32} << 20); }

TEST(Pin, IsOfTheBytesThatAreLoaded) {
  ContainerTest test;
  test.MakeRoot();
  const std::string file = test.Path("pinned.so");
  Copy(Fixture(kGood), file);
  Lengthen(file);
  Copy(Fixture("libbad_wrong_name_stage.so"), test.Path("evil.so"));
  const std::string sha256 = RunProgram({"/usr/bin/sha256sum", file}).out.substr(0, 64);
  const std::string config = test.WriteStages(
      "  - mount: {root: root}\n  - good-plain-c\nplugins:\n  good-plain-c: {path: " + file +
      ", sha256: " + sha256 + "}\n");
  const Swap swap(test.Path("evil.so"), file);
  const RunResult result = test.RunContainer(config, {"hostname"});
  EXPECT_EQ(result.out, "plain-c\n") << result.err;
}

TEST(Pin, OfTwoPluginsLoadsBoth) {
  ContainerTest test;
  test.MakeRoot();
  std::string pins;
  for (const char* name : {"good-plain-c", "good-keep-fd"}) {
    std::string file = std::string("lib") + name + "_stage.so";
    std::replace(file.begin(), file.end(), '-', '_');
    const std::string path = Fixture(file);
    pins += std::string("  ") + name + ": {path: " + path +
            ", sha256: " + RunProgram({"/usr/bin/sha256sum", path}).out.substr(0, 64) + "}\n";
  }
  test.Write("kept", "kept\n");
  const std::string config = test.WriteStages(
      "  - mount: {root: root}\n  - good-plain-c\n  - good-keep-fd: {path: kept}\nplugins:\n" +
      pins);
  const RunResult result = test.RunContainer(config, {"hostname"});
  EXPECT_EQ(result.out, "plain-c\n") << result.err;
}

// ---- What a plugin brings along ----

// The plugin `file` with `to` for each `from`, which is as long.
std::string Patched(const ContainerTest& test, const std::string& file, const std::string& from,
                    const std::string& to) {
  std::string bytes = ReadText(Fixture(file));
  EXPECT_NE(bytes.find(from), std::string::npos) << from << " is not in " << file;
  for (size_t at = 0; (at = bytes.find(from, at)) != std::string::npos; at += to.size()) {
    bytes.replace(at, to.size(), to);
  }
  std::string path = test.Write(file, bytes);
  chmod(path.c_str(), 0755);
  return fs::canonical(path);
}

RunResult Describe(const std::string& file, const RunOptions& options = {}) {
  return RunProgram({Runfile("runtime/runtime"), "describe", file}, options);
}

TEST(Needs, ARunpathIsRefused) {
  const std::string file = fs::canonical(Fixture("libbad_has_runpath_stage.so"));
  ExpectRefusal(Describe(file),
                "bad-has-runpath: cannot load \"" + file +
                    "\" (it says where its libraries are, DT_RUNPATH, and nobody checks what is "
                    "there; link it without -rpath, or remove that: patchelf --remove-rpath)");
}

TEST(Needs, ALibraryOfTheSystemIsLoaded) {
  const RunResult result = Describe(Fixture("libgood_needs_library_stage.so"));
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST(Needs, ALibraryThatIsNotTheSystemsIsRefused) {
  if (!IsRoot()) GTEST_SKIP() << "needs root: only a privileged host asks for a library's place";
  const ContainerTest test;
  const std::string file =
      Patched(test, "libgood_needs_library_stage.so", "libz.so.1", "libq.so.1");
  ExpectRefusalLike(Describe(file),
                    "good-needs-library: cannot load \"" + file + "\" (it needs libq.so.1, ",
                    {"/usr/lib", "statically"});
}

TEST(Needs, ALibraryByItsPathIsRefused) {
  const ContainerTest test;
  const std::string file =
      Patched(test, "libgood_needs_library_stage.so", "libz.so.1", "/x/z.so.1");
  ExpectRefusalLike(Describe(file),
                    "good-needs-library: cannot load \"" + file + "\" (it needs /x/z.so.1, ",
                    {"path"});
}

// ---- Below /tmp, and --trust ----

class Place : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root: only a privileged host asks whom a file belongs to";
    test_.WriteStages("  - good-plain-c\n");
  }

  // A folder with the plugin.
  static std::string Stages(const std::string& path, mode_t mode = 0755) {
    MakeFolder(path, mode);
    Copy(Fixture(kGood), path + "/" + kGood);
    return path;
  }

  RunResult Run(const std::string& folder, const std::vector<std::string>& more = {}) {
    std::vector<std::string> flags = {"--plugin-dir", folder};
    flags.insert(flags.end(), more.begin(), more.end());
    return test_.RunContainer(test_.Path("test.yaml"), {"/bin/uname", "-n"}, {}, flags);
  }

  void ExpectRuns(const RunResult& result) {
    EXPECT_EQ(result.out, "plain-c\n") << result.err;
    EXPECT_EQ(result.err, "");
  }

  void ExpectNotTrusted(const RunResult& result, const std::string& path, const std::string& hint) {
    ExpectRefusal(result, test_.Path("test.yaml") + ":3:5: good-plain-c: not trusted \"" + path +
                              "\" (" + hint + ")");
  }

  ContainerTest test_;
};

TEST_F(Place, BelowAStickyFolderMayBeMyOwn) {
  MakeFolder(test_.Path("tmp"), 01777);
  ExpectRuns(Run(Stages(test_.Path("tmp/mine"))));
}

TEST_F(Place, BelowAStickyFolderMayNotBeAnothers) {
  const std::string tmp = MakeFolder(test_.Path("tmp"), 01777);
  GiveAway(Stages(tmp + "/theirs"));
  ExpectNotTrusted(Run(tmp + "/theirs"), tmp + "/theirs",
                   "owned by uid 4242, mode 0755; must be owned by root: chown -h root " + tmp +
                       "/theirs; to trust it for this run: --trust " + tmp + "/theirs");
}

TEST_F(Place, IsNotALinkInAStickyFolder) {
  const std::string tmp = MakeFolder(test_.Path("tmp"), 01777);
  Stages(test_.Path("stages"));
  fs::create_symlink(test_.Path("stages"), tmp + "/link");
  ExpectRefusalLike(Run(tmp + "/link"), "", {"not trusted \"" + tmp + "\"", "mode 1777"});
}

TEST_F(Place, ThatIsTrustedMayBelongToAnybody) {
  const std::string folder = Stages(test_.Path("theirs"), 0777);
  GiveAway(folder);
  GiveAway(folder + "/" + kGood);
  EXPECT_EQ(Run(folder).status, 125);
  ExpectRuns(Run(folder, {"--trust", folder}));
  ExpectRuns(Run(folder, {"--trust", test_.folder()}));
  ExpectRuns(Run(folder, {"--trust=" + folder + "/"}));
}

TEST_F(Place, BesideATrustedOneIsNotTrusted) {
  const std::string folder = Stages(test_.Path("theirs"));
  const std::string beside = MakeFolder(test_.Path("theirs-not"));
  GiveAway(folder + "/" + kGood);
  ExpectNotTrusted(Run(folder, {"--trust", beside}), folder + "/" + kGood,
                   "owned by uid 4242, mode 0755; must be owned by root: chown -h root " + folder +
                       "/" + kGood + "; to trust it for this run: --trust " + folder);
  GiveAway(Stages(test_.Path("the")));
  EXPECT_EQ(Run(test_.Path("the"), {"--trust", folder}).status, 125);
}

TEST_F(Place, OfAnothersLinkToALoadedPackIsNotTrusted) {
  const std::string folder = MakeFolder(test_.Path("stages"));
  Copy(Runfile("plugins/libslipway_stages.so"), folder + "/pack.so");
  for (const char* link : {"/libuts_stage.so", "/libpid_stage.so"}) {
    fs::create_symlink("pack.so", folder + link);
  }
  test_.WriteStages("  - uts\n  - pid\n");
  EXPECT_EQ(Run(folder).status, 0);
  GiveAway(folder + "/libpid_stage.so");
  ExpectRefusalLike(Run(folder),
                    test_.Path("test.yaml") + ":4:5: pid: not trusted \"" + folder +
                        "/libpid_stage.so\" (owned by uid 4242",
                    {});
}

TEST_F(Place, ThatIsTrustedByALinkIsWhereThatLeads) {
  const std::string folder = Stages(test_.Path("theirs"));
  GiveAway(folder);
  fs::create_symlink(folder, test_.Path("link"));
  ExpectRuns(Run(folder, {"--trust", test_.Path("link")}));
}

TEST_F(Place, ThatIsTrustedMustBeAFolder) {
  ExpectRefusal(Run(test_.folder(), {"--trust", "/nope"}),
                "cannot open \"/nope\": No such file or directory (--trust takes a folder)");
}

TEST_F(Place, IsTrustedByTheOtherVerbsToo) {
  const std::string folder = Stages(test_.Path("theirs"));
  GiveAway(folder);
  const std::string host = Runfile("runtime/runtime");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"check", test_.Path("test.yaml")},
        {"describe", "good-plain-c"},
        {"stages"}}) {
    std::vector<std::string> argv = {host};
    argv.insert(argv.end(), words.begin(), words.end());
    argv.insert(argv.end(), {"--plugin-dir", folder});
    EXPECT_NE(RunProgram(argv).err.find("not trusted"), std::string::npos) << words.front();
    argv.insert(argv.end(), {"--trust", folder});
    const RunResult result = RunProgram(argv);
    EXPECT_EQ(result.status, 0) << words.front() << ": " << result.err;
    EXPECT_EQ(result.err, "") << words.front();
  }
}

}  // namespace
}  // namespace slipway::testing
