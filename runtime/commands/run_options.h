// The options of `runtime run`, read.

#ifndef SLIPWAY_RUNTIME_COMMANDS_RUN_OPTIONS_H_
#define SLIPWAY_RUNTIME_COMMANDS_RUN_OPTIONS_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/words.h"
#include "runtime/commands/log_file.h"
#include "runtime/commands/options.h"
#include "runtime/commands/output_file.h"
#include "runtime/loader/loader.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/fd.h"

namespace slipway::commands {

inline constexpr cli::Option kRunOptions[] = {
    kConfig,
    kSet,
    kEnv,
    kWorkdir,
    kTimeout,
    kGrace,
    kStopSignal,
    kAnnotation,
    {"name", Kind::kText, "ID", "the container's id; default: generated"},
    {"stats", Kind::kText, "FILE",
     "write how the container ended and what it used, as JSON; - is standard output, fd:N a "
     "descriptor"},
    {"pid-file", Kind::kText, "FILE",
     "write the pid of the container's first process, once it runs"},
    {"info-fd", Kind::kText, "N",
     "write a line of JSON (id, pid, status) to descriptor N once the command runs"},
    {"keep-fd", Kind::kTexts, "N", "let the command inherit descriptor N"},
    {"die-with-caller", Kind::kFlag, "",
     "end the container when the process that called this ends"},
    {"outlive-runtime", Kind::kFlag, "",
     "let the container live on when this runtime is killed; without it the container ends too"},
    {"detach", Kind::kFlag, "", "return once the command runs, which goes on in the background",
     'd'},
    {"log", Kind::kText, "FILE",
     "of a detached command: where its output goes, at the end of FILE; default: nowhere"},
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
    {"version", Kind::kFlag, "", "print the version"},
};

struct RunOptions {
  std::string id = {};
  loader::Folders folders = {};
  std::string state_folder = {};
  std::chrono::seconds hook_timeout{0};
  std::vector<std::string> gc_words =
      {};  // of a `runtime gc` that finds this container; without its id
  std::optional<OutputFile> stats = {};
  std::optional<OutputFile> pid_file = {};
  std::optional<OutputFile> info = {};
  std::vector<int> kept_fds = {};
  sys::Fd caller = {};              // pidfd of the process whose end ends the container
  std::optional<LogFile> log = {};  // of a container that is detached
  bool outlive_runtime = false;
  bool verbose = false;
};

// The values of --keep-fd. Asked for before anything else is opened and gets one of these numbers.
Result<std::vector<int>> KeptDescriptors(const cli::Words& words);

// Opens what the options name to be written, so that a bad path is known before anything starts.
Result<RunOptions> RunOptionsOf(const cli::Words& words);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_RUN_OPTIONS_H_
