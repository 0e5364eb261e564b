// Which verb the words of the command line mean, and what each says of itself.

#include <gtest/gtest.h>

#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;

// "$F" in a word is a good config, "$D" its folder.
RunResult RunWords(ContainerTest& test, const Words& words) {
  test.MakeRoot();
  test.WriteStages("  - uts\n  - mount: {root: root}\n");
  return RunFilled(test, words);
}

struct Verb {
  const char* name;
  const char* usage;
  const char* option;  // one of its own
};
std::ostream& operator<<(std::ostream& out, const Verb& verb) { return out << verb.name; }

class EachVerb : public ::testing::TestWithParam<Verb> {};

TEST_P(EachVerb, HasAHelpOfItsOwn) {
  ContainerTest test;
  const Verb& verb = GetParam();
  const RunResult help = RunWords(test, {verb.name, "--help"});
  EXPECT_EQ(help.out.find(std::string("Usage: runtime ") + verb.usage + "\n"), 0U) << help.out;
  EXPECT_NE(help.out.find(verb.option), std::string::npos) << help.out;
  EXPECT_EQ(help.err, "");
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(RunWords(test, {verb.name, "-h"}).out, help.out);
  EXPECT_EQ(RunWords(test, {"help", verb.name}).out, help.out);
  EXPECT_EQ(RunWords(test, {"-h", verb.name}).out, help.out) << "options may stand before it";
}

TEST_P(EachVerb, IsInTheOverview) {
  ContainerTest test;
  const RunResult help = RunWords(test, {"help"});
  EXPECT_NE(help.out.find(std::string("\n  ") + GetParam().name + " "), std::string::npos)
      << help.out;
  EXPECT_EQ(RunWords(test, {"--help"}).out, help.out);
}

TEST_P(EachVerb, NamesItsHelpWhenAnOptionIsWrong) {
  ContainerTest test;
  ExpectRefusal(
      RunWords(test, {GetParam().name, "--zzzzzz"}),
      std::string("unknown option \"--zzzzzz\" (see runtime ") + GetParam().name + " --help)",
      GetParam().name == std::string("check") || GetParam().name == std::string("plan") ? 1 : 125);
}

constexpr Verb kVerbs[] = {
    {"run", "run --config FILE [OPTIONS] [--] [COMMAND [ARG...]]", "--die-with-caller"},
    {"create", "create --config FILE [OPTIONS] [--] [COMMAND [ARG...]]", "--pid-file"},
    {"start", "start [OPTIONS] ID", "--root"},
    {"delete", "delete [OPTIONS] ID", "--force"},
    {"logs", "logs [OPTIONS] ID", "--follow"},
    {"check", "check [OPTIONS] FILE", "--probe"},
    {"plan", "plan FILE [OPTIONS] [--] [COMMAND [ARG...]]", "--annotation"},
    {"stages", "stages [OPTIONS]", "--format"},
    {"describe", "describe [OPTIONS] STAGE", "--markdown"},
    {"list", "list [OPTIONS]", "--format"},
    {"gc", "gc [OPTIONS] [ID...]", "--forget"},
    {"complete", "complete [OPTIONS] [--] [WORD...]", "--line"},
    {"help", "help [OPTIONS] [VERB]", "--format"},
    {"version", "version [OPTIONS]", "--help"},
};
INSTANTIATE_TEST_SUITE_P(Verb, EachVerb, ::testing::ValuesIn(kVerbs), NameOf<Verb>);

TEST(Verb, WithoutWordsThereIsAShortUsage) {
  ContainerTest test;
  const RunResult result = RunWords(test, {});
  EXPECT_EQ(result.err.find("usage: runtime --config FILE"), 0U) << result.err;
  EXPECT_NE(result.err.find("runtime help says more."), std::string::npos);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, 125);
}

TEST(Verb, OptionsMayStandBeforeIt) {
  ContainerTest test;
  const RunResult result = RunWords(test, {"--root", "$D/state", "list", "--format", "json"});
  EXPECT_EQ(result.out, "[]\n") << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST(Verb, RunIsThePlainFormUnderAnotherName) {
  ContainerTest test;
  const Words words = {"--config", "$F", "--name", test.next_id(), "/bin/echo", "ran"};
  Words run = words;
  run.insert(run.begin(), "run");
  EXPECT_EQ(RunWords(test, words).out, "ran\n");
  EXPECT_EQ(RunWords(test, run).out, "ran\n");
}

// So no verb that is added later changes what an old script does.
TEST(Verb, BehindAConfigEveryWordIsTheCommands) {
  ContainerTest test;
  ExpectRefusal(RunWords(test, {"--config", "$F", "list"}),
                "command not found \"list\" (as a verb it stands without --config: runtime list)",
                127);
  EXPECT_EQ(RunWords(test, {"--config", "$F", "echo", "list", "--help"}).out, "list --help\n");
}

TEST(Verb, ThatDoesNotExistIsAnsweredWithTheLineToPaste) {
  ContainerTest test;
  ExpectRefusal(
      RunWords(test, {"ls", "-la", "a b", "it's"}),
      "no such verb \"ls\" (to run it in a container: runtime --config host.yaml ls -la 'a "
      "b' 'it'\\''s'; runtime help lists the verbs)");
  ExpectRefusal(RunWords(test, {"commit"}),
                "no such verb \"commit\" (runtime help lists those that there are)");
  ExpectRefusal(RunWords(test, {"make", "-j4"}),
                "no such verb \"make\" (to run it in a container: runtime --config host.yaml make "
                "-j4; runtime help lists the verbs)");
}

TEST(Verb, ThatIsAConfigIsAnsweredWithTheLineToPaste) {
  const PublicCopy copy({});
  copy.LinkConfigs();
  for (const std::string config : {"host", "./mine.yaml"}) {
    ExpectRefusal(RunProgram({copy.host(), config, "sh"}),
                  "no such verb \"" + config +
                      "\" (to run a command in the container of this config: runtime --config " +
                      config + " sh)");
  }
}

TEST(Verb, ThatIsMisspeltIsNamed) {
  ContainerTest test;
  ExpectRefusalLike(RunWords(test, {"chekc", "$F"}), "no such verb \"chekc\" (did you mean ",
                    {"\"runtime check\"?"});
  ExpectRefusal(RunWords(test, {"help", "chekc"}),
                "no such verb \"chekc\" (did you mean \"check\"?)");
}

TEST(Help, OfARunListsWhatTheStagesOfItsConfigOffer) {
  ContainerTest test;
  const RunResult help = RunWords(test, {"--config", "$F", "--help"});
  for (const char* option : {"--hostname", "--bind", "--tmpfs", "--read-only"}) {
    EXPECT_NE(help.out.find(option), std::string::npos) << option << help.out;
  }
  EXPECT_EQ(help.out.find("--pids"), std::string::npos) << "no stage of it has that";
  EXPECT_EQ(help.err, "");
  EXPECT_EQ(help.status, 0);
}

TEST(Help, OfARunWhoseConfigIsWrongSaysTheRest) {
  ContainerTest test;
  const RunResult help = RunWords(test, {"--config", "$D/nope.yaml", "--help"});
  EXPECT_NE(help.out.find("--die-with-caller"), std::string::npos) << help.out << help.err;
  EXPECT_EQ(help.status, 0);
}

TEST(Version, IsPrinted) {
  ContainerTest test;
  const RunResult version = RunWords(test, {"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out.find("slipway 0."), 0u) << version.out;
  EXPECT_EQ(RunWords(test, {"version"}).out, version.out);
}

TEST(Stages, AreListedWithTheirSummaries) {
  ContainerTest test;
  const RunResult result = RunWords(test, {"stages"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  for (const char* name : {"cgroup-namespace", "cgroup-v1", "cgroup-v2", "ipc", "mount",
                           "personality", "pid", "priority", "proc", "rlimits", "time", "uts"}) {
    const size_t at = ("\n" + result.out).find(std::string("\n  ") + name);
    ASSERT_NE(at, std::string::npos) << name << result.out;
    const std::string rest = result.out.substr(at + 2 + std::strlen(name));
    // A summary stands behind a short name, and below a long one.
    EXPECT_TRUE(rest.starts_with(" ") || rest.starts_with("\n      ")) << name << result.out;
  }
}

TEST(Stages, HaveTheirFilesWhenAsked) {
  ContainerTest test;
  EXPECT_NE(RunWords(test, {"stages", "-v"}).out.find("/libuts_stage.so\n"), std::string::npos);
}

TEST(Stages, AreListedInJson) {
  ContainerTest test;
  const RunResult result = RunWords(test, {"stages", "--format", "json"});
  EXPECT_EQ(result.out.find("[{\"name\":\"apparmor\",\"version\":\"0."), 0U) << result.out;
  for (const char* part :
       {"\"abi\":\"0.", "/libuts_stage.so\"", "\"short_name\":\"hostname\"",
        "\"text_form\":\"source:target:ro=readonly:nosuid=nosuid:nodev=nodev:noexec=noexec:"
        "optional=optional:idmap=idmap\""}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << result.out;
  }
  EXPECT_EQ(result.out.find('\n'), result.out.size() - 1);
}

TEST(Describe, SaysWhatAStageDoesAndItsOptions) {
  ContainerTest test;
  const RunResult result = RunWords(test, {"describe", "proc"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  for (const char* part : {"proc 0.", "/libproc_stage.so\n", "mount-namespace\n",
                           "root, pid-namespace\n", "\nOptions:\n  target"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << result.out;
  }
}

TEST(Describe, TakesAPluginsFile) {
  ContainerTest test;
  const RunResult result =
      RunWords(test, {"describe", Runfile("plugins/proc/libproc_stage.so"), "--format", "json"});
  EXPECT_EQ(result.out.find("{\"name\":\"proc\""), 0U) << result.out << result.err;
}

TEST(Describe, NamesTheNearestStage) {
  ContainerTest test;
  ExpectRefusalLike(RunWords(test, {"describe", "mont"}), "unknown stage \"mont\" (",
                    {"did you mean \"mount\"?", "looked "});
}

}  // namespace
}  // namespace slipway::testing
