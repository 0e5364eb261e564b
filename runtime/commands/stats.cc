// runtime stats: what a running container has used so far.

#include <unistd.h>

#include <chrono>
#include <string_view>

#include "runtime/cli/figures.h"
#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/unwinder.h"
#include "runtime/sys/process.h"

namespace slipway::commands {
namespace {

constexpr std::chrono::seconds kBetween{1};

constexpr cli::Option kFormat = {"format", Kind::kText, "table|json",
                                 "table (the default) or json, a line each time"};
constexpr cli::Option kOptions[] = {
    {"watch", Kind::kFlag, "", "again each second, until the container ends"},
    kFormat,
    kPluginDir,
    kTrust,
    kRoot,
    kHookTimeout,
    kVerbose,
    kHelp,
};

struct Figures {
  std::string text;
  std::vector<Error> warnings;
  sys::Fd child;  // a pidfd of the container's first process
};

Result<Figures> Read(const cli::Words& words, const std::string& id, const std::string& format) {
  Figures read;
  ASSIGN_OR_RETURN(state::Seen seen, LookAt(words, id));
  read.child = std::move(seen.child);
  ASSIGN_OR_RETURN(const auto running,
                   Running::Take(words, id, SLIPWAY_LOOK, Needed::kWithRecords));
  const launch::Findings findings =
      launch::CollectFindings(running->occasion(), running->stages(), read.warnings);
  if (findings.figures.empty() && read.warnings.empty()) {
    return Error("no stage of the container counts anything:", id,
                 "a stage such as cgroup-v2 or cgroup-v1 in its config would");
  }
  read.text = format == "json" ? cli::FiguresAsJson(findings.figures)
                               : cli::FiguresAsTable(findings.figures);
  return read;
}

Result<cli::Report> Stats(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "stats"));
  ASSIGN_OR_RETURN(const std::string format, Format(words, kFormat));
  ASSIGN_OR_RETURN(Figures figures, Read(words, id, format));
  if (!words.Has("watch")) {
    return cli::Report{.text = std::move(figures.text), .warnings = std::move(figures.warnings)};
  }
  while (true) {
    RETURN_IF_ERROR(cli::WriteOut(figures.text + (format == "json" ? "" : "\n")));
    ASSIGN_OR_RETURN(const bool ended, sys::AwaitExit(figures.child, kBetween));
    if (ended) return cli::Report{};
    auto next = Read(words, id, format);
    if (!next.ok()) {
      // It may have ended in between.
      ASSIGN_OR_RETURN(const bool gone,
                       sys::AwaitExit(figures.child, std::chrono::milliseconds(0)));
      return gone ? Result<cli::Report>(cli::Report{}) : std::move(next).status();
    }
    figures = std::move(*next);
  }
}

}  // namespace

constexpr Command kStatsCommand = {
    .name = "stats",
    .synopsis = "[OPTIONS] ID",
    .summary = "say what a running container has used so far",
    .about =
        "Asks the stages of the container for their figures, such as memory.peak in bytes or "
        "cpu.usage_usec, in the kernel's units.\n"
        "\n"
        "  runtime stats web\n"
        "  runtime stats --watch --format json web\n",
    .options = kOptions,
    .execute = Stats};

}  // namespace slipway::commands
