#include "runtime/stage_test/command_line.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "runtime/cli/help.h"
#include "runtime/cli/words.h"
#include "runtime/loader/find.h"
#include "runtime/stage_test/program.h"
#include "runtime/sys/own_program.h"

namespace slipway::stage_test {
namespace {

namespace fs = std::filesystem;
using cli::Option;
using Kind = Option::Kind;

constexpr char kSeeHelp[] = "slipway-stage-test --help";

constexpr Option kRuntime = {
    .name = "runtime",
    .kind = Kind::kText,
    .value = "PATH",
    .help =
        "the runtime that makes the containers; else SLIPWAY_RUNTIME of the environment, the one "
        "beside this program, or the one in PATH"};
constexpr Option kPluginDir = {
    .name = "plugin-dir",
    .kind = Kind::kTexts,
    .value = "DIR",
    .help =
        "look here for other stages first; may be given more than once. Else "
        "SLIPWAY_PLUGIN_DIR of the environment"};
constexpr Option kTrust = {
    .name = "trust",
    .kind = Kind::kTexts,
    .value = "DIR",
    .help = "load plugins from here whoever owns them, as root too; may be given more than once"};
constexpr Option kFilter = {.name = "filter",
                            .kind = Kind::kText,
                            .value = "TEXT",
                            .help = "run only the cases whose name holds this"};
constexpr Option kFormat = {.name = "format",
                            .kind = Kind::kText,
                            .value = "text|tap|json|junit",
                            .help = "how the results are written; text unless given"};
constexpr Option kHelp = {.name = "help", .kind = Kind::kFlag, .help = "say this", .letter = 'h'};
constexpr Option kOptions[] = {kRuntime, kPluginDir, kTrust, kFilter, kFormat, kHelp};

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool IsProgram(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

std::string InPath(const std::string& name) {
  std::string rest = FromEnvironment("PATH");
  while (!rest.empty()) {
    const size_t end = rest.find(':');
    std::string path = rest.substr(0, end) + "/" + name;
    rest.erase(0, end == std::string::npos ? rest.size() : end + 1);
    if (path.front() == '/' && IsProgram(path)) return path;
  }
  return {};
}

// Without symlinks: a case runs in another folder, and as another user.
Result<std::string> RealPath(const std::string& path, const char* what) {
  std::error_code error;
  std::string real = fs::canonical(path, error).string();
  if (error) return Error(error.value(), what, path);
  return real;
}

// The installed tree's and the built one's places, from this program's folder on.
std::string Beside(std::initializer_list<const char*> places) {
  const fs::path own = fs::path(sys::ThisProgram().path).parent_path();
  for (const char* place : places) {
    if (std::string path = (own / place).lexically_normal(); IsProgram(path)) return path;
  }
  return {};
}

Result<std::string> FindRuntime(const cli::Words& words) {
  std::string path = words.Text(kRuntime.name);
  if (path.empty()) path = FromEnvironment("SLIPWAY_RUNTIME");
  if (path.empty()) path = Beside({"runtime", "../runtime"});
  if (path.empty()) path = InPath("runtime");
  if (path.empty()) {
    return Error("no runtime found", {},
                 "it is neither beside this program nor in PATH: name it with --runtime");
  }
  constexpr char kHint[] = "--runtime takes the runtime's path";
  if (!IsProgram(path)) return Error("not a program", path, kHint);
  const auto version = RunProgram({.argv = {path, "--version"}});
  if (!version.ok() || !version->out.starts_with("slipway ")) {
    return Error("not Slipway's runtime", path, kHint);
  }
  return RealPath(path, "find the runtime");
}

Result<std::string> FindProbe() {
  std::string path =
      Beside({"../lib/slipway/slipway-probe", "../probe/slipway-probe", "slipway-probe"});
  if (!path.empty()) return path;
  return Error("slipway-probe is missing", {},
               "install this program by tools/install: it belongs "
               "into lib/slipway of the same tree");
}

Status ReadStage(const std::string& path, CommandLine& line) {
  ASSIGN_OR_RETURN(const std::string real, RealPath(path, "find the stage's plugin"));
  const auto name = loader::NameOf(fs::path(path).filename().string());
  if (!name || !fs::is_regular_file(real)) {
    return Error(
        "not a stage's plugin", path,
        "it is a file that is called lib<name>_stage.so, with '_' for each '-' of the name");
  }
  // The folder of the link: the runtime looks for the name.
  ASSIGN_OR_RETURN(std::string folder,
                   RealPath(fs::absolute(path).parent_path(), "find the folder of"));
  line.bench.plugin_folders.push_back(std::move(folder));
  line.stage = *name;
  return Ok();
}

Status ReadFolders(const cli::Words& words, Bench& bench) {
  std::vector<std::string> folders = words.Texts(kPluginDir.name);
  if (const std::string given = FromEnvironment("SLIPWAY_PLUGIN_DIR");
      folders.empty() && !given.empty()) {
    folders.push_back(given);
  }
  for (const std::string& folder : folders) {
    ASSIGN_OR_RETURN(std::string real, RealPath(folder, "find the folder"));
    bench.plugin_folders.push_back(std::move(real));
  }
  for (const std::string& folder : words.Texts(kTrust.name)) {
    ASSIGN_OR_RETURN(std::string real, RealPath(folder, "find the folder"));
    bench.trusted.push_back(std::move(real));
  }
  return Ok();
}

}  // namespace

Result<CommandLine> ReadCommandLine(const std::vector<std::string>& words) {
  CommandLine line;
  ASSIGN_OR_RETURN(const cli::Words split,
                   cli::SplitWords(kOptions, words, /*until_command=*/false, kSeeHelp));
  if (split.Has(kHelp.name)) {
    line.help = true;
    return line;
  }
  if (split.rest.size() != 2) {
    return Error(
        split.rest.size() < 2 ? "too few arguments" : "unexpected argument",
        split.rest.size() < 2 ? "" : split.rest[2],
        std::string("it takes the stage's plugin and the file of its cases; see ") + kSeeHelp);
  }
  if (const std::string format = split.Text(kFormat.name);
      !format.empty() && !ReadFormat(format, line.format)) {
    return Error("--format: not a format", format, "text, tap, json or junit");
  }
  line.filter = split.Text(kFilter.name);
  RETURN_IF_ERROR(ReadStage(split.rest[0], line));
  RETURN_IF_ERROR(ReadFolders(split, line.bench));
  ASSIGN_OR_RETURN(line.bench.runtime, FindRuntime(split));
  ASSIGN_OR_RETURN(line.bench.probe, FindProbe());
  line.bench.cases = split.rest[1];
  ASSIGN_OR_RETURN(const std::string cases, RealPath(split.rest[1], "find the cases"));
  line.bench.folder = fs::path(cases).parent_path().string();
  return line;
}

std::string Help() {
  constexpr std::string_view kAbout =
      "slipway-stage-test tests a stage's plugin in real containers: it runs each case of a file, "
      "compares what comes with what is expected, and looks for what is left behind.\n"
      "\n"
      "usage: slipway-stage-test [OPTIONS] ./libNAME_stage.so CASES.yaml\n"
      "\n"
      "A case has a pipeline, as a config has it, and a command. \"probe\" as the command's first "
      "word is a program that prints what it sees in the container: `probe` all of it as JSON, "
      "`probe --help` which keys there are.\n"
      "\n"
      "  version: 1\n"
      "  cases:\n"
      "    - name: the container has its own host name\n"
      "      stages: [{uts: {hostname: box}}]\n"
      "      command: [probe, hostname]\n"
      "      expect: {stdout: box}\n"
      "    - name: a wrong option is named\n"
      "      stages: [{uts: {hostnam: box}}]\n"
      "      command: [probe]\n"
      "      expect: {error: {contains: 'unknown option \"hostnam\"'}}\n"
      "\n"
      "Further keys of a case:\n"
      "  options   options of the runtime: [--timeout, 5s]\n"
      "  stdin     what the command reads\n"
      "  env       variables of the command\n"
      "  as        who runs it, as root may say: root, or the number of a user\n"
      "  needs     of the machine, else the case is skipped: root, plain-user,\n"
      "            cgroup-v1, cgroup-v2, user-namespaces, time-namespaces, or a kernel\n"
      "            such as linux-6.12\n"
      "  root      a folder, from the cases' own on, whose changes are thrown away;\n"
      "            / is the machine's own files\n"
      "  timeout   from 1s to 1h; 60s unless given\n"
      "  expect    stdout, stderr, error: a text (a newline at its end may be left out),\n"
      "            {contains: TEXT}, or {regex: EXPRESSION} as grep -E has it; a list in\n"
      "            the place of TEXT or EXPRESSION wants each. error is the line in which\n"
      "            the runtime says what was wrong. status: a number; 0 unless given, and\n"
      "            125 with error\n"
      "Keys of the file that begin with x- are free, for anchors.\n"
      "\n"
      "Without a root, and without a stage that makes one, a case has the machine's programs and "
      "libraries, some devices and an empty /tmp; /proc is there where the pipeline has a stage "
      "for it. With a root of a stage's own, `probe` is there where ${probe} is bound. ${tmp} is a "
      "folder of the case's own, which goes with it.\n"
      "\n"
      "The exit status is 0 when all cases that could run passed, 1 when one failed or none ran, 2 "
      "when nothing was run because of a mistake, and 128+N when signal N ended it.\n"
      "\n"
      "Options:\n";
  const size_t width = cli::HelpWidth();
  return cli::Paragraphs(kAbout, width) + cli::OptionsAsText(kOptions, width);
}

}  // namespace slipway::stage_test
