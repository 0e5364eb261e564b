// Commands that cannot be run, and folders that they cannot start in: the status tells which, and
// one line why.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <ostream>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

// Commands of a root filesystem that cannot be run.
struct CommandCase {
  const char* name;
  const char* command;
  int status;
  const char* expected;
};
std::ostream& operator<<(std::ostream& out, const CommandCase& c) { return out << c.name; }

class BadCommand : public ::testing::TestWithParam<CommandCase> {};

std::string ConfigWithBadCommands(const ContainerTest& test) {
  fs::create_directories(test.Path("root/tmp"));
  test.Write("root/bin/plain", "#!/bin/sh\necho ran\n");
  chmod(test.Write("root/bin/empty", "").c_str(), 0755);
  chmod(test.Write("root/bin/noscript", "echo ran\n").c_str(), 0755);
  chmod(test.Write("root/bin/interpreted", "#!/no/such\n").c_str(), 0755);
  fs::create_symlink("/nowhere", test.Path("root/bin/dangling"));
  return test.WriteStages("  - mount: {root: root}\n");
}

TEST_P(BadCommand, IsRefused) {
  ContainerTest test;
  const std::string config = ConfigWithBadCommands(test);
  ExpectRefusal(test.RunContainer(config, {GetParam().command}), GetParam().expected,
                GetParam().status);
}

constexpr CommandCase kBadCommands[] = {
    {"NotInPath", "nope", 127,
     "command not found \"nope\" (looked in PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
     "/usr/bin:/sbin:/bin)"},
    {"AbsentByAbsolutePath", "/bin/nope", 127,
     "command not found \"/bin/nope\" (there is no such file in the container)"},
    {"AbsentByRelativePath", "bin/nope", 127,
     "command not found \"bin/nope\" (there is no such file in the container's folder /, where the "
     "command starts; process.cwd sets another)"},
    {"BelowAFile", "/bin/plain/nope", 127,
     "command not found \"/bin/plain/nope\" (there is no such file in the container)"},
    {"Folder", "/tmp", 126,
     "cannot execute the container's \"/tmp\": Permission denied (it is a folder)"},
    {"NotExecutable", "/bin/plain", 126,
     "cannot execute the container's \"/bin/plain\": Permission denied (it is not executable: "
     "chmod +x)"},
    {"NotExecutableInPath", "plain", 126,
     "cannot execute the container's \"/bin/plain\": Permission denied (it is not executable: "
     "chmod +x)"},
    {"EmptyFile", "/bin/empty", 126,
     "cannot execute the container's \"/bin/empty\": Exec format error (not a program for this "
     "machine, or a script "
     "without a #! line)"},
    {"ScriptWithoutInterpreter", "/bin/noscript", 126,
     "cannot execute the container's \"/bin/noscript\": Exec format error (not a program for this "
     "machine, or a "
     "script without a #! line)"},
    {"InterpreterMissing", "/bin/interpreted", 126,
     "cannot execute the container's \"/bin/interpreted\": No such file or directory (the file is "
     "there, but the "
     "interpreter that it names (the ELF loader, or the program of its #! line) is not)"},
};

INSTANTIATE_TEST_SUITE_P(Command, BadCommand, ::testing::ValuesIn(kBadCommands),
                         NameOf<CommandCase>);

TEST(BadCommand, ASymlinkToNothingIsCalledThat) {
  ContainerTest test;
  const std::string config = ConfigWithBadCommands(test);
  const RunResult result = test.RunContainer(config, {"/bin/dangling"});
  EXPECT_NE(result.err.find("/bin/dangling"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("symlink"), std::string::npos) << result.err;
}

class BadCwd : public ::testing::TestWithParam<CommandCase> {};

TEST_P(BadCwd, IsRefused) {
  ContainerTest test;
  test.Write("root/etc/motd", "");
  const std::string config =
      test.Write("test.yaml", std::string("version: 1\nprocess: {cwd: ") + GetParam().command +
                                  "}\nstages:\n  - mount: {root: root}\n");
  ExpectRefusal(test.RunContainer(config, {"/bin/echo", "ran"}), Fill(GetParam().expected, test));
}

constexpr CommandCase kBadCwds[] = {
    {"Missing", "/nope", 125,
     "$F:2:16: cannot start in the container's folder \"/nope\": No such file or directory "
     "(process.cwd "
     "must be a folder of the "
     "container)"},
    {"File", "/etc/motd", 125,
     "$F:2:16: cannot start in the container's folder \"/etc/motd\": Not a directory (process.cwd "
     "must be a "
     "folder of the "
     "container)"},
};

INSTANTIATE_TEST_SUITE_P(Command, BadCwd, ::testing::ValuesIn(kBadCwds), NameOf<CommandCase>);

}  // namespace
}  // namespace slipway::testing
