// Completion of an installed tree: what `runtime complete` says, and what bash and zsh make of it
// when a person presses the key. Names that would run code in the person's shell do not.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/installed_tree.h"
#include "tests/pty.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

// A name of a file or a container that nobody should evaluate.
constexpr char kHostile[] = "a b'$(touch pwned)`touch pwned`;touch pwned";

class Completion : public InstalledTree {
 protected:
  // The program's words, in this test's folder.
  RunResult InFolder(Words argv) const {
    argv.insert(argv.begin(), {"/usr/bin/env", "--chdir=" + test_.folder()});
    return RunProgram(argv, {.environment = {{"HOME", test_.Path("home")}, {"PATH", "/usr/bin"}}});
  }

  // What may stand next, without the meanings; the first line says whether files may.
  Words Next(const Words& words) const {
    Words argv = {prefix() + "/bin/runtime", "complete", "--"};
    argv.insert(argv.end(), words.begin(), words.end());
    return LinesOf(InFolder(argv));
  }

  static Words LinesOf(const RunResult& result) {
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    Words lines;
    std::istringstream text(result.out);
    for (std::string line; std::getline(text, line);) {
      lines.push_back(line.substr(0, line.find('\t')));
    }
    return lines;
  }
};

struct Case {
  Words words;
  Words next;
};

class CompletionOf : public Completion, public ::testing::WithParamInterface<Case> {};

TEST_P(CompletionOf, IsWhatMayStandNext) { EXPECT_EQ(Next(GetParam().words), GetParam().next); }

INSTANTIATE_TEST_SUITE_P(
    Words, CompletionOf,
    ::testing::Values(
        Case{{"des"}, {"words", "describe"}}, Case{{"help", "pau"}, {"words", "pause"}},
        Case{{"pause", "--hook"}, {"words", "--hook-timeout"}},
        Case{{"--hook-timeout", "5", "pau"}, {"words", "pause"}},
        Case{{"help", "help", ""}, {"words"}}, Case{{"nothing", ""}, {"words"}},
        Case{{"--config", "sand"}, {"words", "sandbox"}},
        Case{{"--config=sand"}, {"words", "--config=sandbox"}},
        Case{{"check", "sand"}, {"words", "sandbox"}}, Case{{"check", "sandbox", ""}, {"words"}},
        Case{{"plan", "sandbox", "l"}, {"files"}}, Case{{"--config", "nowhere"}, {"files"}},
        Case{{"--config", "/et"}, {"files"}}, Case{{"describe", "ut"}, {"words", "uts"}},
        Case{{"describe", "./ut"}, {"files"}}, Case{{"kill", "web", "KI"}, {"words", "KILL"}},
        Case{{"stop", "--signal", "KI"}, {"words", "KILL"}},
        Case{{"stop", "-sKILL", "--ti"}, {"words", "--time"}}, Case{{"gc", "--rec"}, {"words"}},
        Case{{"gc", "--root"}, {"words", "--root"}}, Case{{"gc", "--root", ""}, {"files"}}));

INSTANTIATE_TEST_SUITE_P(
    Stages, CompletionOf,
    ::testing::Values(
        Case{{"--config", "sandbox", "--memo"}, {"words", "--memory"}},
        Case{{"run", "--config", "minimal", "--memo"}, {"words"}},
        Case{{"plan", "sandbox", "--memo"}, {"words", "--memory"}},
        Case{{"check", "sandbox", "--set", "moun"}, {"words", "mount."}},
        Case{{"--config", "sandbox", "--set", "moun"}, {"words", "mount."}},
        Case{{"--config", "sandbox", "--set", "mount.ov"}, {"words", "mount.overlay="}},
        Case{{"--config", "minimal", "--set", "uts"}, {"words"}},
        Case{{"--config", "sandbox", "--set=mount.method="},
             {"words", "--set=mount.method=pivot_root", "--set=mount.method=chroot"}},
        Case{{"--config", "ubuntu", "--set", "cgroup.pids."}, {"words", "cgroup.pids.max="}},
        Case{{"update", "--set", "cgroup.pids."}, {"words", "cgroup.pids.max="}},
        Case{{"update", "--set", "ut"}, {"words"}},
        Case{{"--config", "nowhere", "--set", ""}, {"words"}}));

INSTANTIATE_TEST_SUITE_P(Commands, CompletionOf,
                         ::testing::Values(Case{{"--config", "sandbox", "li"}, {"files"}},
                                           Case{{"--config", "sandbox", "--", "--conf"}, {"files"}},
                                           Case{{"run", "--config", "sandbox", "ls", "--conf"},
                                                {"files"}},
                                           Case{{"exec", "web", "--wa"}, {"files"}},
                                           Case{{"exec", "--wa"}, {"words", "--wait"}}));

TEST_F(Completion, KnowsConfigsOfTheFolderAndTheUser) {
  test_.Write("own.yaml", "");
  test_.Write("home/.config/slipway/own.yaml", "");
  EXPECT_EQ(Next({"--config", "ow"}), (Words{"words", "own", "own.yaml"}));
}

TEST_F(Completion, KnowsContainers) {
  const std::string state = test_.Path("state");
  const std::string config = test_.WriteStages("  - pid\n");
  Running running({prefix() + "/bin/runtime", "--config", config, "--root", state, "--name", "web",
                   "/bin/sh", "-c", "echo begun; exec sleep 1000"});
  ASSERT_TRUE(running.AwaitOutput("begun"));
  // Nobody but the user can have made it, and still it is no container's.
  fs::create_directory(state + "/" + kHostile);
  EXPECT_EQ(Next({"--root", state, "stop", ""}), (Words{"words", "web"}));
  EXPECT_EQ(Next({"stop", "--root=" + state, "web", ""}), (Words{"words"}));
  EXPECT_EQ(Next({"gc", "--root", state, "web", ""}), (Words{"words", "web"}));
  running.Signal(SIGKILL);
  running.Await();
  EXPECT_EQ(RunProgram({prefix() + "/bin/runtime", "gc", "--root", state, "web"}).status, 0);
}

TEST_F(Completion, KnowsAStageOfSomebodyElseAtOnce) {
  const std::string file = "/libgood_process_stage.so";
  const std::string stages = prefix() + "/lib/slipway/stages";
  fs::copy_file(Runfile("tests/plugins" + file), stages + file);
  EXPECT_EQ(Next({"describe", "good"}), (Words{"words", "good-process"}));
  fs::remove(stages + file);
  EXPECT_EQ(Next({"describe", "good"}), (Words{"words"}));
}

TEST_F(Completion, LoadsNoPluginThatAConfigOrTheLineNames) {
  fs::create_directory(test_.Path("plugins"));
  fs::copy_file(Runfile("plugins/uts/libuts_stage.so"), test_.Path("plugins/libuts_stage.so"));
  test_.Write("own.yaml",
              "version: 1\nstages: [uts, pid]\nplugins: {uts: {path: plugins/libuts_stage.so}}\n");
  test_.Write("plain.yaml", "version: 1\nstages: [uts]\n");
  const std::string runtime = prefix() + "/bin/runtime";
  const auto opened = [&](Words words) {
    words.insert(words.begin(), {"/usr/bin/strace", "-f", "-qq", "--trace=open,openat,openat2",
                                 "-o", test_.Path("trace"), runtime});
    const RunResult result = InFolder(words);
    EXPECT_EQ(result.status, 0) << result.err;
    return ReadText(test_.Path("trace")).find("plugins/libuts_stage.so") != std::string::npos;
  };
  EXPECT_TRUE(opened({"--config", "own.yaml", "--help"}));
  EXPECT_FALSE(opened({"complete", "--", "--config", "own.yaml", "--hostn"}));
  EXPECT_FALSE(opened({"complete", "--", "--config", "own.yaml", "--set", "uts."}));
  EXPECT_TRUE(opened({"--plugin-dir", "plugins", "--config", "plain.yaml", "--help"}));
  EXPECT_FALSE(opened(
      {"complete", "--", "--plugin-dir", "plugins", "--config", "plain.yaml", "--set", "u"}));
  EXPECT_EQ(Next({"--config", "own.yaml", "--set", ""}), (Words{"words", "pid."}));
}

TEST_F(Completion, LooksForRootOnlyIntoConfigsThatAreTrusted) {
  const std::string config = test_.Write("own.yaml", "version: 1\nstages: [uts]\n");
  EXPECT_EQ(Next({"--config", "own.yaml", "--set", ""}), (Words{"words", "uts."}));
  ASSERT_EQ(chown(config.c_str(), 12345, 12345), 0);
  EXPECT_EQ(Next({"--config", "own.yaml", "--set", ""}), (Words{"words"}));
}

TEST_F(Completion, WaitsForNobody) {
  ASSERT_EQ(mkfifo(test_.Path("fifo.yaml").c_str(), 0600), 0);
  for (const char* config : {"fifo.yaml", "-", "fd:0", "/dev/zero"}) {
    EXPECT_EQ(Next({"--config", config, "--set", ""}), (Words{"words"})) << config;
  }
}

TEST_F(Completion, OfALineIsInItsQuotes) {
  test_.Write("a b$c.yaml", "");
  const auto next = [this](const std::string& line) {
    return LinesOf(InFolder(
        {prefix() + "/bin/runtime", "complete", "--line=" + line, "--breaks= \t\n\"'@><=;|&(:"}));
  };
  EXPECT_EQ(next("runtime --config a"), (Words{"words", "a\\ b\\$c.yaml"}));
  EXPECT_EQ(next("runtime --config \"a"), (Words{"words", "a b\\$c.yaml"}));
  EXPECT_EQ(next("runtime --config 'a"), (Words{"words", "a b$c.yaml"}));
  EXPECT_EQ(next("runtime --config=a\\ "), (Words{"words", "a\\ b\\$c.yaml"}));
  EXPECT_EQ(next("runtime --config own --set=mount"), (Words{"words"}));
  EXPECT_EQ(next("runtime"), (Words{"words"}));
}

// Each character that can be typed, and one of two bytes.
std::string EachCharacter() {
  std::string name = "x";
  for (char c = ' '; c < 0x7f; ++c) {
    if (c != '/') name += c;
  }
  return name + "\xc3\xa9.yaml";
}

class CompletionQuotes : public Completion, public ::testing::WithParamInterface<const char*> {};

TEST_P(CompletionQuotes, AreTakenAwayByTheShell) {
  std::string name = EachCharacter();
  const std::string quote = GetParam();
  // These cannot be written there.
  if (quote == "'") std::erase(name, '\'');
  if (quote == "\"") std::erase(name, '!');
  test_.Write(name, "");
  const Words next =
      LinesOf(InFolder({prefix() + "/bin/runtime", "complete",
                        "--breaks= \t\n\"'@><=;|&(:", "--line=runtime --config " + quote + "x"}));
  ASSERT_EQ(next.size(), 2u);
  for (const char* shell : {"/bin/bash", "/usr/bin/zsh"}) {
    const RunResult result = RunProgram({shell, "-c", "printf %s " + quote + next.back() + quote});
    EXPECT_EQ(result.out, name) << shell << result.err;
  }
}

INSTANTIATE_TEST_SUITE_P(All, CompletionQuotes, ::testing::Values("", "'", "\""));

TEST_F(Completion, LeavesOutWhatWouldSpoilTheTerminal) {
  test_.Write("x\x1b[31m.yaml", "");
  test_.Write("x\ny.yaml", "");
  EXPECT_EQ(Next({"--config", "x"}), (Words{"words"}));
}

// How a person's shell is started, and told of completion.
struct Shell {
  const char* name;
  Words argv;
  const char* setup;
};

void PrintTo(const Shell& shell, std::ostream* out) { *out << shell.name; }

class CompletionIn : public Completion, public ::testing::WithParamInterface<Shell> {
 protected:
  void SetUp() override {
    shell_ = std::make_unique<Pty>(GetParam().argv);
    shell_->Type("p=" + prefix() + "; cd " + test_.folder() + "; PATH=$p/bin:$PATH; " +
                 GetParam().setup + "; echo rea''dy\n");
    ASSERT_TRUE(shell_->Expect("ready")) << shell_->screen();
  }
  void TearDown() override {
    shell_->Type("exit\n");
    shell_->Await();
    EXPECT_FALSE(fs::exists(test_.Path("pwned")));
  }

  // Once the keys are typed.
  void Expect(const std::string& keys, const std::string& text) const {
    shell_->Type(keys);
    EXPECT_TRUE(shell_->Expect(text)) << shell_->screen();
  }

  std::unique_ptr<Pty> shell_;
};

// What is typed is never what is waited for: it has quotes in it.
TEST_P(CompletionIn, KnowsVerbsAndStages) {
  Expect("runtime descr\tut\t| sed 's/^uts/do''ne:&/'\n", "done:uts");
  Expect("slipway descr\tpi\t| sed 's/^pid/do''ne:&/'\n", "done:pid");
}

TEST_P(CompletionIn, GoesOnBehindAnEqualsSign) {
  Expect("runtime --config=hos\t--hostn\tw''eb uname -n\n", "\nweb");
  Expect("runtime --config host --set uts.hostn\tw''eb2 uname -n\n", "\nweb2");
  Expect("runtime --config host --set=uts.hostn\tw''eb3 uname -n\n", "\nweb3");
}

TEST_P(CompletionIn, DoesNotEvaluateTheNameOfAConfig) {
  test_.Write(std::string(kHostile) + ".yaml", "version: 1\nstages: [pid]\n");
  Expect("runtime --config a\techo in''side1\n", "inside1");
  Expect("runtime --config=a\techo in''side2\n", "inside2");
  Expect("runtime --config \"a\techo in''side3\n", "inside3");
  Expect("runtime --config a\\ \techo in''side4\n", "inside4");
}

TEST_P(CompletionIn, DoesNotEvaluateWhatIsTyped) {
  Expect(
      "runtime --config \"$(touch pwned)`touch pwned`\t\x15"
      "echo af''ter\n",
      "after");
}

TEST_P(CompletionIn, DoesNotExecuteAProgramOfTheSameName) {
  const std::string fake = test_.Write("runtime", "#!/bin/sh\ntouch pwned\n");
  ASSERT_EQ(chmod(fake.c_str(), 0755), 0);
  Expect(
      "./runtime descr\t\x15"
      "echo af''ter\n",
      "after");
}

INSTANTIATE_TEST_SUITE_P(
    All, CompletionIn,
    ::testing::Values(
        Shell{"Bash",
              {"/bin/bash", "--noprofile", "--norc", "-i"},
              ". $p/share/bash-completion/completions/runtime"},
        // Which finds the files by itself.
        Shell{"BashCompletion",
              {"/bin/bash", "--noprofile", "--norc", "-i"},
              "XDG_DATA_DIRS=$p/share:/usr/share; . /usr/share/bash-completion/bash_completion"},
        Shell{"Zsh",
              {"/usr/bin/zsh", "-f", "-i"},
              "fpath=($p/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -D; "
              // The shell's own choice, expand-or-complete, evaluates what was typed.
              "bindkey '^I' complete-word"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace slipway::testing
