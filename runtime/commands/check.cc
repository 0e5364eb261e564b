// runtime check: is this config right? Needs no privileges, and not the machine that it is for.

#include "runtime/cli/mistakes.h"
#include "runtime/commands/options.h"
#include "runtime/commands/source.h"
#include "runtime/commands/stage_log.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/stage.h"

namespace slipway::commands {
namespace {

constexpr const char* kSeeHelp = "runtime check --help";
constexpr int kWrong = 1;

constexpr cli::Option kOptions[] = {
    kConfig,
    kSet,
    {"probe", Kind::kFlag, "",
     "also ask whether the stages work on this machine, for this user; nothing is changed"},
    {"format", Kind::kText, "FORMAT", "text (the default) or json"},
    kPluginDir,
    kTrust,
    kHookTimeout,
    kHelp,
};

// What was found out about a config.
struct Findings {
  std::vector<Error> errors;
  std::vector<std::string> stages;  // those that would run
  std::vector<Error> missing;       // with --probe: what does not work here, and does not have to
};

// Without --probe nobody knows which alternative of a first-of will be taken.
std::string NameOf(const config::Step& step) {
  if (step.alternatives.size() == 1) return step.alternatives.front().name;
  std::string names;
  for (const config::StageEntry& entry : step.alternatives) {
    names += (names.empty() ? "" : "|") + entry.name;
  }
  return names;
}

void Probe(const config::Pipeline& pipeline, Findings& findings) {
  const launch::Log log = StageLog(/*verbose=*/false);
  std::vector<launch::Selection> selections;
  const std::vector<std::string> annotations = AnnotationsOf(pipeline);
  auto stages = launch::SelectStages(ChoicesOf(pipeline),
                                     {.log = &log, .annotations = &annotations}, &selections);
  if (!stages.ok()) {
    findings.errors = ReasonsOf(selections);
    return findings.errors.push_back(stages.error());
  }
  for (const launch::Stage& stage : *stages) findings.stages.emplace_back(stage.name());
  for (size_t i = 0; i < selections.size(); ++i) {
    Status taken = config::CheckTaken(pipeline.steps[i], *selections[i].taken);
    if (!taken.ok()) findings.errors.push_back(taken.error());
    for (const launch::Rejected& rejected : selections[i].rejected) {
      findings.missing.push_back(rejected.reason);
    }
  }
}

Findings Find(Source& source, const cli::Words& words, std::chrono::seconds timeout) {
  const launch::Guard guard(timeout);
  Findings findings;
  config::Mistakes mistakes;
  const auto pipeline = source.Check(words, mistakes);
  findings.errors = mistakes.errors();
  if (!pipeline) return findings;
  const launch::Log log = StageLog(/*verbose=*/false);
  const std::vector<std::string> annotations = AnnotationsOf(*pipeline);
  findings.errors =
      launch::CreateStages(ChoicesOf(*pipeline), {.log = &log, .annotations = &annotations});
  if (!findings.errors.empty()) return findings;
  if (words.Has("probe")) {
    Probe(*pipeline, findings);
  } else {
    for (const config::Step& step : pipeline->steps) findings.stages.push_back(NameOf(step));
  }
  return findings;
}

cli::Mistake MistakeOf(const Error& error, const Source& source) {
  cli::Mistake mistake{.error = error, .file = source.text().name};
  const auto place = config::PlaceIn(error->where);
  if (!place) return mistake;
  mistake.line = place->line;
  mistake.column = place->column;
  mistake.text = source.text().Line(place->line);
  return mistake;
}

std::string OkText(const std::string& name, const Findings& findings) {
  std::string text = internal::Printable(name) + ": ok:";
  for (const std::string& stage : findings.stages) text.append(" ").append(stage);
  return text + "\n";
}

std::string CountText(const std::string& name, size_t count) {
  return "runtime: " + internal::Printable(name) + ": " + std::to_string(count) + " mistakes\n";
}

Result<std::string> ConfigOf(const cli::Words& words) {
  std::string config = words.Text(kConfig.name);
  const size_t taken = config.empty() ? 1 : 0;
  RETURN_IF_ERROR(ExpectNoMore(words.rest, taken, kSeeHelp));
  if (!config.empty()) return config;
  if (!words.rest.empty() && !words.rest.front().empty()) return words.rest.front();
  return Error("no config was named", {}, "write runtime check FILE");
}

Result<cli::Report> Check(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string config, ConfigOf(words));
  ASSIGN_OR_RETURN(const std::string format, Format(words, {"text", "json"}));
  ASSIGN_OR_RETURN(const std::chrono::seconds timeout, HookTimeout(words));
  RETURN_IF_ERROR(CheckFolders(words));
  if (given.source == nullptr) {
    auto source = Source::Open(config, FoldersOf(words));
    if (!source.ok() && format == "json") {
      const cli::Mistake mistake{.error = source.error(), .file = config};
      return cli::Report{.exit_status = kWrong,
                         .text = cli::MistakesAsJson(config, {}, {}, {mistake})};
    }
    if (!source.ok()) return std::move(source).status();
    given.source = std::move(*source);
  }
  const Source& source = *given.source;
  const Findings findings = Find(*given.source, words, timeout);
  std::vector<cli::Mistake> mistakes;
  for (const Error& error : findings.errors) mistakes.push_back(MistakeOf(error, source));
  cli::Report report{.exit_status = mistakes.empty() ? 0 : kWrong};
  const std::string& name = source.text().name;
  if (format == "json") {
    report.text = cli::MistakesAsJson(name, findings.stages, findings.missing, mistakes);
    return report;
  }
  report.complaints = cli::MistakesAsText(mistakes);
  if (mistakes.size() > 1) report.complaints += CountText(name, mistakes.size());
  if (!mistakes.empty()) return report;
  report.text = OkText(name, findings);
  for (const Error& reason : findings.missing) {
    report.text += "not available here: " + reason.ToString() + "\n";
  }
  return report;
}

}  // namespace

constexpr Command kCheckCommand = {
    .name = "check",
    .synopsis = "[OPTIONS] FILE",
    .summary = "check a config, and tell all its mistakes; nothing is started or changed",
    .about =
        "Checks a config and tells every mistake in it, each with its place. It needs no "
        "privileges, "
        "and not the machine that the config is for: for editors, hooks of git, and CI.\n"
        "\n"
        "  runtime check my.yaml\n"
        "  runtime check --format json - < my.yaml\n"
        "\n"
        "Exit status: 0 when the config is right, 1 when it is not or cannot be checked.\n",
    .options = kOptions,
    .execute = Check,
    .has_pipeline = true,
    .failure_status = kWrong};

}  // namespace slipway::commands
