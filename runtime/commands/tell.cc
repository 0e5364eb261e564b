#include "runtime/commands/tell.h"

#include <utility>

#include "runtime/cli/report.h"
#include "runtime/config/find.h"
#include "runtime/sys/file.h"

namespace slipway::commands {
namespace {

constexpr int64_t kMicrosecond = 1000;  // in nanoseconds
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kKiB = 1024;

int64_t Nanoseconds(const timeval& time) {
  return time.tv_sec * kSecond + time.tv_usec * kMicrosecond;
}

const char* NameOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kConfig:
      return "config";
    case ErrorKind::kMachine:
      return "machine";
    case ErrorKind::kStart:
      return "start";
    case ErrorKind::kCommand:
      break;
  }
  return "command";
}

// A config that is no file keeps its name.
std::string AbsoluteConfig(const std::string& path) {
  if (path == config::kStandardInput || path.starts_with(config::kDescriptorPrefix)) return path;
  const auto absolute = sys::Absolute(path);
  return absolute.ok() ? *absolute : path;
}

}  // namespace

Told::Told(const RunOptions& options) : options_(options) { stats_.id = options.id; }

Status Told::Begin() const {
  if (!options_.stats || !options_.stats->replaces()) return Ok();
  return options_.stats->Write(cli::StatsAsJson(stats_));
}

void Told::TellConfig(const std::string& path) {
  stats_.config = AbsoluteConfig(path);
  if (options_.verbose) cli::PrintLine("", "config: " + stats_.config);
}

void Told::TellExtended(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    stats_.extends.push_back(AbsoluteConfig(path));
    if (options_.verbose) cli::PrintLine("", "it extends: " + stats_.extends.back());
  }
}

void Told::TellChoices(const config::Pipeline& pipeline,
                       const std::vector<launch::Selection>& selections) {
  if (!options_.verbose && !options_.stats) return;
  for (size_t i = 0; i < selections.size(); ++i) {
    const config::Step& step = pipeline.steps[i];
    if (step.alternatives.size() == 1 && !step.is_optional()) continue;
    cli::Choice choice{.where = step.where};
    if (selections[i].taken) {
      const config::StageEntry& taken = step.alternatives[*selections[i].taken];
      choice.taken = taken.name;
      choice.at = taken.where;
    } else if (step.is_optional()) {
      choice.taken = "none";
      choice.at = step.none_where;
    }
    for (const launch::Rejected& rejected : selections[i].rejected) {
      choice.refused.emplace_back(rejected.name, rejected.reason);
      if (options_.verbose) cli::PrintError("not available here: ", rejected.reason);
    }
    if (options_.verbose && !choice.taken.empty()) {
      cli::PrintLine("", choice.at + ": first-of took " + choice.taken);
    }
    stats_.choices.push_back(std::move(choice));
  }
}

void Told::TellOutcome(const launch::Outcome& outcome) {
  const Result<int>& status = outcome.exit_status;
  if (!status.ok()) {
    const int code = status.error()->exit_status;
    if (code == launch::kNotExecutable || code == launch::kNotFound) kind = ErrorKind::kCommand;
  }
  if (!options_.stats) return;
  const rusage& used = outcome.usage.processes;
  stats_.wall_ns = outcome.usage.wall_ns;
  stats_.cpu_user_ns = Nanoseconds(used.ru_utime);
  stats_.cpu_system_ns = Nanoseconds(used.ru_stime);
  stats_.max_rss_bytes = used.ru_maxrss * kKiB;
  stats_.minor_faults = used.ru_minflt;
  stats_.major_faults = used.ru_majflt;
  stats_.figures = outcome.findings.figures;
  if (!outcome.started) return;
  const bool bad_end = !status.ok() || *status != 0;
  stats_.ended = outcome.signaled ? "signaled" : "exited";
  if (outcome.findings.out_of_memory && bad_end) stats_.ended = "out-of-memory";
  if (outcome.timed_out) stats_.ended = "timeout";
}

Status Told::End(const Result<int>& exit_status) {
  if (!options_.stats || std::exchange(ended_, true)) return Ok();
  if (stats_.ended == cli::Stats().ended) stats_.ended = "not-started";
  if (exit_status.ok()) {
    stats_.status = *exit_status;
  } else {
    stats_.error = exit_status.error();
    stats_.error_kind = NameOf(kind);
    const int status = exit_status.error()->exit_status;
    stats_.status = status != 0 ? status : cli::kRuntimeFailed;
  }
  return options_.stats->Write(cli::StatsAsJson(stats_));
}

Status TellStarted(const RunOptions& options, pid_t pid) {
  if (options.pid_file) {
    RETURN_IF_ERROR(options.pid_file->Write(std::to_string(pid) + "\n"));
  }
  if (options.info) return options.info->Write(cli::InfoAsJson(options.id, pid));
  return Ok();
}

}  // namespace slipway::commands
