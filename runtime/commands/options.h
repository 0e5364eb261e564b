// Options that several verbs take, so that they mean and say the same everywhere.

#ifndef SLIPWAY_RUNTIME_COMMANDS_OPTIONS_H_
#define SLIPWAY_RUNTIME_COMMANDS_OPTIONS_H_

#include <chrono>
#include <string>
#include <vector>

#include "runtime/cli/words.h"
#include "runtime/loader/loader.h"
#include "runtime/sdk/result.h"

namespace slipway::commands {

using Kind = cli::Option::Kind;

inline constexpr cli::Option kHelp = {
    .name = "help", .kind = Kind::kFlag, .help = "this help", .letter = 'h'};
inline constexpr cli::Option kConfig = {
    .name = "config",
    .kind = Kind::kText,
    .value = "FILE",
    .help =
        "the pipeline: a path, or the name of a config in the current folder (with .yaml or .yml), "
        "~/.config/slipway, /etc/slipway or among the installed ones; - is standard input, fd:N a "
        "descriptor"};
inline constexpr cli::Option kSet = {
    .name = "set",
    .kind = Kind::kTexts,
    .value = "STAGE.OPTION=VALUE",
    .help =
        "change an option of the config; VALUE is YAML; += adds to a list or a map; process.cwd, "
        "process.env.NAME and the like work too"};
inline constexpr cli::Option kEnv = {.name = "env",
                                     .kind = Kind::kTexts,
                                     .value = "NAME[=VALUE]",
                                     .help = "set a variable of the command's, or pass yours on",
                                     .letter = 'e'};
inline constexpr cli::Option kWorkdir = {
    .name = "workdir",
    .kind = Kind::kText,
    .value = "DIR",
    .help = "the folder in the container that the command starts in",
    .letter = 'w'};
// Keys of `process`, too.
inline constexpr cli::Option kTimeout = {
    .name = "timeout",
    .kind = Kind::kText,
    .value = "DURATION",
    .help = "end the command when it takes longer, such as 30s or 5m; 0s: never"};
inline constexpr cli::Option kGrace = {.name = "grace",
                                       .kind = Kind::kText,
                                       .value = "DURATION",
                                       .help =
                                           "then, the time from --stop-signal to KILL; "
                                           "default: 10s"};
inline constexpr cli::Option kStopSignal = {
    .name = "stop-signal",
    .kind = Kind::kText,
    .value = "SIGNAL",
    .help =
        "what asks the command to end, at --timeout and by runtime stop, such as INT or RTMIN+3; "
        "default: TERM"};
inline constexpr cli::Option kAnnotation = {
    .name = "annotation",
    .kind = Kind::kTexts,
    .value = "NAME=VALUE",
    .help = "set an annotation of the container: a text for its stages and for OCI hooks"};
inline constexpr cli::Option kPluginDir = {.name = "plugin-dir",
                                           .kind = Kind::kTexts,
                                           .value = "DIR",
                                           .help = "look for stages in DIR first"};
inline constexpr cli::Option kTrust = {
    .name = "trust",
    .kind = Kind::kTexts,
    .value = "DIR",
    .help =
        "trust the plugins below DIR for this once, whoever owns them: their code runs with your "
        "rights"};
inline constexpr cli::Option kRoot = {
    .name = "root",
    .kind = Kind::kText,
    .value = "DIR",
    .help =
        "where the state of containers is kept; default: /run/slipway for root, else "
        "$XDG_RUNTIME_DIR/slipway, else /run/user/UID/slipway, else /tmp/slipway-UID"};
inline constexpr std::chrono::seconds kDefaultHookTimeout{30};
inline constexpr cli::Option kHookTimeout = {
    .name = "hook-timeout",
    .kind = Kind::kText,
    .value = "SECONDS",
    .help = "the time that each step of a stage may take; default: 30; 0: no limit"};
inline constexpr cli::Option kVerbose = {
    .name = "verbose",
    .kind = Kind::kFlag,
    .help = "say which config was taken, which stage of a first-of, and why not the others",
    .letter = 'v'};

// The value of --root, absolute; else the folder of this user.
Result<std::string> StateFolder(const cli::Words& words);

// The value of --hook-timeout.
Result<std::chrono::seconds> HookTimeout(const cli::Words& words);

// Between the values of an option that takes one of these alone, as its `value` has them.
inline constexpr char kChoice = '|';

// "text|json" -> "text", "json".
std::vector<std::string> ChoicesOf(const cli::Option& option);

// The value of a verb's --format, one of its choices; the first one is the default.
Result<std::string> Format(const cli::Words& words, const cli::Option& format_option);

// What is left after a verb has taken its words.
Status ExpectNoMore(const std::vector<std::string>& rest, size_t taken, const char* see_help);

// Of --plugin-dir and --trust, whether they are there or not.
loader::Folders FoldersOf(const cli::Words& words);

// Each of --plugin-dir and --trust is a folder: a misspelt one would go unnoticed.
Status CheckFolders(const cli::Words& words);

// The words of a `runtime gc` that works with this state folder, time limit and stages; without
// ids.
Result<std::vector<std::string>> GcWords(const std::string& state_folder,
                                         std::chrono::seconds hook_timeout,
                                         const loader::Folders& folders);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_OPTIONS_H_
