// runtime list: which containers there are.

#include <pwd.h>
#include <unistd.h>

#include "runtime/cli/containers.h"
#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"
#include "runtime/state/root.h"
#include "runtime/state/survey.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kFormat = {"format", Kind::kText, "table|json",
                                 "table (the default) or json"};
constexpr cli::Option kOptions[] = {
    kRoot,
    kFormat,
    kHelp,
};

// The name of the user whose containers these are, or the number where there is none.
std::string UserName() {
  const uid_t user = geteuid();
  const passwd* entry = getpwuid(user);
  return entry != nullptr ? entry->pw_name : "user " + std::to_string(user);
}

cli::ContainerRow RowOf(const std::string& id, const state::Seen& seen) {
  const bool dead = seen.life == state::Life::kDead;
  return {.id = id,
          .state = dead ? "dead" : state::NameOf(seen.phase),
          .pid = seen.pid,
          .since = seen.contents.facts.since,
          .config = seen.contents.facts.config,
          .extends = seen.contents.facts.extends,
          .command = seen.contents.facts.command,
          .log = seen.contents.facts.log,
          .exit_status = seen.contents.exit_status,
          .timed_out = seen.contents.timed_out};
}

Result<cli::Report> List(Given given) {
  const cli::Words& words = given.words;
  RETURN_IF_ERROR(ExpectNoMore(words.rest, 0, "runtime list --help"));
  ASSIGN_OR_RETURN(const std::string format, Format(words, kFormat));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(words));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(folder));
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, root.Ids());
  cli::Report report;
  std::vector<cli::ContainerRow> rows;
  for (const std::string& id : ids) {
    auto seen = state::Look(root, id);
    if (!seen.ok()) {
      report.warnings.push_back(seen.error());
    } else if (*seen) {
      rows.push_back(RowOf(id, **seen));
    }
  }
  report.text = format == "json" ? cli::ContainersAsJson(rows)
                                 : cli::ContainersAsTable(rows, UserName(), folder);
  return report;
}

}  // namespace

constexpr Command kListCommand = {
    .name = "list",
    .synopsis = "[OPTIONS]",
    .summary = "list your containers: those that run, have ended, or whose runtime has died",
    .about =
        "Lists the containers of the user who calls it. A container is dead when its runtime was "
        "killed; \"runtime gc\" undoes what it left behind. \"dead, still running\" is one whose "
        "first process has not ended with its runtime: PID says which; gc kills it. One that was "
        "created waits for runtime start; one that has stopped, with its exit status where it is "
        "known, is there until runtime delete.\n",
    .options = kOptions,
    .execute = List};

}  // namespace slipway::commands
