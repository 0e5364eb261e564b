#include "runtime/config/document.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace slipway::config {
namespace {

constexpr std::string_view kHead = "version: 1\nstages: [uts]\n";  // more follows in line 3
constexpr std::string_view kDigest =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

Result<Document> Parse(const std::string& text) {
  return Document::Parse(text, "/etc/slipway/f.yaml");
}

std::string ErrorOf(const std::string& text) {
  const Result<Document> document = Document::Parse(text, "f.yaml");
  return document.ok() ? "no error" : document.error().ToString();
}

std::string ErrorAfterHead(const std::string& rest) { return ErrorOf(std::string(kHead) + rest); }

// A line for each stage: name@line:column, "> " in front of an alternative.
std::string StagesOf(const std::string& text) {
  const Result<Document> document = Parse(text);
  if (!document.ok()) return document.error().ToString();
  std::string lines;
  for (const RawStep& step : document.value().steps()) {
    for (const RawStage& stage : step.alternatives) {
      if (step.alternatives.size() > 1) lines += "> ";
      lines += stage.name + "@" + std::to_string(stage.place.line) + ":" +
               std::to_string(stage.place.column) + "\n";
    }
  }
  return lines;
}

TEST(Document, StagesStandInOrderWithTheirPlaces) {
  EXPECT_EQ(StagesOf("version: 1\n"
                     "stages:\n"
                     "  - uts: {hostname: web}\n"
                     "  - pid\n"
                     "  - mount:\n"
                     "      root: ../r\n"
                     "  - first-of:\n"
                     "      - cgroup-v2: {pids.max: 20}\n"
                     "      - cgroup-v1\n"),
            "uts@3:5\npid@4:5\nmount@5:5\n> cgroup-v2@8:9\n> cgroup-v1@9:9\n");
}

TEST(Document, ARelativePathIsSeenFromItsFolder) {
  const Result<Document> document = Parse(std::string(kHead) + "plugins: {uts: {path: ./p.so}}\n");
  ASSERT_TRUE(document.ok()) << document.error().ToString();
  EXPECT_EQ(document.value().source().folder, "/etc/slipway");
  EXPECT_EQ(document.value().pins().at("uts").path, "/etc/slipway/p.so");
}

TEST(Document, ProcessIsRead) {
  const Result<Document> document = Parse(std::string(kHead) +
                                          "process:\n  args: [/bin/bash, -l, 1]\n  cwd: /root\n"
                                          "  env: {FOO: bar, EMPTY: \"\", N: 1}\n  pass: [TZ]\n");
  ASSERT_TRUE(document.ok()) << document.error().ToString();
  const Process& process = document.value().process();
  EXPECT_EQ(process.args, (std::vector<std::string>{"/bin/bash", "-l", "1"}));
  EXPECT_EQ(process.cwd, "/root");
  EXPECT_EQ(process.env,
            (std::map<std::string, std::string>{{"FOO", "bar"}, {"EMPTY", ""}, {"N", "1"}}));
  EXPECT_EQ(process.pass, std::vector<std::string>{"TZ"});
}

TEST(Document, ProcessHasDefaults) {
  const Result<Document> document = Parse(std::string(kHead));
  ASSERT_TRUE(document.ok());
  EXPECT_TRUE(document.value().process().args.empty());
  EXPECT_EQ(document.value().process().cwd, "/");
  EXPECT_TRUE(document.value().process().env.empty());
  EXPECT_EQ(document.value().process().timeout, std::chrono::seconds(0));
  EXPECT_EQ(document.value().process().grace, std::chrono::seconds(10));
  EXPECT_EQ(document.value().process().stop_signal, SIGTERM);
}

TEST(Document, ProcessHasATimeLimit) {
  const Result<Document> document =
      Parse(std::string(kHead) + "process: {timeout: 1.5s, grace: 0s}\n");
  ASSERT_TRUE(document.ok()) << document.error().ToString();
  EXPECT_EQ(document.value().process().timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(document.value().process().timeout_where, "/etc/slipway/f.yaml:3:20");
  EXPECT_EQ(document.value().process().grace, std::chrono::seconds(0));
}

TEST(Document, ProcessHasAStopSignal) {
  const auto signal = [](const std::string& text) {
    const Result<Document> document =
        Parse(std::string(kHead) + "process: {stop_signal: " + text + "}\n");
    EXPECT_TRUE(document.ok()) << document.error().ToString();
    return document.value().process().stop_signal;
  };
  EXPECT_EQ(signal("INT"), SIGINT);
  EXPECT_EQ(signal("SIGRTMIN+3"), SIGRTMIN + 3);
  EXPECT_EQ(signal("\"9\""), SIGKILL);
}

TEST(Document, PinsAreRead) {
  const Result<Document> document =
      Parse("version: 1\nstages: [uts, pid]\nplugins:\n  uts: {path: /p.so, sha256: " +
            std::string(kDigest) + "}\n  pid: {sha256: " + std::string(64, 'A') + "}\n");
  ASSERT_TRUE(document.ok()) << document.error().ToString();
  const Pin& uts = document.value().pins().at("uts");
  EXPECT_EQ(uts.path, "/p.so");
  EXPECT_EQ(uts.sha256, kDigest);
  EXPECT_EQ(uts.where, "/etc/slipway/f.yaml:4:3");
  EXPECT_EQ(uts.sha256_where, "/etc/slipway/f.yaml:4:30");
  EXPECT_FALSE(uts.wrong);
  const Pin& pid = document.value().pins().at("pid");
  EXPECT_EQ(pid.path, "");
  EXPECT_EQ(pid.sha256, std::string(64, 'a'));
}

TEST(Document, MistakesAtTheTop) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "f.yaml:1:1: the config is empty (it needs \"version: 1\" and a list of stages)"},
      {"# a\n", "f.yaml:1:1: the config is empty (it needs \"version: 1\" and a list of stages)"},
      {"---\n", "f.yaml:1:1: the config is empty (it needs \"version: 1\" and a list of stages)"},
      {"- uts\n",
       "f.yaml:1:1: the config must be a map: found a list (write version, process, annotations, "
       "stages, plugins, each with ':' and its value)"},
      {"uts\n",
       "f.yaml:1:1: the config must be a map: found a single value \"uts\" (write version, "
       "process, annotations, stages, plugins, each with ':' and its value)"},
      {"version: 1\nstage: [uts]\n",
       "f.yaml:2:1: unknown key \"stage\" (did you mean \"stages\"?)"},
      {"version: 1\nmounts: []\nstages: [uts]\n",
       "f.yaml:2:1: unknown key \"mounts\" (one of version, extends, set, process, annotations, "
       "stages, plugins; "
       "a key of your own begins with x-)"},
      {"stages: [uts]\n",
       "f.yaml:1:1: missing key \"version\" (begin the config with \"version: 1\")"},
      {"version: 2\nstages: [uts]\n",
       "f.yaml:1:10: unknown version \"2\" (this runtime reads version: 1)"},
      {"version:\nstages: [uts]\n", "f.yaml:1:1: version: has no value (write version: 1)"},
      {"version: 1\n",
       "f.yaml:1:1: missing key \"stages\" (it lists the stages, each after a \"- \")"},
      {"version: 1\nversion: 1\n",
       "f.yaml:2:1: duplicate key \"version\" (the first is at f.yaml:1:1)"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(ErrorOf(text), line) << text;
}

TEST(Document, MistakesInStages) {
  constexpr const char* kEntry = "a stage: its name, or name: {option: value})";
  const std::pair<std::string, std::string> cases[] = {
      {"stages:\n", "f.yaml:2:1: stages: has no value (write a list of stages)"},
      {"stages: []\n", "f.yaml:2:9: stages: an empty list (name at least one stage)"},
      {"stages: {uts: }\n", "f.yaml:2:9: stages: found a map (write a list of stages)"},
      {"stages: [[uts]]\n", std::string("f.yaml:2:10: stages: found a list (write ") + kEntry},
      {"stages: [{}]\n", std::string("f.yaml:2:10: stages: an empty map (write ") + kEntry},
      {"stages: [\"\"]\n", std::string("f.yaml:2:10: a stage without a name (write ") + kEntry},
      {"stages:\n- mount:\n  root: x\n",
       "f.yaml:4:3: a second key in the entry of stage \"mount\": \"root\" (indent options below "
       "the stage's name; begin each stage with \"- \")"},
      {"stages:\n- uts: web\n",
       "f.yaml:3:8: uts: options: found a single value (write a map, {option: "
       "value})"},
      {"stages:\n- uts: [web]\n",
       "f.yaml:3:8: uts: options: found a list (write a map, {option: value})"},
      {"stages:\n- uts\n- pid\n- uts: {}\n",
       "f.yaml:5:3: uts: appears twice (the first time at f.yaml:3:3: keep one of "
       "them)"},
      {"stages:\n- uts\n- first-of: [pid, uts]\n",
       "f.yaml:4:19: uts: appears twice (the first time at f.yaml:3:3: keep one of "
       "them)"},
      {"stages:\n- first-of: [uts, none, pid]\n",
       "f.yaml:3:25: first-of: a stage behind none (none always works: put it last)"},
      {"stages:\n- first-of: [none]\n",
       "f.yaml:3:14: first-of: none alone (name at least one stage before it)"},
      {"stages:\n- first-of: [uts, none: {}]\n",
       "f.yaml:3:19: none is no stage (as the last of a first-of, and without options, it lets the "
       "others be left out)"},
      {"stages:\n- none\n",
       "f.yaml:3:3: none is no stage (as the last of a first-of, and without options, it lets the "
       "others be left out)"},
      {"stages:\n- first-of\n", "f.yaml:3:3: first-of: has no value (write a list of stages)"},
      {"stages:\n- first-of:\n", "f.yaml:3:3: first-of: has no value (write a list of stages)"},
      {"stages:\n- first-of: []\n",
       "f.yaml:3:13: first-of: an empty list (name at least one stage)"},
      {"stages:\n- first-of: {uts: }\n",
       "f.yaml:3:13: first-of: found a map (write a list of stages)"},
      {"stages:\n- first-of: [uts, first-of: [pid]]\n",
       "f.yaml:3:19: first-of inside first-of (list all its stages in the outer one)"},
      {"stages:\n- first-of: [uts]\n  pid:\n",
       "f.yaml:4:3: a second key in the entry of stage \"first-of\": \"pid\" (indent options below "
       "the stage's name; begin each stage with \"- \")"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(ErrorOf("version: 1\n" + text), line) << text;
}

TEST(Document, MistakesInProcess) {
  const std::pair<const char*, const char*> cases[] = {
      {"process:\n",
       "f.yaml:3:1: process: has no value (write a map of args, cwd, env, pass, timeout)"},
      {"process: [a]\n",
       "f.yaml:3:10: process: found a list (write a map of args, cwd, env, pass, timeout)"},
      {"process: {arg: [a]}\n",
       "f.yaml:3:11: process: unknown key \"arg\" (did you mean \"args\"?)"},
      {"process: {user: a}\n",
       "f.yaml:3:11: process: unknown key \"user\" (one of args, cwd, env, pass, timeout, grace, "
       "stop_signal)"},
      {"process: {args: ls}\n",
       "f.yaml:3:17: process.args: found a single value \"ls\" (write a list of texts, such as "
       "[/bin/sh, -c, date])"},
      {"process: {args: []}\n",
       "f.yaml:3:17: process.args: an empty list (name a command, or leave args out)"},
      {"process: {args: [a, [b]]}\n", "f.yaml:3:21: process.args[1]: found a list (write a text)"},
      {"process: {cwd: root}\n",
       "f.yaml:3:16: process.cwd: not absolute \"root\" (write an absolute path inside the "
       "container)"},
      {"process: {cwd: \"\"}\n",
       "f.yaml:3:16: process.cwd: not absolute (write an absolute path inside the container)"},
      {"process: {cwd: }\n",
       "f.yaml:3:11: process.cwd: has no value (write an absolute path inside the container)"},
      {"process: {timeout: 30}\n",
       "f.yaml:3:20: process.timeout: a duration without a unit \"30\" (write 30ms or 30s; units "
       "are ns us ms s m h)"},
      {"process: {timeout: soon}\n",
       "f.yaml:3:20: process.timeout: not a duration \"soon\" (write a duration, such as 30s or "
       "5m; 0s is none)"},
      {"process: {timeout: 100000h}\n",
       "f.yaml:3:20: process.timeout: more than ten years \"100000h\" (write a duration, such as "
       "30s or 5m; 0s is none)"},
      {"process: {grace: [1s]}\n",
       "f.yaml:3:18: process.grace: found a list (write a duration, such as 30s or 5m; 0s is "
       "none)"},
      {"process: {stop_signal: TRM}\n",
       "f.yaml:3:24: process.stop_signal: no such signal \"TRM\" (did you mean \"TERM\"?)"},
      {"process: {stop_signal: SIGITN}\n",
       "f.yaml:3:24: process.stop_signal: no such signal \"SIGITN\" (did you mean \"SIGINT\"?)"},
      {"process: {stop_signal: 0}\n",
       "f.yaml:3:24: process.stop_signal: no such signal \"0\" (write a name such as TERM or "
       "RTMIN+3, or a number)"},
      {"process: {stop_signal: [TERM]}\n",
       "f.yaml:3:24: process.stop_signal: found a list (write a signal, such as TERM or RTMIN+3)"},
      {"process: {pass: TZ}\n",
       "f.yaml:3:17: process.pass: found a single value \"TZ\" (write a list of names of "
       "variables, "
       "such as [LANG, TZ])"},
      {"process: {pass: [TZ, A=b]}\n",
       "f.yaml:3:22: process.pass: not a name of a variable \"A=b\" (it is not empty and holds no "
       "'=')"},
      {"process: {env: [A=b]}\n",
       "f.yaml:3:16: process.env: found a list (write a map of names to texts, such as {LANG: C})"},
      {"process: {env: {\"A=b\": c}}\n",
       "f.yaml:3:17: process.env: not a name of a variable \"A=b\" (it is not empty and holds no "
       "'=')"},
      {"process: {env: {\"\": c}}\n",
       "f.yaml:3:17: process.env: not a name of a variable (it is not empty and holds no '=')"},
      {"process: {env: {A: }}\n",
       "f.yaml:3:17: process.env.A: has no value (write a text; an empty one is \"\")"},
      {"process: {env: {A: [b]}}\n",
       "f.yaml:3:20: process.env.A: found a list (write a text; an empty one is \"\")"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(ErrorAfterHead(text), line) << text;
}

TEST(Document, Annotations) {
  const Result<Document> document = Document::Parse(
      "version: 1\nstages: [uts]\nannotations: {org.example.team: web, empty: \"\", \"a b\": 5}\n",
      "f.yaml");
  ASSERT_TRUE(document.ok()) << document.error().ToString();
  EXPECT_EQ(document.value().annotations(),
            (Annotations{{"org.example.team", "web"}, {"empty", ""}, {"a b", "5"}}));
}

TEST(Document, MistakesInAnnotations) {
  const std::pair<std::string, std::string> cases[] = {
      {"annotations:\n",
       "f.yaml:3:1: annotations: has no value (write a map of names to texts, such as "
       "{org.example.team: web})"},
      {"annotations: [a]\n",
       "f.yaml:3:14: annotations: found a list (write a map of names to texts, such as "
       "{org.example.team: web})"},
      {"annotations: {\"\": a}\n",
       "f.yaml:3:15: annotations: not a name of an annotation (it is not empty and holds no '=')"},
      {"annotations: {a=b: c}\n",
       "f.yaml:3:15: annotations: not a name of an annotation \"a=b\" (it is not empty and holds "
       "no "
       "'=')"},
      {"annotations: {a: }\n",
       "f.yaml:3:15: annotations.a: has no value (write a text; an empty one is \"\")"},
      {"annotations: {a: {b: c}}\n",
       "f.yaml:3:18: annotations.a: found a map (write a text; an empty one is \"\")"},
      {"annotations: {a: \"\\0\"}\n",
       "f.yaml:3:18: a NUL character in a text (no Linux interface can take one)"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(ErrorAfterHead(text), line) << text;
}

TEST(Document, MistakesInPlugins) {
  const std::string digits = "(write the 64 hexadecimal digits that sha256sum prints)";
  const std::string bad_digit = std::string(63, 'a') + "g";
  const std::pair<std::string, std::string> cases[] = {
      {"plugins:\n",
       "f.yaml:3:1: plugins: has no value (write a map of stage names to path, sha256)"},
      {"plugins: [a]\n",
       "f.yaml:3:10: plugins: found a list (write a map of stage names to path, sha256)"},
      {"plugins: {uts: a.so}\n",
       "f.yaml:3:16: plugins.uts: found a single value \"a.so\" (write a map of path, sha256)"},
      {"plugins: {uts: {}}\n",
       "f.yaml:3:16: plugins.uts: an empty map (write a map of path, sha256, or one of them)"},
      {"plugins: {uts: {sha: a}}\n",
       "f.yaml:3:17: plugins.uts: unknown key \"sha\" (one of path, sha256)"},
      {"plugins: {uts: {path: }}\n",
       "f.yaml:3:17: plugins.uts.path: has no value (write the path of a plugin)"},
      {"plugins: {uts: {path: \"\"}}\n",
       "f.yaml:3:23: plugins.uts.path: an empty path (write the path of a plugin)"},
      {"plugins: {uts: {sha256: abc}}\n",
       "f.yaml:3:25: plugins.uts.sha256: not a SHA-256 digest \"abc\" " + digits},
      {"plugins: {uts: {sha256: " + bad_digit + "}}\n",
       "f.yaml:3:25: plugins.uts.sha256: not a SHA-256 digest \"" + bad_digit + "\" " + digits},
      {"plugins: {utss: {path: a}}\n",
       "f.yaml:3:11: plugins: no such stage in the pipeline \"utss\" (did you mean \"uts\"?)"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(ErrorAfterHead(text), line) << text;
}

}  // namespace
}  // namespace slipway::config
