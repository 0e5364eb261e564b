#include "runtime/commands/run_options.h"

#include <unistd.h>

#include <utility>

#include "runtime/commands/container_id.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr std::string_view kObject = "{";
constexpr std::string_view kNumber = "0123456789";

// first: what a file that may be replaced begins with.
Result<std::optional<OutputFile>> OpenOutput(const cli::Words& words, const std::string& name,
                                             std::string_view first,
                                             const std::string& prefix = "") {
  if (!words.Has(name)) return std::optional<OutputFile>();
  ASSIGN_OR_RETURN(OutputFile file,
                   OutputFile::Open("--" + name, prefix + words.Text(name), first));
  return std::optional(std::move(file));
}

}  // namespace

Result<std::vector<int>> KeptDescriptors(const cli::Words& words) {
  std::vector<int> kept;
  for (const std::string& text : words.Texts("keep-fd")) {
    ASSIGN_OR_RETURN(const int fd, InheritedDescriptor("--keep-fd", text));
    // The command has the first three anyway.
    if (fd > STDERR_FILENO) kept.push_back(fd);
  }
  return kept;
}

Result<RunOptions> RunOptionsOf(const cli::Words& words) {
  RunOptions options{.folders = FoldersOf(words),
                     .outlive_runtime = words.Has("outlive-runtime"),
                     .verbose = words.Has(kVerbose.name)};
  const bool die_with_caller = words.Has("die-with-caller");
  if (die_with_caller && options.outlive_runtime) {
    return Error("--die-with-caller and --outlive-runtime exclude each other", {},
                 "give one of them");
  }
  if (words.Has("detach") && die_with_caller) {
    return Error("--detach and --die-with-caller exclude each other", {}, "give one of them");
  }
  if (words.Has("log") && !words.Has("detach")) {
    return Error("--log is for a command in the background", {},
                 "write --detach too, or let the shell redirect the output");
  }
  // Before anything else is opened and gets one of these numbers.
  ASSIGN_OR_RETURN(options.kept_fds, KeptDescriptors(words));
  // As early as can be: the caller may end at any time.
  if (die_with_caller) {
    ASSIGN_OR_RETURN(options.caller, sys::OpenPidfd(getppid()));
  }
  ASSIGN_OR_RETURN(options.info, OpenOutput(words, "info-fd", kObject, "fd:"));
  ASSIGN_OR_RETURN(options.stats, OpenOutput(words, "stats", kObject));
  ASSIGN_OR_RETURN(options.pid_file, OpenOutput(words, "pid-file", kNumber));
  if (words.Has("detach")) {
    ASSIGN_OR_RETURN(options.log, LogFile::Open(words.Has("log"), words.Text("log")));
  }
  std::optional<std::string> name;
  if (words.Has("name")) name = words.Text("name");
  ASSIGN_OR_RETURN(options.id, ContainerId(name));
  RETURN_IF_ERROR(CheckFolders(words));
  ASSIGN_OR_RETURN(options.state_folder, StateFolder(words));
  ASSIGN_OR_RETURN(options.hook_timeout, HookTimeout(words));
  ASSIGN_OR_RETURN(options.gc_words,
                   GcWords(options.state_folder, options.hook_timeout, options.folders));
  return options;
}

}  // namespace slipway::commands
