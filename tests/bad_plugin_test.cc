// Plugins that misbehave (tests/plugins): the host refuses, or fails with the one line that names
// stage and hook. None of them takes the host down, and none keeps the others from cleaning up.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kRoot[] = "  - mount: {root: root}\n";

std::string Fixture(const std::string& file) { return Runfile("tests/plugins/" + file); }

// Where the fixture really is: a path is resolved before it is trusted.
std::string RealFixture(const std::string& file) { return fs::canonical(Fixture(file)).string(); }

std::vector<std::string> FixtureFlags() { return {"--plugin-dir", Runfile("tests/plugins")}; }

RunResult RunStages(ContainerTest& test, const std::string& stages,
                    const std::vector<std::string>& command = {"/bin/echo", "ran"}) {
  test.MakeRoot();
  return test.RunContainer(test.WriteStages(stages), command, {}, FixtureFlags());
}

struct Case {
  const char* name;
  const char* stage;     // as in the pipeline; its line is the config's fourth
  const char* expected;  // "$F:4:5" is its place, "$P" the real folder of the fixtures
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.stage; }

class BadPlugin : public ::testing::TestWithParam<Case> {};

TEST_P(BadPlugin, FailsWithOneLine) {
  ContainerTest test;
  const RunResult result = RunStages(test, std::string(kRoot) + "  - " + GetParam().stage + "\n");
  std::string line = Fill(GetParam().expected, test);
  if (const size_t mark = line.find("$P"); mark != std::string::npos) {
    line.replace(mark, 2, fs::path(RealFixture("libgood_plain_c_stage.so")).parent_path().string());
  }
  ExpectRefusal(result, line);
}

constexpr Case kLoad[] = {
    {"NoSymbol", "bad-no-symbol",
     "$F:4:5: bad-no-symbol: no symbol \"slipway_plugin_0\" (each plugin exports it, see "
     "SLIPWAY_STAGE; file: $P/libbad_no_symbol_stage.so)"},
    {"WrongMagic", "bad-wrong-magic",
     "$F:4:5: bad-wrong-magic: wrong magic \"0x1122334455667788\" (a plugin begins with "
     "0x0059415750494c53; this is none: $P/libbad_wrong_magic_stage.so)"},
    {"WrongName", "bad-wrong-name",
     "$F:4:5: bad-wrong-name: no such stage in the plugin \"bad-wrong-name\" (it has "
     "somebody-else; "
     "file: $P/libbad_wrong_name_stage.so)"},
    {"NoNote", "bad-no-note",
     "$F:4:5: bad-no-note: not a plugin of Slipway \"$P/libbad_no_note_stage.so\" (it has no note "
     ".note.slipway, which SLIPWAY_STAGE makes, or SLIPWAY_PLUGIN in C)"},
    {"UnresolvedSymbol", "bad-unresolved-symbol",
     "$F:4:5: bad-unresolved-symbol: cannot load \"$P/libbad_unresolved_symbol_stage.so\" "
     "(undefined symbol: slipway_no_such_function)"},
};

constexpr Case kHooks[] = {
    {"CreateFails", "bad-create-fails",
     "$F:4:5: bad-create-fails: refused \"on purpose\" (this stage always fails in "
     "create)"},
    {"PreCloneFails", "bad-pre-clone-fails",
     "$F:4:5: bad-pre-clone-fails: cannot prepare \"on purpose\": Device or resource busy (this "
     "stage "
     "always fails in pre-clone)"},
    {"InChildFails", "bad-in-child-fails",
     "$F:4:5: bad-in-child-fails: cannot enter \"on purpose\": Operation not permitted (this stage "
     "always fails in in-child)"},
    {"InChildWritesToNull", "bad-in-child-crashes",
     "bad-in-child-crashes: crashed in its InChild hook: Segmentation fault (a bug of the stage)"},
    {"InChildAborts", "bad-in-child-crashes: {how: abort}",
     "bad-in-child-crashes: crashed in its InChild hook: Aborted (a bug of the stage)"},
    {"InChildExits", "bad-in-child-exits",
     "bad-in-child-exits: ended the child in its InChild hook (a bug of the stage; exit status 0)"},
};

constexpr Case kThrows[] = {
    {"InProbe", "bad-throws: {hook: probe}",
     "bad-throws: threw an exception in its Probe hook \"thrown on purpose\""},
    {"InCreate", "bad-throws: {hook: create}",
     "bad-throws: threw an exception in its Create hook \"thrown on purpose\""},
    {"InPreClone", "bad-throws: {hook: pre-clone}",
     "bad-throws: threw an exception in its PreClone hook \"thrown on purpose\""},
    {"InPostClone", "bad-throws: {hook: post-clone}",
     "bad-throws: threw an exception in its PostClone hook \"thrown on purpose\""},
    {"InInChild", "bad-throws: {hook: in-child}",
     "bad-throws: threw an exception in its InChild hook \"thrown on purpose\""},
    {"OddlyInPreClone", "bad-throws: {hook: pre-clone, odd: true}",
     "bad-throws: threw an exception in its PreClone hook"},
    {"OddlyInInChild", "bad-throws: {hook: in-child, odd: true}",
     "bad-throws: threw an exception in its InChild hook"},
};

INSTANTIATE_TEST_SUITE_P(Load, BadPlugin, ::testing::ValuesIn(kLoad), NameOf<Case>);
INSTANTIATE_TEST_SUITE_P(Hook, BadPlugin, ::testing::ValuesIn(kHooks), NameOf<Case>);
INSTANTIATE_TEST_SUITE_P(Throws, BadPlugin, ::testing::ValuesIn(kThrows), NameOf<Case>);

// The versions in these change with the ABI.
TEST(BadPlugin, OfAnotherAbiIsRefused) {
  ContainerTest test;
  const RunResult result = RunStages(test, "  - bad-wrong-abi-major\n");
  ExpectRefusalLike(
      result, Fill("$F:3:5: bad-wrong-abi-major: wrong ABI \"", test),
      {"(this runtime wants ",
       "; rebuild the stage: " + RealFixture("libbad_wrong_abi_major_stage.so") + ")"});
}

TEST(BadPlugin, OfSmallerStagesIsRefused) {
  ContainerTest test;
  const RunResult result = RunStages(test, "  - bad-too-small-struct\n");
  ExpectRefusalLike(
      result, Fill("$F:3:5: bad-too-small-struct: wrong size of a stage \"", test),
      {"(this runtime wants ",
       "; rebuild the stage: " + RealFixture("libbad_too_small_struct_stage.so") + ")"});
}

TEST(BadPlugin, ThatThrowsInTeardownIsAWarning) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config =
      test.WriteStages(std::string(kRoot) + "  - bad-throws: {hook: teardown}\n");
  std::vector<std::string> flags = FixtureFlags();
  flags.insert(flags.end(), {"--root", test.Path("state")});
  const RunResult result = test.RunContainer(config, {"/bin/echo", "ran"}, {}, flags);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_EQ(
      result.err,
      "runtime: warning: bad-throws: threw an exception in its Teardown hook \"thrown on purpose\" "
      "(runtime gc tries it again)\n");
}

TEST(BadPlugin, WhoseDestructorCrashesIsNamed) {
  ContainerTest test;
  const std::string line =
      "bad-destructor-crashes: crashed in its destructor: Segmentation fault (a bug of the "
      "stage)\n";
  const RunResult result = RunStages(test, std::string(kRoot) + "  - bad-destructor-crashes\n");
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_EQ(result.err, "runtime: warning: " + line);
  EXPECT_EQ(result.status, 0);
}

TEST(BadPlugin, InAnAlternativeThatWouldNotBeTakenIsRefused) {
  ContainerTest test;
  ExpectRefusalLike(RunStages(test, "  - first-of:\n      - uts\n      - bad-no-symbol\n"),
                    Fill("$F:5:9: bad-no-symbol: no symbol ", test), {});
}

TEST(FirstOf, GoesOnBehindAStageThatIsNotHere) {
  ContainerTest test;
  const RunResult result =
      RunStages(test, std::string(kRoot) + "  - first-of:\n      - good-not-here\n      - uts\n",
                {"hostname"});
  EXPECT_EQ(result.out, "container\n") << result.err;
  EXPECT_EQ(result.err, "");
}

TEST(FirstOf, StopsAtAMistake) {
  ContainerTest test;
  ExpectRefusal(
      RunStages(test, "  - first-of:\n      - good-not-here: {wrong: true}\n      - uts\n"),
      Fill("$F:4:32: good-not-here: wrong: a mistake \"on purpose\"", test));
}

TEST(FirstOf, StopsAtAProbeThatThrows) {
  ContainerTest test;
  ExpectRefusal(RunStages(test, "  - first-of:\n      - bad-throws: {hook: probe}\n      - uts\n"),
                "bad-throws: threw an exception in its Probe hook \"thrown on purpose\"");
}

TEST(FirstOf, SaysWhatWouldMakeAStageWork) {
  ContainerTest test;
  const std::string config =
      test.WriteStages("  - first-of:\n      - good-not-here: {cure: another day}\n      - uts\n");
  std::vector<std::string> words = {Runfile("runtime/runtime"), "check", "--probe", config};
  const std::vector<std::string> flags = FixtureFlags();
  words.insert(words.end(), flags.begin(), flags.end());
  const std::string reason =
      "not available here: " +
      Fill("$F:4:31: good-not-here: cure: no such thing \"here\" (nowhere is; another day)\n",
           test);
  EXPECT_NE(RunProgram(words).out.find(reason), std::string::npos) << RunProgram(words).out;
  words.insert(words.end(), {"--format", "json"});
  EXPECT_NE(RunProgram(words).out.find("\"cure\":\"another day\""), std::string::npos);
}

constexpr char kOptional[] = "  - first-of: [good-not-here, none]\n  - uts\n";
TEST(FirstOf, LeavesAStageOutForNone) {
  ContainerTest test;
  EXPECT_EQ(RunStages(test, std::string(kRoot) + kOptional, {"hostname"}).out, "container\n");
}

TEST(FirstOf, SaysThatAStageIsLeftOut) {
  ContainerTest test;
  const std::string config = test.WriteStages(kOptional);
  const auto check = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {Runfile("runtime/runtime"), "check", config};
    for (const auto& some : {FixtureFlags(), more}) {
      words.insert(words.end(), some.begin(), some.end());
    }
    return RunProgram(words);
  };
  EXPECT_EQ(check({}).out, config + ": ok: good-not-here|none uts\n");
  const std::string reason = Fill(
      "$F:3:16: good-not-here: cure: no such thing \"here\" (nowhere is; another machine)", test);
  EXPECT_EQ(check({"--probe"}).out, config + ": ok: uts\nnot available here: " + reason + "\n");
  const RunResult set = check({"--probe", "--set", "good-not-here.cure=x"});
  EXPECT_EQ(set.status, 1);
  EXPECT_NE(
      set.err.find("--set good-not-here.cure=x: no stage of first-of was taken (none was, at " +
                   Fill("$F:3:31", test)),
      std::string::npos)
      << set.err;
}

TEST(FirstOf, ShowsTheCureOfTheOnlyStage) {
  ContainerTest test;
  ExpectRefusal(RunStages(test, "  - good-not-here\n"),
                Fill("$F:3:5: good-not-here: cure: no such thing \"here\" (nowhere is; another "
                     "machine)",
                     test));
}

// A copy of good-plain-c that the test may spoil.
class Trust : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root: only a privileged host asks whom a file belongs to";
    folder_ = test_.Path("stages");
    fs::create_directory(folder_);
    chmod(folder_.c_str(), 0755);
    file_ = folder_ + "/libgood_plain_c_stage.so";
    fs::copy_file(Fixture("libgood_plain_c_stage.so"), file_);
    chmod(file_.c_str(), 0755);
  }

  RunResult Run(const RunOptions& options = {}) {
    return test_.RunContainer(test_.WriteStages("  - good-plain-c\n"), {"/bin/uname", "-n"},
                              options, {"--plugin-dir", folder_});
  }

  void ExpectNotTrusted(const std::string& path, const std::string& reason) {
    ExpectRefusal(Run(), test_.Path("test.yaml") + ":3:5: good-plain-c: not trusted \"" + path +
                             "\" (" + reason + ")");
  }

  ContainerTest test_;
  std::string folder_;
  std::string file_;
};

TEST_F(Trust, APluginOfRootRuns) {
  const RunResult result = Run();
  EXPECT_EQ(result.out, "plain-c\n") << result.err;
}

TEST_F(Trust, APluginThatOthersCanWriteToIsRefused) {
  chmod(file_.c_str(), 0757);
  ExpectNotTrusted(
      file_,
      "owned by uid 0, mode 0757; must not be writable by group or others: chmod go-w " + file_);
}

TEST_F(Trust, APluginThatItsGroupCanWriteToIsRefused) {
  chmod(file_.c_str(), 0775);
  ExpectNotTrusted(
      file_,
      "owned by uid 0, mode 0775; must not be writable by group or others: chmod go-w " + file_);
}

TEST_F(Trust, APluginInAFolderThatOthersCanWriteToIsRefused) {
  chmod(folder_.c_str(), 0777);
  ExpectNotTrusted(
      folder_,
      "owned by uid 0, mode 0777; must not be writable by group or others: chmod go-w " + folder_);
}

TEST_F(Trust, APluginInAStickyFolderIsRefused) {
  chmod(folder_.c_str(), 01777);
  ExpectNotTrusted(folder_,
                   "owned by uid 0, mode 1777; others may put files there, sticky or not: move it "
                   "to a folder that they cannot write to");
}

TEST_F(Trust, APluginOfSomebodyElseIsRefused) {
  ASSERT_EQ(chown(file_.c_str(), 65534, 65534), 0);
  ExpectNotTrusted(file_, "owned by uid 65534, mode 0755; must be owned by root: chown -h root " +
                              file_ + "; to trust it for this run: --trust " + folder_);
}

TEST_F(Trust, APluginOfWhoeverCalledSudoRuns) {
  ASSERT_EQ(chown(file_.c_str(), 65534, 65534), 0);
  const RunResult result = Run({.environment = {{"SUDO_UID", "65534"}}});
  EXPECT_EQ(result.out, "plain-c\n") << result.err;
}

// plugins: in the config.
std::string Sha256(const std::string& file) {
  return RunProgram({"/usr/bin/sha256sum", file}).out.substr(0, 64);
}

RunResult RunPinned(ContainerTest& test, const std::string& pin) {
  test.MakeRoot();
  return test.RunContainer(
      test.WriteStages(std::string(kRoot) + "  - good-plain-c\nplugins:\n  good-plain-c: {" + pin +
                       "}\n"),
      {"hostname"});
}

TEST(Pin, PathAndRightDigestRun) {
  ContainerTest test;
  const std::string file = Fixture("libgood_plain_c_stage.so");
  const RunResult result = RunPinned(test, "path: " + file + ", sha256: " + Sha256(file));
  EXPECT_EQ(result.out, "plain-c\n") << result.err;
  EXPECT_EQ(result.err, "");
}

TEST(Pin, PathIsRelativeToTheConfig) {
  ContainerTest test;
  fs::copy_file(Fixture("libgood_plain_c_stage.so"), test.Path("pinned.so"));
  chmod(test.Path("pinned.so").c_str(), 0755);
  const RunResult result = RunPinned(test, "path: pinned.so");
  EXPECT_EQ(result.out, "plain-c\n") << result.err;
}

TEST(Pin, WrongDigestIsRefusedBeforeTheFileIsLoaded) {
  ContainerTest test;
  // dlopen would fail on this file with another message.
  const std::string file = test.Write("pinned.so", "not a plugin\n");
  chmod(file.c_str(), 0755);
  const std::string wanted = Sha256(Fixture("libgood_plain_c_stage.so"));
  ExpectRefusal(RunPinned(test, "path: pinned.so, sha256: " + wanted),
                Fill("$F:6:43: good-plain-c: wrong sha256 \"", test) + Sha256(file) +
                    "\" (the config pins " + wanted + "; file: " + fs::canonical(file).string() +
                    ")");
}

TEST(Pin, MissingFileIsRefusedAndNotLookedForElsewhere) {
  ContainerTest test;
  ExpectRefusal(
      RunPinned(test, "path: nowhere.so"),
      Fill("$F:6:3: good-plain-c: cannot find the plugin \"$D/nowhere.so\": No such file or "
           "directory (pinned in the config)",
           test));
}

TEST(Pin, DigestOfAnotherLengthIsRefused) {
  ContainerTest test;
  ExpectRefusal(RunPinned(test, "sha256: abc"),
                Fill("$F:6:26: plugins.good-plain-c.sha256: not a SHA-256 digest \"abc\" (write "
                     "the 64 hexadecimal digits that sha256sum prints)",
                     test));
}

TEST(Pin, OfAStageThatIsNotInThePipelineIsRefused) {
  ContainerTest test;
  const std::string config = test.WriteStages("  - uts\n  - pid\nplugins:\n  utss: {path: x.so}\n");
  ExpectRefusal(test.RunContainer(config, {"/bin/true"}),
                Fill("$F:6:3: plugins: no such stage in the pipeline \"utss\" (did you mean "
                     "\"uts\"?)",
                     test));
}

TEST(GoodPlugin, InPlainCSetsTheHostname) {
  ContainerTest test;
  const RunResult result =
      RunStages(test, std::string(kRoot) + "  - good-plain-c: {hostname: web}\n", {"hostname"});
  EXPECT_EQ(result.out + result.err, "web\n");
}

TEST(GoodPlugin, KeepsADescriptorOpenForTheCommand) {
  ContainerTest test;
  test.Write("kept", "through the descriptor\n");
  // It is the only one above 2.
  const RunResult result = RunStages(
      test, "  - pid\n" + std::string(kRoot) + "  - proc\n  - good-keep-fd: {path: kept}\n",
      {"/bin/sh", "-c", "for fd in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && cat <&$fd; done"});
  EXPECT_EQ(result.out, "through the descriptor\n") << result.err;
  EXPECT_EQ(result.err, "");
}

}  // namespace
}  // namespace slipway::testing
