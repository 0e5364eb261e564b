// What people get wrong in a config or in a root filesystem: each is refused with
// one line that says what is wrong, where, and what would be right. See cli_test.cc for flags.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>

#include "plugins/cgroup/cgroup.h"
#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* name;
  const char* yaml;
  const char* expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

// The same line from `run` and from `check`, which starts nothing, and shows the place below it.
void ExpectConfigRefused(ContainerTest& test, const std::string& yaml,
                         const std::string& expected) {
  fs::create_directory(test.Path("root"));
  const std::string config = test.Write("test.yaml", yaml);
  const std::string line = Fill(expected, test);
  ExpectRefusal(test.RunContainer(config, {"/bin/echo", "ran"}), line);
  const RunResult check = RunProgram({Runfile("runtime/runtime"), "check", config});
  EXPECT_EQ(check.err.find("runtime: " + line + "\n    "), 0U) << check.err << "not " << line;
  EXPECT_TRUE(check.err.ends_with("^\n")) << check.err;
  EXPECT_EQ(check.out, "");
  EXPECT_EQ(check.status, 1);
}

class BadFile : public ::testing::TestWithParam<Case> {};

TEST_P(BadFile, IsRefused) {
  ContainerTest test;
  ExpectConfigRefused(test, GetParam().yaml, GetParam().expected);
}

constexpr Case kBadFiles[] = {
    {"Empty", "", "$F:1:1: the config is empty (it needs \"version: 1\" and a list of stages)"},
    {"OnlyComments", "# nothing\n\n# yet\n",
     "$F:1:1: the config is empty (it needs \"version: 1\" and a list of stages)"},
    {"NotYaml", "version: 1\nstages: [uts\n",
     "$F:2:9: not valid YAML (a '[' without its ']', or a missing comma)"},
    {"NoSpaceAfterAColon", "version:1\nstages: [uts]\n",
     "$F:1:8: a missing space \"version:1\" (write a space after the ':')"},
    {"NoSpaceInBraces", "version: 1\nstages:\n  - uts: {hostname:x}\n",
     "$F:3:19: a missing space \"hostname:x\" (write a space after the ':')"},
    {"NullInAList", "version: 1\nprocess: {args: [ls, null]}\nstages: [uts]\n",
     "$F:2:22: an empty list item \"null\" (this word stands for nothing: remove it, or write it "
     "in "
     "quotes)"},
    {"NotUtf8", "version: 1\nstages: [\xff]\n",
     "$F:2:10: a byte that is not UTF-8 (a config is a text in UTF-8)"},
    {"PlainText", "just text\n",
     "$F:1:1: the config must be a map: found a single value \"just text\" (write version, "
     "process, annotations, stages, plugins, each with ':' and its value)"},
    {"List", "- uts\n",
     "$F:1:1: the config must be a map: found a list (write version, process, annotations, stages, "
     "plugins, each with ':' and its value)"},
    {"Tab", "version: 1\nstages:\n\t- uts\n",
     "$F:3:1: a tab in the indentation (YAML wants spaces)"},
    {"UnknownKeyThatIsNearOne", "version: 1\nstage: [uts]\n",
     "$F:2:1: unknown key \"stage\" (did you mean \"stages\"?)"},
    {"UnknownKey", "version: 1\nhooks: {}\nstages: [uts]\n",
     "$F:2:1: unknown key \"hooks\" (one of version, extends, set, process, annotations, stages, "
     "plugins; a key "
     "of your own begins with x-)"},
    {"KeyTwice", "version: 1\nstages: [uts]\nstages: [pid]\n",
     "$F:3:1: duplicate key \"stages\" (the first is at $F:2:1)"},
    {"NoVersion", "stages: [uts]\n",
     "$F:1:1: missing key \"version\" (begin the config with \"version: 1\")"},
    {"AnotherVersion", "version: 2\nstages: [uts]\n",
     "$F:1:10: unknown version \"2\" (this runtime reads version: 1)"},
    {"VersionIsAList", "version: [1]\nstages: [uts]\n",
     "$F:1:10: version: found a list (write version: 1)"},
    {"NoStages", "version: 1\n",
     "$F:1:1: missing key \"stages\" (it lists the stages, each after a \"- \")"},
    {"StagesWithoutValue", "version: 1\nstages:\n",
     "$F:2:1: stages: has no value (write a list of stages)"},
    {"StagesEmpty", "version: 1\nstages: []\n",
     "$F:2:9: stages: an empty list (name at least one stage)"},
    {"StagesNotAList", "version: 1\nstages: uts\n",
     "$F:2:9: stages: found a single value \"uts\" (write a list of stages)"},
    {"StagesAMap", "version: 1\nstages: {uts: {}}\n",
     "$F:2:9: stages: found a map (write a list of stages)"},
    {"ProcessUnknownKey", "version: 1\nprocess: {user: root}\nstages: [uts]\n",
     "$F:2:11: process: unknown key \"user\" (one of args, cwd, env, pass, timeout, grace, "
     "stop_signal)"},
    {"ArgsAreAText", "version: 1\nprocess: {args: /bin/sh}\nstages: [uts]\n",
     "$F:2:17: process.args: found a single value \"/bin/sh\" (write a list of texts, such as "
     "[/bin/sh, -c, date])"},
    {"ArgsEmpty", "version: 1\nprocess: {args: []}\nstages: [uts]\n",
     "$F:2:17: process.args: an empty list (name a command, or leave args out)"},
    {"CwdRelative", "version: 1\nprocess: {cwd: tmp}\nstages: [uts]\n",
     "$F:2:16: process.cwd: not absolute \"tmp\" (write an absolute path inside the container)"},
    {"EnvIsAList", "version: 1\nprocess: {env: [A=b]}\nstages: [uts]\n",
     "$F:2:16: process.env: found a list (write a map of names to texts, such as {LANG: C})"},
};

INSTANTIATE_TEST_SUITE_P(Config, BadFile, ::testing::ValuesIn(kBadFiles), NameOf<Case>);

// The yaml of these begins at line 3, below `stages:`.
class BadStages : public ::testing::TestWithParam<Case> {};

TEST_P(BadStages, AreRefused) {
  ContainerTest test;
  ExpectConfigRefused(test, std::string("version: 1\nstages:\n") + GetParam().yaml,
                      GetParam().expected);
}

constexpr Case kBadPipelines[] = {
    {"NotAStageName", "  - ../uts\n",
     "$F:3:5: not a stage name \"../uts\" (a stage name is 1 to 31 of a-z, 0-9 and '-')"},
    {"OptionsBesideTheStage", "  - uts:\n    hostname: web\n",
     "$F:4:5: a second key in the entry of stage \"uts\": \"hostname\" (indent options below the "
     "stage's name; begin each stage with \"- \")"},
    {"StageTwice", "  - uts\n  - pid\n  - uts: {hostname: web}\n",
     "$F:5:5: uts: appears twice (the first time at $F:3:5: keep one of them)"},
    {"StageTwiceByFirstOf", "  - uts\n  - first-of: [uts, pid]\n",
     "$F:4:16: uts: appears twice (the first time at $F:3:5: keep one of them)"},
    {"ProcBeforeMount", "  - pid\n  - proc\n  - mount: {root: root}\n",
     "$F:4:5: proc: must come after \"mount\" (which provides \"root\" at $F:5:5: move it up)"},
    {"ProcBeforePid", "  - mount: {root: root}\n  - proc\n  - pid\n",
     "$F:4:5: proc: must come after \"pid\" (which provides \"pid-namespace\" at $F:5:5: move it "
     "up)"},
    {"ProcWithoutMount", "  - pid\n  - proc\n",
     "$F:4:5: proc: needs \"mount-namespace\", which no stage before it provides (the stage mount "
     "does: put it before)"},
    {"FirstOfWithoutValue", "  - first-of\n",
     "$F:3:5: first-of: has no value (write a list of stages)"},
    {"FirstOfEmpty", "  - first-of: []\n",
     "$F:3:15: first-of: an empty list (name at least one stage)"},
    {"FirstOfNotAList", "  - first-of: uts\n",
     "$F:3:15: first-of: found a single value \"uts\" (write a list of stages)"},
    {"FirstOfNested", "  - first-of:\n      - uts\n      - first-of: [pid]\n",
     "$F:5:9: first-of inside first-of (list all its stages in the outer one)"},
};

INSTANTIATE_TEST_SUITE_P(Pipeline, BadStages, ::testing::ValuesIn(kBadPipelines), NameOf<Case>);

constexpr Case kBadOptions[] = {
    {"UnknownThatIsNearOne", "  - uts: {hostnmae: web}\n",
     "$F:3:11: uts: unknown option \"hostnmae\" (did you mean \"hostname\"?)"},
    {"Unknown", "  - uts: {color: red}\n",
     "$F:3:11: uts: unknown option \"color\" (one of hostname, domainname)"},
    {"RequiredMissing", "  - sysctl\n",
     "$F:3:5: sysctl: missing option \"values\" (a map of names to texts: Values of kernel "
     "parameters, "
     "by their names: {net.ipv4.ip_forward: 1})"},
    {"NotAMap", "  - uts: web\n",
     "$F:3:10: uts: options: found a single value (write a map, {option: value})"},
    {"TextIsAList", "  - uts: {hostname: [web]}\n",
     "$F:3:21: uts: hostname: found a list (write a text of 1 to 64 bytes)"},
    {"TextIsEmpty", "  - uts: {hostname: ''}\n",
     "$F:3:21: uts: hostname: an empty text (write a text of 1 to 64 bytes)"},
    {"TextWithoutValue", "  - uts: {hostname: }\n",
     "$F:3:11: uts: hostname: has no value (write a text of 1 to 64 bytes)"},
    {"TextTooLong",
     "  - uts: {hostname: 0123456789012345678901234567890123456789012345678901234567890123x}\n",
     "$F:3:21: uts: hostname: 65 bytes are too many "
     "\"0123456789012345678901234567890123456789012345678901234567890123x\" (write a text of 1 to "
     "64 bytes)"},
    {"Bool", "  - pid: {init: maybe}\n",
     "$F:3:17: pid: init: neither true nor false \"maybe\" (write true or false)"},
    {"Enum", "  - mount: {root: root, method: privot_root}\n",
     "$F:3:33: mount: method: unknown value \"privot_root\" (did you mean \"pivot_root\"?)"},
    {"PathIsEmpty", "  - mount: {root: ''}\n",
     "$F:3:19: mount: root: an empty path (write a path)"},
    {"PathOfTheShell", "  - mount: {root: $HOME/root}\n",
     "$F:3:19: mount: root: not a path \"$HOME/root\" (of variables, only $XDG_DATA_HOME/ is "
     "known; "
     "~/ is the home folder, and ./ goes before a name with $)"},
    {"ListIsAText", "  - mount: {root: root, binds: /tmp}\n",
     "$F:3:32: mount: binds: found a single value \"/tmp\" (write a list of maps of source, "
     "target, readonly, nosuid, nodev, noexec, optional, idmap, propagation, or of texts such as "
     "/source:/target or /source:/target:ro)"},
    {"ElementIsAText", "  - mount: {root: root, binds: [/tmp]}\n",
     "$F:3:33: mount: binds[0]: no target in \"/tmp\" (write /source:/target or "
     "/source:/target:ro, or a map of source, target, readonly, nosuid, nodev, noexec, optional, "
     "idmap, "
     "propagation)"},
    {"FieldMissing", "  - mount: {root: root, binds: [{source: /tmp}]}\n",
     "$F:3:33: mount: binds[0]: missing option \"target\" (an absolute path inside the container: "
     "Where it appears in the container)"},
    {"FieldUnknown", "  - mount: {root: root, binds: [{source: /, target: /, mode: ro}]}\n",
     "$F:3:56: mount: binds[0]: unknown option \"mode\" (one of source, target, readonly, nosuid, "
     "nodev, noexec, optional, idmap, propagation)"},
    {"PathInsideIsRelative", "  - mount: {root: root, binds: [{source: /tmp, target: tmp}]}\n",
     "$F:3:56: mount: binds[0].target: not absolute \"tmp\" (write an absolute path inside the "
     "container)"},
    {"SizeOfTwoReadings", "  - mount: {root: root, tmpfs: [{target: /tmp, size: 64MB}]}\n",
     "$F:3:54: mount: tmpfs[0].size: not a size \"64MB\" (write 64MiB; units are KiB MiB GiB TiB, "
     "or K M G T for the same; a plain number is in bytes)"},
    {"Integer", "  - cgroup-v1: {pids.max: many}\n",
     "$F:3:27: cgroup-v1: pids.max: not an integer \"many\" (write an integer from 1 to 4194304, "
     "or max)"},
    {"IntegerTooSmall", "  - cgroup-v1: {pids.max: 0}\n",
     "$F:3:27: cgroup-v1: pids.max: out of range \"0\" (write an integer from 1 to 4194304, or "
     "max)"},
    {"IntegerTooLarge", "  - cgroup-v2: {pids.max: 4194305}\n",
     "$F:3:27: cgroup-v2: pids.max: out of range \"4194305\" (write an integer from 1 to "
     "4194304, or max)"},
    {"SizeTooSmall", "  - cgroup-v1: {memory.max: 1}\n",
     "$F:3:29: cgroup-v1: memory.max: out of range \"1\" (write a size of at least 4KiB, such as "
     "512MiB, or max)"},
    {"NumberTooSmall", "  - cgroup-v1: {cpu.max: -1}\n",
     "$F:3:26: cgroup-v1: cpu.max: out of range \"-1\" (write a number from 0.01 to 8192, in CPUs, "
     "such as 1.5, or max)"},
    {"CgroupPathIsRelative", "  - cgroup-v1: {parent: ../up}\n",
     "$F:3:25: cgroup-v1: parent: not a cgroup path \"../up\" (it begins with '/', the "
     "hierarchy's root)"},
    {"InAnAlternativeThatWouldNotBeTaken",
     "  - first-of:\n      - uts\n      - cgroup-v1: {pids.max: 0}\n",
     "$F:5:31: cgroup-v1: pids.max: out of range \"0\" (write an integer from 1 to 4194304, or "
     "max)"},
};

INSTANTIATE_TEST_SUITE_P(Options, BadStages, ::testing::ValuesIn(kBadOptions), NameOf<Case>);

// What is wrong with the machine, not with the config: `check` asks for it only with --probe.
class BadHost : public ::testing::TestWithParam<Case> {};

TEST_P(BadHost, IsRefused) {
  ContainerTest test;
  const std::string config = test.WriteStages(GetParam().yaml);
  ExpectRefusal(test.RunContainer(config, {"/bin/echo", "ran"}), Fill(GetParam().expected, test));
  EXPECT_EQ(RunProgram({Runfile("runtime/runtime"), "check", config}).status, 0);
  EXPECT_EQ(RunProgram({Runfile("runtime/runtime"), "check", "--probe", config}).status, 1);
}

constexpr Case kBadHosts[] = {
    {"RootMissing", "  - mount: {root: nowhere}\n",
     "$F:3:19: mount: root: cannot open \"$D/nowhere\": No such file or directory (the option root "
     "must name a folder of the host, or an image file; slipway-rootfs $D/nowhere, or tools/rootfs "
     "in a clone, makes one)"},
    {"RootIsAFile", "  - mount: {root: test.yaml}\n",
     "$F:3:19: mount: root: no filesystem image that is known here \"$F\" (an image is a "
     "squashfs, erofs or ext4; unpack an archive into a folder first)"},
};

INSTANTIATE_TEST_SUITE_P(Probe, BadHost, ::testing::ValuesIn(kBadHosts), NameOf<Case>);

TEST(BadPipeline, AnUnknownStageIsLookedForInTheseFolders) {
  ContainerTest test;
  const std::string tree =
      fs::canonical(Runfile("runtime/runtime")).parent_path().parent_path().string();
  ExpectRefusalLike(test.RunContainer(test.WriteStages("  - ust\n"), {"/bin/true"}),
                    Fill("$F:3:5: unknown stage \"ust\" (did you mean \"uts\"?", test),
                    {"looked for libust_stage.so in ", tree + "/plugins/ust, "});
}

TEST(BadPipeline, FirstOfGivesTheReasonOfEachAlternative) {
  ContainerTest test;
  const std::string config = test.WriteStages(
      "  - first-of:\n      - cgroup-v1: {memory.high: 1MiB}\n      - cgroup-v2: {net_cls.classid: "
      "1}\n");
  // A line for each, and then what it comes to.
  const RunResult result = test.RunContainer(config, {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  for (const char* line : {"runtime: $F:4:34: cgroup-v1: memory.high: cgroup v1 has no ",
                           "\nruntime: $F:5:38: cgroup-v2: net_cls.classid: cgroup v2 has no ",
                           "\nruntime: $F:3:5: no stage of first-of works here\n"}) {
    EXPECT_NE(result.err.find(Fill(line, test)), std::string::npos) << line << result.err;
  }
}

TEST(BadPipeline, FirstOfDoesNotGoOnBehindAMistake) {
  ContainerTest test;
  const std::string config =
      test.WriteStages("  - first-of:\n      - mount: {root: nowhere}\n      - uts\n");
  ExpectRefusalLike(test.RunContainer(config, {"/bin/true"}),
                    Fill("$F:4:23: mount: root: cannot open \"$D/nowhere\": No such file or "
                         "directory (",
                         test),
                    {});
}

TEST(BadPipeline, CgroupV1ParentIsMissing) {
  const auto mounts = cgroup::ParseCgroupMounts(ReadText("/proc/self/mountinfo"));
  const cgroup::CgroupMount* pids = cgroup::FindController(mounts, "pids");
  if (!pids) GTEST_SKIP() << "needs the controller pids on cgroup v1";
  ContainerTest test;
  const std::string config = test.WriteStages("  - cgroup-v1: {parent: /nope, pids.max: 20}\n");
  ExpectRefusal(test.RunContainer(config, {"/bin/echo", "ran"}),
                test.Path("test.yaml") +
                    ":3:25: cgroup-v1: parent: cannot find the parent cgroup \"" +
                    pids->mount_point +
                    "/nope\": No such file or directory (the parent cgroup must exist; make it or "
                    "choose another)");
}

TEST(BadPipeline, CgroupV2ParentIsMissing) {
  const auto mounts = cgroup::ParseCgroupMounts(ReadText("/proc/self/mountinfo"));
  const cgroup::CgroupMount* unified = cgroup::FindUnified(mounts);
  if (!unified) GTEST_SKIP() << "needs cgroup v2";
  ContainerTest test;
  const std::string config = test.WriteStages("  - cgroup-v2: {parent: /nope}\n");
  ExpectRefusal(test.RunContainer(config, {"/bin/echo", "ran"}),
                test.Path("test.yaml") +
                    ":3:25: cgroup-v2: parent: cannot find the parent cgroup \"" +
                    unified->mount_point +
                    "/nope\": No such file or directory (the parent cgroup must exist; make it or "
                    "choose another)");
}

TEST(BadPipeline, AMemoryLimitTooSmallToStartInIsNamedAsTheCause) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(
      "  - mount: {root: root}\n"
      "  - first-of: [cgroup-v2: {memory.max: 4KiB}, cgroup-v1: {memory.max: 4KiB}]\n");
  // Where the kernel says no is its own affair: at the clone, at the exec, or to a stage, by
  // killing the child. None of that is the stage's fault.
  const RunResult result = test.RunContainer(config, {"/bin/echo", "ran"});
  EXPECT_THAT(result.status, ::testing::AnyOf(125, 126));
  EXPECT_THAT(result.err, ::testing::MatchesRegex("runtime: [^\n]*[Mm]emory[^\n]*\n"));
}

}  // namespace
}  // namespace slipway::testing
