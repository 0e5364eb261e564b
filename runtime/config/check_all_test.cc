// All mistakes of a config at once, in the order of the file, and none that only follows from
// another one.

#include <gtest/gtest.h>

#include <string>

#include "runtime/config/check.h"
#include "runtime/config/stages_for_test.h"

namespace slipway::config {
namespace {

using CheckAll = StagesForTest;

TEST_F(CheckAll, MistakesOfEveryPart) {
  EXPECT_EQ(AllErrorsOfText("version: 2\n"
                            "proces: {args: ls, cwd: tmp, env: {\"\": a, B: []}, user: x}\n"
                            "mounts: []\n"
                            "stages:\n"
                            "  - utss\n"
                            "  - mount: {root: /x, binds: 7}\n"
                            "  - cgroup-v1: {pids.max: 0}\n"
                            "plugins:\n"
                            "  uts: {path: a, sha: b}\n"
                            "  mount: {sha256: abc}\n"),
            "1:10: unknown version \"2\" (this runtime reads version: 1)\n"
            "2:1: unknown key \"proces\" (did you mean \"process\"?)\n"
            "2:16: process.args: found a single value \"ls\" (write a list of texts, such as "
            "[/bin/sh, -c, date])\n"
            "2:25: process.cwd: not absolute \"tmp\" (write an absolute path inside the "
            "container)\n"
            "2:36: process.env: not a name of a variable (it is not empty and holds no '=')\n"
            "2:46: process.env.B: found a list (write a text; an empty one is \"\")\n"
            "2:51: process: unknown key \"user\" (one of args, cwd, env, pass, timeout, grace, "
            "stop_signal)\n"
            "3:1: unknown key \"mounts\" (one of version, extends, set, process, annotations, "
            "stages, plugins; a "
            "key of your own begins with x-)\n"
            "5:5: no such stage \"utss\"\n"
            "7:27: cgroup-v1: pids.max: out of range \"0\" (write an integer from 1 to 4194304)\n"
            "9:3: plugins: no such stage in the pipeline \"uts\" (did you mean \"utss\"?)\n"
            "9:18: plugins.uts: unknown key \"sha\" (one of path, sha256)\n"
            "10:19: plugins.mount.sha256: not a SHA-256 digest \"abc\" (write the 64 hexadecimal "
            "digits that sha256sum prints)\n");
}

TEST_F(CheckAll, AStageWhosePinIsWrongIsNotLoaded) {
  AllErrorsOf("- uts\n- pid\nplugins: {uts: {sha256: abc}}\n");
  EXPECT_EQ(loads_, (std::map<std::string, int>{{"pid", 1}}));
  loads_.clear();
  AllErrorsOf("- uts\n- pid\nplugins: [uts]\n");
  EXPECT_TRUE(loads_.empty());
}

TEST_F(CheckAll, OptionsOfSeveralStages) {
  EXPECT_EQ(
      AllErrorsOf(
          "- utss\n- mount: {root: /x, bind: []}\n- first-of:\n    - cgroup-v1: {pids.max: x}\n"
          "    - cgroup-v2: {pids.max: 0}\n- uts: web\n"),
      "3:3: no such stage \"utss\"\n"
      "4:21: mount: unknown option \"bind\" (did you mean \"binds\"?)\n"
      "6:29: cgroup-v1: pids.max: not an integer \"x\" (write an integer from 1 to "
      "4194304)\n"
      "7:29: cgroup-v2: pids.max: out of range \"0\" (write an integer from 1 to 4194304)\n"
      "8:8: uts: options: found a single value (write a map, {option: value})\n");
}

TEST_F(CheckAll, EntriesOfStages) {
  EXPECT_EQ(AllErrorsOf("- {}\n- [pid]\n- mount:\n  root: /r\n- first-of: []\n- uts\n- uts\n"
                        "- first-of: [pid, first-of: [uts]]\n- First_Of: [cgroup-v1: {x: 1}]\n"),
            "3:3: stages: an empty map (write a stage: its name, or name: {option: value})\n"
            "4:3: stages: found a list (write a stage: its name, or name: {option: value})\n"
            "6:3: a second key in the entry of stage \"mount\": \"root\" (indent options below the "
            "stage's name; begin each stage with \"- \")\n"
            "7:13: first-of: an empty list (name at least one stage)\n"
            "9:3: uts: appears twice (the first time at /etc/slipway/f.yaml:8:3: keep one of "
            "them)\n"
            "10:19: first-of inside first-of (list all its stages in the outer one)\n"
            "11:3: unknown stage \"First_Of\" (did you mean \"first-of\"?)\n"
            "11:26: cgroup-v1: unknown option \"x\" (there is only pids.max)\n");
}

TEST_F(CheckAll, RulesAboutTheOrder) {
  EXPECT_EQ(AllErrorsOf("- proc\n- pid\n- mount: {root: /r}\n"),
            "3:3: proc: must come after \"mount\" (which provides \"root\" at "
            "/etc/slipway/f.yaml:5:3: move it up)\n"
            "3:3: proc: must come after \"pid\" (which provides \"pid-namespace\" at "
            "/etc/slipway/f.yaml:4:3: move it up)\n");
}

TEST_F(CheckAll, AStageThatIsMissingIsNamed) {
  EXPECT_EQ(AllErrorsOf("- pid\n- proc\n"),
            "4:3: proc: needs \"mount-namespace\", which no stage before it provides (the stage "
            "mount does: put it before)\n");
}

TEST_F(CheckAll, AnUnknownStageMayProvideWhatIsMissing) {
  EXPECT_EQ(AllErrorsOf("- moutn\n- proc\n- pid\n"),
            "3:3: no such stage \"moutn\"\n"
            "4:3: proc: must come after \"pid\" (which provides \"pid-namespace\" at "
            "/etc/slipway/f.yaml:5:3: move it up)\n");
  EXPECT_EQ(AllErrorsOf("- moutn\n", {"mount.root=/r", "mount-namespace.root=/r"}),
            "3:3: no such stage \"moutn\"\n");
  EXPECT_EQ(AllErrorsOf("- moutn\n", {"moutn.root=/r"}), "3:3: no such stage \"moutn\"\n");
}

TEST_F(CheckAll, AWrongEntryMayBeWhatIsMissing) {
  EXPECT_EQ(AllErrorsOf("- []\n- proc\nplugins: {mount: {path: /p}}\n"),
            "3:3: stages: found a list (write a stage: its name, or name: {option: value})\n");
}

TEST_F(CheckAll, NamesInAnotherSpellingAreUnderstood) {
  EXPECT_EQ(AllErrorsOf("- Pid\n- CGROUP_V1: {Pids_Max: 3}\n- mount: {root: /r}\n- proc\n"),
            "3:3: no such stage \"Pid\" (did you mean \"pid\"?)\n"
            "4:3: no such stage \"CGROUP_V1\" (did you mean \"cgroup-v1\"?)\n"
            "4:15: cgroup-v1: unknown option \"Pids_Max\" (did you mean \"pids.max\"?)\n");
  EXPECT_EQ(AllErrorsOfText("Version: 1\nSTAGES: [uts: {hostname: []}]\n"),
            "1:1: unknown key \"Version\" (did you mean \"version\"?)\n"
            "2:1: unknown key \"STAGES\" (did you mean \"stages\"?)\n"
            "2:26: uts: hostname: found a list (write a text of 1 to 64 bytes)\n");
}

TEST_F(CheckAll, KeysOfOnesOwnHoldAnchors) {
  EXPECT_EQ(AllErrorsOfText("version: 1\nx-uts: &u {hostname: web}\nx-: [1]\nstages:\n"
                            "- uts: *u\n"),
            "");
  EXPECT_EQ(AllErrorsOfText("version: 1\nx: &u {hostname: web}\nstages: [uts: *u]\n"),
            "2:1: unknown key \"x\" (one of version, extends, set, process, annotations, stages, "
            "plugins; a key "
            "of your own begins with x-)\n");
}

TEST_F(CheckAll, ATextThatIsNoYamlHasOneMistake) {
  EXPECT_EQ(AllErrorsOfText("version: 2\nversion: 3\nstages: [utss]\n"),
            "2:1: duplicate key \"version\" (the first is at /etc/slipway/f.yaml:1:1)\n");
}

}  // namespace
}  // namespace slipway::config
