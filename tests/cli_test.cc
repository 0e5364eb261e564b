// What people get wrong in the words of the command line; see verbs_test.cc for what is right.

#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

// "$F" in a word is a good config, "$D" its folder. Its root is an empty folder: a command that
// should be refused earlier ends with another line.
RunResult RunWords(ContainerTest& test, const Words& words, const RunOptions& options = {}) {
  fs::create_directory(test.Path("root"));
  test.WriteStages("  - uts\n  - mount: {root: root}\n");
  return RunFilled(test, words, options);
}

struct Case {
  const char* name;
  Words words;
  const char* expected;
  int status = 125;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
  for (const std::string& word : c.words) out << word << ' ';
  return out;
}

class BadWords : public ::testing::TestWithParam<Case> {};

TEST_P(BadWords, AreRefused) {
  ContainerTest test;
  ExpectRefusal(RunWords(test, GetParam().words), Fill(GetParam().expected, test),
                GetParam().status);
}

constexpr char kBadName[] =
    "(--name takes 1 to 64 of A-Z a-z 0-9 _ . - and must not begin with . or -)";
std::string BadName(const std::string& name) {
  return "not a container id \"" + name + "\" " + kBadName;
}

constexpr char kNoConfig[] =
    "no config was named (write runtime --config FILE COMMAND; see runtime --help)";

const Case kBadFlags[] = {
    {"NoConfig", {"run", "/bin/true"}, kNoConfig},
    {"NoConfigBeforeTheDashes", {"--", "/bin/true"}, kNoConfig},
    {"EmptyConfig", {"--config", "", "/bin/true"}, kNoConfig},
    {"ConfigPathNotFound",
     {"--config", "$D/nope.yaml", "/bin/true"},
     "cannot open \"$D/nope.yaml\": No such file or directory"},
    {"ConfigIsAFolder",
     {"--config", "$D", "/bin/true"},
     "cannot read \"$D\": Is a directory (the config must be a file)"},
    {"NoCommand",
     {"--config", "$F"},
     "no command was given (write it after the options, or as process.args in $F)"},
    {"NoCommandAfterTheDashes",
     {"--config", "$F", "--"},
     "no command after -- (write -- COMMAND [ARG...], or leave the -- out)"},
    {"EmptyCommand",
     {"--config", "$F", "--", ""},
     "the command is an empty text (give a program's name or path first)",
     127},
    {"NoValue", {"--config"}, "--config needs a value (write --config FILE)"},
    {"NoValueForSet",
     {"--config", "$F", "--set"},
     "--set needs a value (write --set STAGE.OPTION=VALUE)"},
    {"AnOptionForAValue",
     {"--config", "--set", "a.b=c"},
     "--config needs a value (write --config FILE)"},
    {"AnOptionForAValueBeforeTheConfig",
     {"--name", "--config", "$F", "/bin/true"},
     "--name needs a value (write --name ID)"},
    {"PluginDirThatIsNotThere",
     {"--plugin-dir", "/nope", "--config", "$F", "/bin/true"},
     "cannot open \"/nope\": No such file or directory (--plugin-dir takes a folder with plugins)"},
    {"StatsThatCannotBeWritten",
     {"--stats", "/nope/stats", "--config", "$F", "/bin/true"},
     "--stats: cannot write \"/nope/stats\": No such file or directory"},
    {"ConfigTwice",
     {"--config", "$F", "--config", "$F", "/bin/true"},
     "--config was given twice (give it once)"},
    {"HelpWithAValue", {"--help=yes"}, "--help takes no value"},
    {"Unknown",
     {"--config", "$F", "-x", "/bin/true"},
     "unknown option \"-x\" (see runtime --help)"},
    {"UnknownInAClusterOfLetters",
     {"-xyz", "/bin/true"},
     "unknown option \"-x\" (see runtime --help)"},
    {"UnknownThatIsNearOne",
     {"--conifg", "$F", "/bin/true"},
     "unknown option \"--conifg\" (did you mean --config? See runtime --help)"},
    {"UnknownThatIsCutShort",
     {"--conf", "$F", "/bin/true"},
     "unknown option \"--conf\" (did you mean --config? See runtime --help)"},
};

const Case kBadNames[] = {
    {"WithASlash", {"--config", "$F", "--name", "a/b", "/bin/true"}, nullptr},
    {"WithADotInFront", {"--config", "$F", "--name", ".a", "/bin/true"}, nullptr},
    {"WithASpace", {"--config", "$F", "--name", "a b", "/bin/true"}, nullptr},
    {"TooLong", {"--config", "$F", "--name", std::string(65, 'x'), "/bin/true"}, nullptr},
};

const Case kBadSets[] = {
    {"WithoutEquals",
     {"--config", "$F", "--set", "uts.hostname", "/bin/true"},
     "--set: not of the form stage.option=value: \"uts.hostname\" (such as --set "
     "uts.hostname=web)"},
    {"WithoutOption",
     {"--config", "$F", "--set", "uts=web", "/bin/true"},
     "--set: not of the form stage.option=value: \"uts=web\" (such as --set uts.hostname=web)"},
    {"UnknownStage",
     {"--config", "$F", "--set", "utss.hostname=web", "/bin/true"},
     "--set utss.hostname: no such stage in the pipeline \"utss\" (did you mean \"uts\"?)"},
    {"StageThatIsNotInThePipeline",
     {"--config", "$F", "--set", "network.name=web", "/bin/true"},
     "--set network.name: no such stage in the pipeline \"network\" (one of uts, mount)"},
    {"UnknownOption",
     {"--config", "$F", "--set", "mount.rot=/", "/bin/true"},
     "--set mount.rot: mount: unknown option \"rot\" (did you mean \"root\"?)"},
    {"NoValue",
     {"--config", "$F", "--set", "mount.root=", "/bin/true"},
     "--set mount.root: mount: root: has no value (write a path)"},
    {"BadValue",
     {"--config", "$F", "--set", "mount.readonly=maybe", "/bin/true"},
     "--set mount.readonly: mount: readonly: neither true nor false \"maybe\" (write true or "
     "false)"},
    {"BadYaml",
     {"--config", "$F", "--set", "mount.binds=[", "/bin/true"},
     "--set mount.binds: not valid YAML (a '[' without its ']', or a missing comma)"},
};

const Case kBadVerbs[] = {
    {"CheckWithoutConfig", {"check"}, "no config was named (write runtime check FILE)", 1},
    {"CheckWithAWord",
     {"check", "--config", "$F", "x"},
     "unexpected argument \"x\" (see runtime check --help)",
     1},
    {"HelpInAnUnknownFormat",
     {"help", "--format", "html", "run"},
     "--format: unknown format \"html\" (write text or man)"},
    {"StagesWithAWord", {"stages", "x"}, "unexpected argument \"x\" (see runtime stages --help)"},
    {"DescribeWithoutStage",
     {"describe"},
     "no stage was named (write runtime describe STAGE; runtime stages lists them)"},
    {"DescribeWithTwo",
     {"describe", "uts", "pid"},
     "unexpected argument \"pid\" (see runtime describe --help)"},
    {"DescribeNotAName",
     {"describe", "Uts"},
     "not a stage name \"Uts\" (did you mean \"uts\"? a stage name is 1 to 31 of a-z, 0-9 and "
     "'-')"},
    {"DescribeNotAPlugin",
     {"describe", "../uts"},
     "not the file of a stage's plugin \"../uts\" (such a file is lib<name>_stage.so)"},
};

INSTANTIATE_TEST_SUITE_P(Flag, BadWords, ::testing::ValuesIn(kBadFlags), NameOf<Case>);
INSTANTIATE_TEST_SUITE_P(Set, BadWords, ::testing::ValuesIn(kBadSets), NameOf<Case>);
INSTANTIATE_TEST_SUITE_P(Verb, BadWords, ::testing::ValuesIn(kBadVerbs), NameOf<Case>);

class BadNames : public ::testing::TestWithParam<Case> {};

TEST_P(BadNames, AreRefused) {
  ContainerTest test;
  ExpectRefusal(RunWords(test, GetParam().words), BadName(GetParam().words[3]));
}

INSTANTIATE_TEST_SUITE_P(Name, BadNames, ::testing::ValuesIn(kBadNames), NameOf<Case>);

TEST(BadName, AnEmptyOneIsRefused) {
  // `--name "$ID"` with a variable that is not set must not run under a made-up name.
  ContainerTest test;
  ExpectRefusalLike(RunWords(test, {"--config", "$F", "--name", "", "/bin/true"}),
                    "not a container id ", {kBadName});
}

TEST(Flag, MayStandBehindTheWordsOfAVerb) {
  ContainerTest test;
  const RunResult result = RunWords(test, {"describe", "proc", "--markdown"},
                                    {.environment = {{"POSIXLY_CORRECT", "1"}}});
  EXPECT_EQ(result.out.find("| option |"), 0U) << result.out << result.err;
}

TEST(ConfigName, ThatIsNotFoundIsLookedForInTheseFolders) {
  ContainerTest test;
  const PublicCopy copy({});
  copy.LinkConfigs();
  ExpectRefusalLike(
      RunProgram({copy.host(), "--config", "nope", "/bin/true"},
                 {.environment = {{"XDG_CONFIG_HOME", test.folder()}}}),
      "config not found \"nope\" (looked in " + test.folder() + "/slipway, /etc/slipway, ",
      {"/share/slipway/configs, ", "/configs)"});
}

TEST(ConfigName, IsFoundInTheUsersFolder) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("slipway/mine.yaml", "version: 1\nstages:\n  - mount: {root: ../root}\n");
  for (const char* name : {"mine.yaml", "mine"}) {
    const RunResult result = RunWords(test, {"--config", name, "/bin/echo", "ran"},
                                      {.environment = {{"XDG_CONFIG_HOME", test.folder()}}});
    EXPECT_EQ(result.out, "ran\n") << result.err;
  }
}

// So that what the usage and the hints say can be typed as it stands.
TEST(ConfigName, IsFoundInTheCloneThatTheRuntimeWasBuiltIn) {
  const PublicCopy copy({});
  copy.LinkConfigs();
  for (const char* name : {"host.yaml", "host"}) {
    std::vector<std::string> words = {copy.host()};
    for (const char* stage :
         {"uts", "pid", "mount", "proc", "sys", "dev", "mask", "credentials", "seccomp"}) {
      words.insert(words.end(), {"--plugin-dir", Runfile(std::string("plugins/") + stage)});
    }
    words.insert(words.end(), {"--config", name, "/bin/echo", "ran"});
    const RunResult result = RunProgram(words);
    EXPECT_EQ(result.out, "ran\n") << result.err;
  }
}

TEST(Output, ThatCannotBeWrittenIsAnError) {
  const RunResult result =
      RunProgram({"/bin/sh", "-c", "exec \"$0\" stages > /dev/full", Runfile("runtime/runtime")});
  ExpectRefusal(result, "cannot write \"standard output\": No space left on device");
}

TEST(Unprivileged, TheMessageSaysWhichPrivilegeIsMissing) {
  if (!IsRoot()) GTEST_SKIP() << "needs root, to become somebody else";
  constexpr uid_t kNobody = 65534;
  const PublicCopy copy({"uts"});
  const std::string config = copy.WriteStages("  - uts\n");
  ExpectRefusal(
      RunProgram({copy.host(), "--config", config, "/bin/echo", "ran"}, {.uid = kNobody}),
      config +
          ":3:5: uts: needs root (CAP_SYS_ADMIN is missing; run the runtime as root, for example "
          "with sudo)");
}

TEST(Unprivileged, RootOfAUserNamespaceIsNotTheMachines) {
  if (!IsRoot()) GTEST_SKIP() << "needs root, to make a user namespace";
  ContainerTest test;
  const std::string config = test.WriteStages("  - good-needs-machine\n");
  std::vector<std::string> argv = {Runfile("runtime/runtime"), "check", "--probe", "--plugin-dir",
                                   Runfile("tests/plugins"),   config};
  EXPECT_EQ(RunProgram(argv).status, 0);
  argv.insert(argv.begin(), {"/usr/bin/unshare", "--user", "--map-root-user"});
  const RunResult result = RunProgram(argv);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(
      result.err.find("runtime: " + config +
                      ":3:5: good-needs-machine: needs root of the machine (this is root of a "
                      "user namespace; run the runtime outside of it)"),
      0U)
      << result.err;
}

// In a mount namespace of its own, where /tmp and /run are empty before.
TEST(NoFile, IsLeftInTmpOrRun) {
  ContainerTest test;
  if (test.folder().starts_with("/tmp/")) GTEST_SKIP() << "the test's own folder is in /tmp";
  test.MakeRoot();
  const std::string config = test.WriteStages("  - uts\n  - mount: {root: root}\n");
  const std::string script =
      "mount -t tmpfs none /tmp && mount -t tmpfs none /run || exit 1\n"
      "for command in true false nope /bin; do\n"
      "  \"$0\" --config \"$1\" $command 2>&-; echo $?\n"
      "done\n"
      "\"$0\" --config \"$1\" --set mount.root=/nope true 2>&-; echo $?\n"
      "find /tmp /run -mindepth 1 ! -path /run/slipway\n";
  const RunResult result = RunProgram(
      {"/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, Runfile("runtime/runtime"), config});
  EXPECT_EQ(result.out, "0\n1\n127\n126\n125\n") << result.err;
}

}  // namespace
}  // namespace slipway::testing
