// tools/install: an installed tree runs from any place, stages are built with nothing but it, and
// uninstalling leaves nothing.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kManifest[] = "/share/slipway/manifest";

class Install : public ::testing::Test {
 protected:
  void TearDown() override { test_.ExpectNothingLeft(); }

  RunResult Tool(const std::vector<std::string>& words, const RunOptions& options = {}) const {
    std::vector<std::string> argv = {Runfile("tools/install")};
    argv.insert(argv.end(), words.begin(), words.end());
    return RunProgram(argv, options);
  }
  RunResult Put(const std::string& prefix, const RunOptions& options = {}) const {
    RunResult result = Tool({"--prefix", prefix, "--built", Runfile(".")}, options);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out, "tools/install: installed in " + prefix + "\n");
    return result;
  }
  RunResult Remove(const std::string& prefix) const {
    return Tool({"--uninstall", "--prefix", prefix});
  }
  void ExpectError(const RunResult& result, const std::string& line) const {
    EXPECT_EQ(result.err, "tools/install: " + line + "\n");
    EXPECT_EQ(result.status, 1);
  }

  // Of all that lies in a folder.
  static std::set<std::string> Names(const std::string& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      names.insert(entry.path().string().substr(folder.size()));
    }
    return names;
  }

  // In a container of the config, by the runtime that is installed at `prefix`.
  RunResult Run(const std::string& prefix, const std::string& config,
                const std::vector<std::string>& command,
                const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> argv = {prefix + "/bin/runtime", "--config", config, "--name",
                                     test_.next_id()};
    argv.insert(argv.end(), flags.begin(), flags.end());
    argv.insert(argv.end(), command.begin(), command.end());
    return RunProgram(argv);
  }

  ContainerTest test_;
  const std::string prefix_ = test_.Path("prefix");
};

TEST_F(Install, RunsFromWhereItIsMovedToByBothNames) {
  Put(prefix_);
  const std::string moved = test_.Path("elsewhere/slipway");
  fs::create_directories(fs::path(moved).parent_path());
  fs::rename(prefix_, moved);
  const RunResult about = RunProgram({moved + "/bin/slipway", "describe", "uts"});
  EXPECT_NE(about.out.find(moved + "/lib/slipway/stages/libslipway_stages.so"), std::string::npos)
      << about.out << about.err;
  const std::string config = test_.WriteStages("  - uts: {hostname: moved}\n  - pid\n");
  EXPECT_EQ(Run(moved, config, {"uname", "-n"}).out, "moved\n");
  EXPECT_EQ(Run(moved, "host", {"uname", "-n"}).out, "sandbox\n");
  EXPECT_EQ(Remove(moved).out, "tools/install: removed from " + moved + "\n");
  EXPECT_FALSE(fs::exists(moved));
}

TEST_F(Install, HasEveryStage) {
  Put(prefix_);
  std::set<std::string> links;
  std::ifstream packs(Runfile("plugins/stage_packs.txt"));
  for (std::string library, stage, link; packs >> library >> stage >> link;) {
    EXPECT_EQ(RunProgram({prefix_ + "/bin/runtime", "describe", stage}).status, 0) << stage;
    links.insert(link);
  }
  EXPECT_GT(links.size(), 20u);
}

TEST_F(Install, UninstallLeavesWhatOthersHavePutThere) {
  test_.Write("prefix/bin/other", "");
  fs::create_directory(prefix_ + "/lib");
  Put(prefix_);
  test_.Write("prefix/share/slipway/configs/own.yaml", "");
  EXPECT_EQ(Remove(prefix_).status, 0);
  EXPECT_EQ(Names(prefix_),
            (std::set<std::string>{"/bin", "/bin/other", "/lib", "/share", "/share/slipway",
                                   "/share/slipway/configs", "/share/slipway/configs/own.yaml"}));
}

TEST_F(Install, AgainReplacesTheProgramThatRunsAndWhatIsNoLongerAPart) {
  Put(prefix_);
  const std::set<std::string> names = Names(prefix_);
  test_.Write("prefix/lib/slipway/stages/libold_stage.so", "");
  std::ofstream(prefix_ + kManifest, std::ios::app) << "lib/slipway/stages/libold_stage.so\n";
  test_.Write("prefix/share/slipway/stage.mk", "changed");
  const std::string config = test_.WriteStages("  - pid\n");
  Running running({prefix_ + "/bin/runtime", "--config", config, "--name", test_.next_id(),
                   "/bin/sh", "-c", "echo begun; exec sleep 1000"});
  ASSERT_TRUE(running.AwaitOutput("begun"));
  Put(prefix_);
  EXPECT_EQ(Names(prefix_), names);
  EXPECT_NE(ReadText(prefix_ + "/share/slipway/stage.mk"), "changed");
  running.Signal(SIGTERM);
  EXPECT_EQ(running.Await().status, 128 + SIGTERM);
  EXPECT_EQ(Remove(prefix_).status, 0);
  EXPECT_FALSE(fs::exists(prefix_));
}

class InstallUmask : public Install, public ::testing::WithParamInterface<mode_t> {};

TEST_P(InstallUmask, DoesNotShow) {
  const mode_t mask = GetParam();
  Put(prefix_, {.prepare = [mask] { umask(mask); }});
  for (const auto& entry : fs::recursive_directory_iterator(prefix_)) {
    if (entry.is_symlink()) continue;
    const std::string path = entry.path();
    struct stat facts {};
    ASSERT_EQ(stat(path.c_str(), &facts), 0);
    const bool program = entry.is_directory() || path.starts_with(prefix_ + "/bin/") ||
                         path == prefix_ + "/lib/slipway/slipway-probe" ||
                         path == prefix_ + "/lib/slipway/tools/rootfs";
    EXPECT_EQ(facts.st_mode & 07777, program ? 0755u : 0644u) << path;
    EXPECT_EQ(facts.st_uid, 0u) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(All, InstallUmask, ::testing::Values(mode_t{0}, mode_t{077}));

TEST_F(Install, DestdirStandsInFront) {
  const std::string folder = test_.Path("package");
  EXPECT_EQ(Tool({"--destdir", folder, "--prefix", "/opt/x/", "--built", Runfile(".")}).out,
            "tools/install: installed in " + folder + "/opt/x\n");
  EXPECT_TRUE(fs::exists(folder + "/opt/x/bin/runtime"));
  EXPECT_EQ(Tool({"--uninstall", "--destdir=" + folder, "--prefix=/opt/x"}).status, 0);
  EXPECT_FALSE(fs::exists(folder + "/opt/x"));
}

TEST_F(Install, BadOptionsAreNamed) {
  ExpectError(Tool({"--color"}), "unknown option --color (see tools/install --help)");
  ExpectError(Tool({"all"}), "unexpected argument all (see tools/install --help)");
  ExpectError(Tool({"--prefix"}), "--prefix needs a folder");
  ExpectError(Tool({"--destdir="}), "--destdir needs a folder");
  ExpectError(Tool({"--prefix", "usr"}), "--prefix must be an absolute path, and not usr");
  ExpectError(Tool({"--built", "/nowhere"}), "--built: there is no /nowhere/runtime/runtime");
  ExpectError(Tool({"--uninstall", "--built", "/nowhere"}), "--built does not go with --uninstall");
}

class InstallNowhere : public Install {
 protected:
  // It must have left all as it was.
  void ExpectRefusal(const std::string& line) const {
    const std::set<std::string> before = Names(test_.folder());
    ExpectError(Tool({"--prefix", prefix_, "--built", Runfile(".")}), line);
    EXPECT_EQ(Names(test_.folder()), before);
  }
};

TEST_F(InstallNowhere, AFileInThePlaceOfAFolder) {
  const std::string file = test_.Write("prefix/share/doc", "");
  ExpectRefusal("cannot install in " + prefix_ + ": " + file + " is not a folder");
}

TEST_F(InstallNowhere, AFolderInThePlaceOfAFile) {
  test_.Write("prefix/bin/runtime/file", "");
  ExpectRefusal("cannot install " + prefix_ + "/bin/runtime: it is a folder");
}

TEST_F(InstallNowhere, AReadonlyFilesystem) {
  fs::create_directory(prefix_);
  ASSERT_EQ(mount("none", prefix_.c_str(), "tmpfs", MS_RDONLY, nullptr), 0);
  ExpectRefusal("cannot write in " + prefix_ + "; take another --prefix");
  ASSERT_EQ(umount2(prefix_.c_str(), 0), 0);
}

// The runtime itself writes its manual pages.
TEST_F(InstallNowhere, ATemporaryFolderInWhichNothingIsExecuted) {
  const std::string folder = test_.Path("noexec");
  fs::create_directory(folder);
  ASSERT_EQ(mount("none", folder.c_str(), "tmpfs", MS_NOEXEC, nullptr), 0);
  const RunResult result =
      Tool({"--prefix", prefix_, "--built", Runfile(".")}, {.environment = {{"TMPDIR", folder}}});
  ExpectError(result, "cannot run the runtime in " + folder +
                          "; if no program may be executed there, set TMPDIR to another folder");
  EXPECT_EQ(Names(folder), std::set<std::string>());
  EXPECT_FALSE(fs::exists(prefix_));
  ASSERT_EQ(umount2(folder.c_str(), 0), 0);
}

TEST_F(InstallNowhere, UninstallWantsAManifest) {
  ExpectError(Remove(prefix_),
              "nothing is installed in " + prefix_ + ": there is no " + prefix_ + kManifest);
}

TEST_F(InstallNowhere, AManifestThatLeadsOutIsNotFollowed) {
  const std::string outside = test_.Write("outside", "");
  const std::string manifest = test_.Write("prefix/share/slipway/manifest", "bin/../../outside\n");
  ExpectError(Remove(prefix_),
              manifest + " is damaged: \"bin/../../outside\" is not a path below " + prefix_);
  EXPECT_TRUE(fs::exists(outside));
}

TEST_F(InstallNowhere, AManifestOfSomebodyElseIsNotBelieved) {
  const std::string outside = test_.Write("outside/victim", "");
  test_.Write("prefix/keep", "");
  fs::create_directory_symlink(test_.Path("outside"), prefix_ + "/lib");
  const std::string manifest = test_.Write("prefix/share/slipway/manifest", "lib/victim\n");
  ASSERT_EQ(chown(manifest.c_str(), 12345, 12345), 0);
  const std::string refused = "not trusted: " + manifest +
                              " belongs to somebody else, or is a symlink; remove it, or take "
                              "another --prefix";
  ExpectError(Remove(prefix_), refused);
  ExpectError(Tool({"--prefix", prefix_, "--built", Runfile(".")}), refused);
  ASSERT_EQ(chown(manifest.c_str(), 0, 0), 0);
  fs::rename(manifest, test_.Path("manifest"));
  fs::create_symlink(test_.Path("manifest"), manifest);
  ExpectError(Remove(prefix_), refused);
  EXPECT_TRUE(fs::exists(outside));
}

TEST_F(InstallNowhere, AFileOfSomebodyElseIsNotReplaced) {
  const std::string other = test_.Write("prefix/bin/runtime", "other");
  ExpectError(Tool({"--prefix", prefix_, "--built", Runfile(".")}),
              "cannot install " + other +
                  ": a file that no earlier run has installed is there; remove it first");
  EXPECT_EQ(ReadText(other), "other");
  EXPECT_EQ(Names(prefix_), (std::set<std::string>{"/bin", "/bin/runtime"}));
}

TEST_F(InstallNowhere, AFolderThatWasAFileStopsAllBeforeAnythingIsRemoved) {
  Put(prefix_);
  fs::remove(prefix_ + "/bin/slipway");
  test_.Write("prefix/bin/slipway/own", "");
  const std::set<std::string> before = Names(prefix_);
  ExpectError(Remove(prefix_),
              prefix_ +
                  "/bin/slipway is a folder now, and was a file that was installed: remove it "
                  "first");
  EXPECT_EQ(Names(prefix_), before);
}

constexpr char kInCxx[] = R"(
#include <slipway/stage.h>
#include <unistd.h>


class Greeting final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(slipway::Option<&Greeting::text_>("text", "What", {}));
  }
  slipway::Status PreClone(slipway::Plan& plan) override { return plan.AddNamespaces(0x04000000); }
  slipway::Status InChild(slipway::Child&) override {
    if (sethostname(text_.data(), text_.size()) == 0) return slipway::Ok();
    return slipway::Error(errno, "set the host name", text_);
  }

 private:
  std::string text_;
};

SLIPWAY_STAGE(Greeting, {.name = "my-greeting", .summary = "Greets",
                         .privileges = SLIPWAY_ROOT_OR_USERNS});
)";

constexpr char kInC[] = R"(
#include <slipway/abi.h>
#include <sys/stat.h>

static int InChild(void* stage, slipway_context* context, slipway_error* error) {
  (void)stage, (void)context, (void)error;
  umask(0123);
  return 0;
}

static int Create(const slipway_host* host, slipway_context* context, const slipway_value* options,
                  void** stage, slipway_error* error) {
  (void)host, (void)context, (void)options, (void)error;
  *stage = 0;
  return 0;
}

static void Destroy(void* stage) { (void)stage; }

static const slipway_stage kStage = {
    .name = "mask-in-c", .version = "1", .summary = "Sets the umask",
    .privileges = SLIPWAY_UNPRIVILEGED, .create = Create, .in_child = InChild, .destroy = Destroy};

SLIPWAY_PLUGIN(&kStage);
)";

// A stage that is built with an installed tree alone.
class OwnStage : public Install {
 protected:
  void SetUp() override {
    Put(prefix_);
    test_.Write("own/my_greeting.cc", kInCxx);
    test_.Write("own/mask_in_c.c", kInC);
  }

  void Build(const std::string& script) const {
    const RunResult built = RunProgram({"/bin/sh", "-e", "-c", "cd " + own_ + "\n" + script},
                                       {.environment = {{"PKG_CONFIG_PATH", pkgconfig_}}});
    EXPECT_EQ(built.status, 0) << built.out << built.err;
    EXPECT_EQ(built.err, "");
  }

  void ExpectBothAct(const std::vector<std::string>& flags) const {
    const std::string config =
        test_.WriteStages("  - my-greeting: {text: hello}\n  - mask-in-c\n  - pid\n");
    const RunResult result = Run(prefix_, config, {"/bin/sh", "-c", "uname -n; umask"}, flags);
    EXPECT_EQ(result.out, "hello\n0123\n") << result.err;
  }

  void ExpectNoOthersNames(const std::string& library) const {
    const RunResult names = RunProgram(
        {"/usr/bin/nm", "--dynamic", "--defined-only", "--format=just-symbols", library});
    EXPECT_EQ(names.out, "slipway_plugin_0\n") << names.err;
  }

  const std::string own_ = test_.Path("own");
  const std::string pkgconfig_ = prefix_ + "/lib/pkgconfig";
};

TEST_F(OwnStage, IsBuiltByPkgConfig) {
  Build(
      "flags='-O2 -Wall -Wextra -Werror -shared'\n"
      "g++ -std=c++20 $flags $(pkg-config --cflags slipway) my_greeting.cc "
      "$(pkg-config --libs slipway) -o libmy_greeting_stage.so\n"
      "gcc -std=c11 $flags $(pkg-config --cflags slipway) mask_in_c.c "
      "$(pkg-config --libs slipway) -o libmask_in_c_stage.so\n");
  ExpectBothAct({"--plugin-dir", own_});
  ExpectNoOthersNames(own_ + "/libmy_greeting_stage.so");
}

TEST_F(OwnStage, IsBuiltByPkgConfigWhenTheTreeIsMoved) {
  const std::string moved = test_.Path("moved");
  fs::rename(prefix_, moved);
  const std::string folder = "PKG_CONFIG_PATH=" + moved + "/lib/pkgconfig pkg-config ";
  Build("g++ -std=c++20 -shared $(" + folder + "--cflags slipway) my_greeting.cc $(" + folder +
        "--libs slipway) -o $(" + folder + "--variable=stagesdir slipway)/libmy_greeting_stage.so");
  const std::string config = test_.WriteStages("  - my-greeting: {text: hello}\n");
  EXPECT_EQ(Run(moved, config, {"uname", "-n"}).out, "hello\n");
}

TEST_F(OwnStage, IsBuiltByTheMakeFragment) {
  test_.Write("own/Makefile",
              "STAGES = my-greeting mask-in-c\nCPPFLAGS = -Wall -Wextra -Werror\ninclude " +
                  prefix_ + "/share/slipway/stage.mk\n");
  const std::set<std::string> sources = Names(own_);
  Build("make");
  ExpectBothAct({"--plugin-dir", own_});
  ExpectNoOthersNames(own_ + "/libmy_greeting_stage.so");
  const std::string cases = test_.Write("cases.yaml", R"(version: 1
cases:
  - name: it sets the host name
    stages: [{my-greeting: {text: hello}}]
    command: [probe, hostname]
    expect: {stdout: hello}
)");
  EXPECT_EQ(
      RunProgram({prefix_ + "/bin/slipway-stage-test", own_ + "/libmy_greeting_stage.so", cases})
          .out,
      "ok       it sets the host name\n1 passed, 0 failed, 0 skipped\n");
  Build("make install clean");
  EXPECT_EQ(Names(own_), sources);
  ExpectBothAct({});
}

}  // namespace
}  // namespace slipway::testing
