// What people type to change a run: -e, -w, --set, the short options of stages, and what tells
// programs of it.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;

constexpr char kStages[] =
    "  - uts\n  - pid\n  - mount: {root: root}\n  - proc\n"
    "  - first-of:\n      - cgroup-v2: {pids.max: 20}\n      - cgroup-v1: {pids.max: 20}\n";

class RunOption : public ::testing::Test {
 protected:
  void SetUp() override { test_.MakeRoot(); }

  RunResult Run(const Words& flags, const Words& command, const RunOptions& options = {}) {
    return test_.RunContainer(test_.WriteStages(kStages), command, options, flags);
  }
  RunResult Script(const Words& flags, const std::string& script, const RunOptions& options = {}) {
    return Run(flags, {"/bin/sh", "-c", script}, options);
  }

  // The words of a container that ends with its caller, as arguments behind those of the caller.
  Words CalledBy(Words caller, const std::string& script) const {
    const Words words =
        test_.Argv(test_.WriteStages(kStages), {"/bin/sh", "-c", script}, {"--die-with-caller"});
    caller.insert(caller.end(), words.begin(), words.end());
    return caller;
  }

  ContainerTest test_;
};

TEST_F(RunOption, ASetVariableReachesTheCommandAsItIs) {
  EXPECT_EQ(Script({"-e", "A=1: [x", "-eB="}, "echo \"$A|${B-unset}\"").out, "1: [x|\n");
}

TEST_F(RunOption, AVariableWithoutValueIsPassedOn) {
  const RunOptions options{.environment = {{"MINE", "yes"}, {"OTHER", "no"}}};
  EXPECT_EQ(Script({"-e", "MINE"}, "echo $MINE${OTHER-unset}", options).out, "yesunset\n");
  EXPECT_EQ(Script({"-e", "NOT_SET"}, "echo ${NOT_SET-unset}").out, "unset\n");
}

TEST_F(RunOption, AVariableWithoutNameIsRefused) {
  ExpectRefusalLike(Script({"-e", "=x"}, ""), "-e: not of the form NAME=VALUE: \"=x\"", {});
}

TEST_F(RunOption, TheWorkingFolderIsChosen) {
  EXPECT_EQ(Run({"-w", "/tmp"}, {"pwd"}).out, "/tmp\n");
  EXPECT_EQ(Run({"--workdir", "/etc"}, {"pwd"}).out, "/etc\n");
  ExpectRefusalLike(Run({"-w", "tmp"}, {"pwd"}), "-w: ", {"absolute", "\"tmp\""});
}

TEST_F(RunOption, SetReachesTheProcess) {
  EXPECT_EQ(
      Script({"--set", "process.env.TZ=UTC", "--set", "process.cwd=/tmp"}, "echo $TZ; pwd").out,
      "UTC\n/tmp\n");
}

TEST_F(RunOption, SetOfArgsIsTheCommandThatIsNotGiven) {
  EXPECT_EQ(Run({"--set", "process.args=[echo, hello]"}, {}).out, "hello\n");
}

TEST_F(RunOption, SetAppendsToAList) {
  test_.Write("data/file", "shared\n");
  const std::string source = test_.Path("data");
  EXPECT_EQ(
      Run({"--set", "mount.binds+={source: " + source + ", target: /tmp}"}, {"cat", "/tmp/file"})
          .out,
      "shared\n");
  EXPECT_EQ(Run({"--set", "mount.binds+=" + source + ":/tmp:ro"}, {"cat", "/tmp/file"}).out,
            "shared\n");
}

TEST_F(RunOption, ShortOptionsOfStages) {
  test_.Write("data/file", "shared\n");
  const RunResult result = Script(
      {"--hostname", "web", "--bind", test_.Path("data") + ":/etc:ro", "--tmpfs", "/tmp:mode=0700"},
      "hostname; cat /etc/file; touch /etc/x; stat -c %a /tmp");
  EXPECT_EQ(result.out, "web\nshared\n700\n") << result.err;
  EXPECT_EQ(result.err, "touch: /etc/x: Read-only file system\n");
}

// A watch over the plugins begins, ends and begins again.
TEST_F(RunOption, AShortOptionLeavesIgnoredWhatTheCallerIgnores) {
  const auto ignored = [this](const Words& flags) {
    Words words = {"/bin/sh", "-c", "trap '' ABRT ALRM SEGV USR1; exec \"$@\"", "sh"};
    const Words own = test_.Argv(test_.WriteStages(kStages),
                                 {"grep", "-E", "SigIgn|SigBlk", "/proc/self/status"}, flags);
    words.insert(words.end(), own.begin(), own.end());
    return RunProgram(words).out;
  };
  const std::string plain = ignored({});
  EXPECT_NE(plain.find("2620\n"), std::string::npos) << plain;
  EXPECT_EQ(ignored({"--hostname", "web"}), plain);
}

// Which options there are is known once the config is; and what stands behind an unknown one may be
// the command's own.
TEST_F(RunOption, AShortOptionStandsBehindTheConfig) {
  const std::string config = test_.WriteStages(kStages);
  ExpectRefusal(
      RunProgram({Runfile("runtime/runtime"), "--hostname", "web", "--config", config, "hostname"}),
      "unknown option \"--hostname\" (see runtime --help)");
}

// Its constructor would leave a file behind.
TEST_F(RunOption, AWordOfTheCommandsNamesNoFolderOfPlugins) {
  test_.Write("plugins/libuts_stage.so", "no plugin");
  const std::string folder = test_.Path("plugins");
  for (const Words& flags :
       {Words{"--hostname=web"}, Words{"--hostname", "web"}, Words{"--read-only"}}) {
    const RunResult result = Run(flags, {"/bin/echo", "--plugin-dir", folder});
    EXPECT_EQ(result.out, "--plugin-dir " + folder + "\n") << result.err;
  }
}

TEST_F(RunOption, AFolderOfPluginsBehindAShortOptionCounts) {
  test_.Write("plugins/libuts_stage.so", "no plugin");
  ExpectRefusalLike(Run({"--hostname", "web", "--plugin-dir", test_.Path("plugins")}, {"true"}),
                    test_.Path("test.yaml") + ":3:5: uts: ", {"plugins/libuts_stage.so"});
}

TEST_F(RunOption, AShortFlagTakesNoWordAway) {
  EXPECT_EQ(Run({"--read-only"}, {"touch", "/tmp/x"}).err,
            "touch: /tmp/x: Read-only file system\n");
}

TEST_F(RunOption, AShortOptionReachesTheAlternativeThatIsTaken) {
  EXPECT_NE(Script({"--pids", "2"}, "sleep 0 & sleep 0 & sleep 0").err.find("can't fork"),
            std::string::npos);
}

TEST_F(RunOption, ATokenOfAFirstOfReachesTheAlternativeThatIsTaken) {
  EXPECT_NE(
      Script({"--set", "cgroup.pids.max=2"}, "sleep 0 & sleep 0 & sleep 0").err.find("can't fork"),
      std::string::npos);
}

TEST_F(RunOption, SetOfAnAlternativeThatIsNotTakenIsRefused) {
  const RunResult v1 = Run({"--set", "cgroup-v1.pids.max=5"}, {"true"});
  const RunResult v2 = Run({"--set", "cgroup-v2.pids.max=5"}, {"true"});
  EXPECT_NE(v1.status == 0, v2.status == 0) << v1.err << v2.err;
  ExpectRefusalLike(v1.status == 0 ? v2 : v1, "", {"cgroup.pids.max=", "not taken"});
}

TEST_F(RunOption, AWrongValueNamesTheOption) {
  ExpectRefusalLike(Run({"--pids", "many"}, {"true"}), "--pids", {"\"many\"", "integer"});
  ExpectRefusalLike(Run({"--bind", "/etc"}, {"true"}), "--bind", {"/etc", "target"});
}

TEST_F(RunOption, AnOptionThatNoStageHasIsUnknown) {
  const std::string config = test_.WriteStages("  - uts\n");
  ExpectRefusal(
      RunProgram({Runfile("runtime/runtime"), "--config", config, "--memory", "64M", "true"}),
      "unknown option \"--memory\" (it is an option of the stages cgroup-v1, cgroup-v2, of which " +
          config + " has none)");
}

TEST_F(RunOption, AnOptionOfAnotherRuntimeIsAnsweredWithOurs) {
  ExpectRefusal(Run({"--volume", "/a:/b"}, {"true"}),
                "unknown option \"--volume\" (here it is --bind SOURCE:TARGET[:ro])");
}

TEST_F(RunOption, AFolderOrCommandThatIsNotThereHasItsPlace) {
  const std::string config =
      test_.Write("process.yaml",
                  "version: 1\nprocess: {cwd: /nope, args: [/nope/cmd]}\nstages:\n  - mount: "
                  "{root: root}\n");
  ExpectRefusalLike(test_.RunContainer(config, {}), config + ":2:16: cannot start in ", {"/nope"});
  ExpectRefusalLike(test_.RunContainer(config, {}, {}, {"-w", "/also"}), "-w: cannot start in ",
                    {"/also"});
  ExpectRefusalLike(test_.RunContainer(config, {}, {}, {"-w", "/"}),
                    config + ":2:29: command not found ", {"/nope/cmd"}, 127);
}

TEST_F(RunOption, AKeptDescriptorReachesTheCommand) {
  const std::string path = test_.Write("kept", "");
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const std::string number = std::to_string(fd);
  Script({"--keep-fd", number}, "echo hello >&" + number, {.inherited_fds = {fd}});
  EXPECT_EQ(ReadText(path), "hello\n");
  close(fd);
  ExpectRefusalLike(Script({"--keep-fd", "777"}, ""), "--keep-fd: descriptor 777 is not open", {});
  ExpectRefusalLike(Script({"--keep-fd", "x"}, ""), "--keep-fd: not the number", {"\"x\""});
}

TEST_F(RunOption, ThePidFileHasThePidOfTheFirstProcess) {
  const std::string file = test_.Path("pid");
  Running container(test_.Argv(test_.WriteStages(kStages), {"/bin/sh", "-c", "echo up; sleep 1000"},
                               {"--pid-file", file}));
  ASSERT_TRUE(container.AwaitOutput("up\n"));
  // The command may be quicker than the runtime, which writes the file once it runs.
  while (!ReadText(file).ends_with("\n")) sched_yield();
  const std::string pid = ReadText(file);
  const std::string status = "/proc/" + pid.substr(0, pid.size() - 1) + "/status";
  EXPECT_NE(ReadText(status).find("\t1\n"), std::string::npos) << "its pid in the container";
  container.Signal(SIGTERM);
  container.Await();
  test_.ExpectNothingLeft();
}

TEST_F(RunOption, TheInfoDescriptorGetsALineOnceTheCommandRuns) {
  const std::string path = test_.Write("info", "");
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  Run({"--info-fd", std::to_string(fd)}, {"true"}, {.inherited_fds = {fd}});
  const std::string info = ReadText(path);
  EXPECT_EQ(info.find("{\"id\":\"test-"), 0U) << info;
  EXPECT_TRUE(info.ends_with(",\"status\":\"running\"}\n")) << info;
  close(fd);
}

TEST_F(RunOption, TheInfoDescriptorGetsNothingWhenTheCommandDoesNotRun) {
  const std::string path = test_.Write("info", "");
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(Run({"--info-fd", std::to_string(fd)}, {"nope"}, {.inherited_fds = {fd}}).status, 127);
  EXPECT_EQ(ReadText(path), "");
  close(fd);
}

TEST_F(RunOption, AnInfoDescriptorWithoutReaderIsAnError) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  const RunResult result =
      Run({"--info-fd", std::to_string(ends[1])}, {"sleep", "1000"}, {.inherited_fds = {ends[1]}});
  ExpectRefusalLike(result, "--info-fd: cannot write to ", {"Broken pipe"});
  close(ends[1]);
}

// A pipe that nobody empties.
TEST_F(RunOption, AnInfoDescriptorThatIsFullHoldsNothingUpForLong) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const std::string page(4096, 'x');
  while (write(ends[1], page.data(), page.size()) > 0) {
  }
  ASSERT_EQ(fcntl(ends[1], F_SETFL, 0), 0);
  const RunResult result =
      Run({"--info-fd", std::to_string(ends[1])}, {"sleep", "1000"}, {.inherited_fds = {ends[1]}});
  ExpectRefusalLike(result, "--info-fd: cannot write to ", {"timed out"});
  close(ends[0]);
  close(ends[1]);
}

TEST_F(RunOption, AThreadOfTheCallersMayEnd) {
  const std::string script =
      "import subprocess, sys, threading\n"
      "started = []\n"
      "start = lambda: started.append(subprocess.Popen(sys.argv[1:]))\n"
      "thread = threading.Thread(target=start)\n"
      "thread.start()\nthread.join()\nprint(started[0].wait())\n";
  EXPECT_EQ(RunProgram(CalledBy({"/usr/bin/python3", "-c", script}, "sleep 0.5; exit 5")).out,
            "5\n");
  test_.ExpectNothingLeft();
}

// The caller is a shell that ends at once, and leaves the runtime to this process.
TEST_F(RunOption, TheContainerEndsWithTheCaller) {
  // The runtime's output ends when the last process that has it is gone.
  Running caller(CalledBy({"/bin/bash", "-c", "\"$@\" & wait", "bash"},
                          "trap '' TERM; echo up; while :; do sleep 0.1; done"));
  ASSERT_TRUE(caller.AwaitOutput("up\n"));
  caller.Signal(SIGKILL);
  caller.Await();  // to the end of its output: of the container's too
  while (waitpid(-1, nullptr, 0) > 0) {
  }
  test_.ExpectNothingLeft();
}

TEST_F(RunOption, VerboseSaysWhichConfigAndWhichAlternativeWereTaken) {
  const RunResult result = Run({"-v"}, {"echo", "ran"});
  EXPECT_EQ(result.out, "ran\n");
  EXPECT_NE(result.err.find("runtime: config: " + test_.Path("test.yaml") + "\n"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("first-of took cgroup-v"), std::string::npos) << result.err;
}

TEST_F(RunOption, AConfigMayComeFromStandardInputOrADescriptor) {
  test_.WriteStages(kStages);
  const std::string text = ReadText(test_.Path("test.yaml"));
  const std::string absolute =
      std::string(text).replace(text.find("root: root"), 10, "root: " + test_.Path("root"));
  EXPECT_EQ(test_.RunContainer("-", {"hostname"}, {.input = absolute}).out, "container\n");
  const std::string path = test_.Write("other.yaml", absolute);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(
      test_.RunContainer("fd:" + std::to_string(fd), {"hostname"}, {.inherited_fds = {fd}}).out,
      "container\n");
  close(fd);
}

TEST_F(RunOption, ProcessPassNamesVariablesOfTheCallers) {
  const std::string config =
      test_.Write("pass.yaml",
                  "version: 1\nprocess: {pass: [MINE, NOT_SET], env: {MINE: config}}\n"
                  "stages:\n  - mount: {root: root}\n");
  EXPECT_EQ(
      test_.RunContainer(config, {"sh", "-c", "echo $MINE"}, {.environment = {{"MINE", "caller"}}})
          .out,
      "caller\n");
  EXPECT_EQ(test_.RunContainer(config, {"sh", "-c", "echo $MINE"}).out, "config\n");
}

}  // namespace
}  // namespace slipway::testing
