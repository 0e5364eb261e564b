// runtime exec: a further command in a running container.

#include <stdlib.h>

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/commands/environment.h"
#include "runtime/commands/run_options.h"
#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/config/user.h"
#include "runtime/launch/join.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {
    kEnv,
    {"user", Kind::kText, "USER[:GROUP]",
     "run it as this user of the container, by name or number; default: as the container's own "
     "command",
     'u'},
    kWorkdir,
    {"tty", Kind::kFlag, "",
     "give it a terminal of its own, of the container's, and pass that on to yours; the container "
     "must have a stage that can, such as console",
     't'},
    {"wait", Kind::kFlag, "", "wait until a paused container goes on, instead of refusing"},
    {"keep-fd", Kind::kTexts, "N", "let the command inherit descriptor N"},
    {"outlive-runtime", Kind::kFlag, "",
     "let the command live on when this runtime is killed; without it the command ends too"},
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
};

// The container's own, with what the caller says over it.
Result<std::vector<std::string>> EnvironmentOf(const cli::Words& words,
                                               const std::vector<std::string>& own) {
  std::map<std::string, std::string> variables;
  for (const std::string& variable : own) {
    const size_t end = variable.find('=');
    variables[variable.substr(0, end)] = variable.substr(end + 1);
  }
  for (const std::string& text : words.Texts("env")) {
    const size_t end = text.find('=');
    const std::string name = text.substr(0, end);
    if (name.empty()) return Error("-e: a variable without a name", text, "write -e NAME=VALUE");
    if (end != std::string::npos) {
      variables[name] = text.substr(end + 1);
    } else if (const char* value = getenv(name.c_str())) {
      variables[name] = value;
    }
  }
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

Result<launch::Command> CommandOf(const cli::Words& words, const state::Facts& facts) {
  // The options have ended at the id: `--` behind it only says so again.
  auto first = words.rest.begin() + 1;
  if (first != words.rest.end() && *first == "--") ++first;
  launch::Command command{.args = {first, words.rest.end()},
                          .environment = {},
                          .defaults = DefaultEnvironment(),
                          .cwd = facts.cwd};
  if (command.args.empty()) {
    return Error("no command was given", {},
                 "write runtime exec " + facts.id + " COMMAND [ARG...]");
  }
  if (words.Has("workdir")) {
    command.cwd = words.Text("workdir");
    if (!command.cwd.starts_with('/')) {
      return Error("-w: not an absolute path", command.cwd, "write a path of the container");
    }
  }
  ASSIGN_OR_RETURN(command.environment, EnvironmentOf(words, facts.environment));
  return command;
}

Result<cli::Report> Exec(Given given) {
  const cli::Words& words = given.words;
  if (words.rest.empty()) {
    return Error("which container?", {}, "write runtime exec ID COMMAND; runtime list shows them");
  }
  const std::string& id = words.rest.front();
  if (words.Has("user")) {
    Status checked = config::CheckUser(words.Text("user"));
    if (!checked.ok()) return checked.error().Prefix("-u");
  }
  ASSIGN_OR_RETURN(const std::vector<int> kept, KeptDescriptors(words));
  if (words.Has(kVerbose.name)) cli::SetVerbose();
  ASSIGN_OR_RETURN(const auto running,
                   Running::Take(words, id, SLIPWAY_EXEC, Needed::kAll,
                                 words.Has("wait") ? state::LivingContainer::TakeAwake
                                                   : state::LivingContainer::Take));
  RETURN_IF_ERROR(CheckStarted(running->container()));
  if (running->container().phase() == state::Phase::kPaused) {
    return Error("the container is paused, and nothing can join it:", id,
                 "runtime resume " + id + " lets it go on; runtime exec --wait waits for that");
  }
  ASSIGN_OR_RETURN(const launch::Command command, CommandOf(words, running->facts()));
  RETURN_IF_ERROR(launch::CreateAll(running->stages(), running->occasion()));
  launch::Outcome outcome = launch::Join({.occasion = running->occasion(),
                                          .stages = running->stages(),
                                          .pid = running->container().pid(),
                                          .pidfd = running->container().child(),
                                          .command = command,
                                          .guard = running->guard(),
                                          .patience = running->patience(),
                                          .outlives_host = words.Has("outlive-runtime"),
                                          .joined = [&] { running->container().GiveBack(); },
                                          .kept_fds = kept,
                                          .user = words.Text("user"),
                                          .terminal = words.Has("tty")});
  Result<int>& status = outcome.exit_status;
  if (!status.ok() && std::string_view(status.error()->option) == "process.cwd" &&
      status.error()->errno_value != ELOOP) {
    status.error().Hint("-w takes a folder of the container");
  }
  return cli::Report{.exit_status = std::move(outcome.exit_status),
                     .warnings = std::move(outcome.warnings)};
}

}  // namespace

constexpr Command kExecCommand = {
    .name = "exec",
    .synopsis = "[OPTIONS] ID [--] COMMAND [ARG...]",
    .summary = "run one more command in a running container",
    .about =
        "Runs COMMAND in the container ID, with its root, its namespaces and its limits, and with "
        "the environment and the folder that its own command began with.\n"
        "\n"
        "  runtime exec web ps aux\n"
        "  runtime exec -e LANG=C -w /tmp web -- make -j4\n"
        "  runtime exec -t web bash\n"
        "\n"
        "Options stand before ID. The command ends with the container, and with this runtime.\n"
        "\n"
        "Exit status: as of runtime run.\n",
    .options = kOptions,
    .execute = Exec,
    .runs_command = true};

}  // namespace slipway::commands
