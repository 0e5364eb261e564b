// runtime ps: the processes of a container.

#include "runtime/cli/processes.h"
#include "runtime/commands/members.h"
#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/sys/file.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kFormat = {"format", Kind::kText, "table|json",
                                 "table (the default) or json"};
constexpr cli::Option kOptions[] = {
    kFormat, kPluginDir, kTrust, kRoot, kHookTimeout, kVerbose, kHelp,
};

// One that has ended meanwhile, or is a zombie without a command line, is told of by its name.
std::vector<cli::ProcessRow> Rows(const std::vector<pid_t>& pids) {
  std::vector<cli::ProcessRow> rows;
  for (const pid_t pid : pids) {
    const std::string folder = "/proc/" + std::to_string(pid);
    cli::ProcessRow row{.pid = pid, .state = {}, .command = {}};
    const auto status = sys::ReadFile(folder + "/status");
    if (!status.ok() || !cli::ReadStatus(*status, row)) continue;
    const auto cmdline = sys::ReadFile(folder + "/cmdline");
    if (cmdline.ok()) row.command = cli::CommandOf(*cmdline);
    const auto name = row.command.empty() ? sys::ReadFile(folder + "/comm") : cmdline;
    if (row.command.empty() && name.ok()) {
      row.command = "[" + cli::CommandOf(name->substr(0, name->size() - 1)) + "]";
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<cli::Report> Ps(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "ps"));
  ASSIGN_OR_RETURN(const std::string format, Format(words, kFormat));
  ASSIGN_OR_RETURN(const auto running,
                   Running::Take(words, id, SLIPWAY_LOOK, Needed::kWithRecords));
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, Members(*running));
  const std::vector<cli::ProcessRow> rows = Rows(pids);
  return cli::Report{.text = format == "json" ? cli::ProcessesAsJson(rows)
                                              : cli::ProcessesAsTable(rows)};
}

}  // namespace

constexpr Command kPsCommand = {
    .name = "ps",
    .synopsis = "[OPTIONS] ID",
    .summary = "list the processes of a running container",
    .about =
        "Lists the container's processes, with their pids on this machine and inside. It takes a "
        "cgroup or a PID namespace of the container's own to know them.\n",
    .options = kOptions,
    .execute = Ps};

}  // namespace slipway::commands
