// runtime check: is this config right? Needs no privileges, and not the machine that it is for.

#include "runtime/cli/mistakes.h"
#include "runtime/commands/findings.h"
#include "runtime/commands/options.h"
#include "runtime/commands/source.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/stage.h"

namespace slipway::commands {
namespace {

constexpr const char* kSeeHelp = "runtime check --help";

constexpr cli::Option kFormat = {"format", Kind::kText, "text|json", "text (the default) or json"};
constexpr cli::Option kOptions[] = {
    kConfig,
    kSet,
    {"probe", Kind::kFlag, "",
     "also ask whether the stages work on this machine, for this user; nothing is changed"},
    kFormat,
    kPluginDir,
    kTrust,
    kHookTimeout,
    kHelp,
};

// Without --probe nobody knows which alternative of a first-of will be taken.
std::string NameOf(const config::Step& step) {
  std::string names;
  for (const config::StageEntry& entry : step.alternatives) {
    names += (names.empty() ? "" : "|") + entry.name;
  }
  if (step.is_optional()) names += "|none";
  return names;
}

// In words; of a config that is right.
std::vector<std::string> NamesIn(const Findings& findings, bool probed) {
  std::vector<std::string> names;
  if (probed) {
    for (const launch::Stage& stage : findings.stages()) names.emplace_back(stage.name());
  } else {
    for (const config::Step& step : findings.pipeline()->steps) names.push_back(NameOf(step));
  }
  return names;
}

std::string OkText(const std::string& name, const std::vector<std::string>& stages,
                   const std::vector<Error>& missing) {
  std::string text = internal::Printable(name) + ": ok:";
  for (const std::string& stage : stages) text.append(" ").append(stage);
  text += "\n";
  for (const Error& reason : missing) text += "not available here: " + reason.ToString() + "\n";
  return text;
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
  ASSIGN_OR_RETURN(const std::string format, Format(words, kFormat));
  ASSIGN_OR_RETURN(const std::chrono::seconds timeout, HookTimeout(words));
  RETURN_IF_ERROR(CheckFolders(words));
  if (given.source == nullptr) {
    auto source = Source::Open(config, FoldersOf(words));
    if (!source.ok() && format == "json") return NotOpened(config, source.error());
    if (!source.ok()) return std::move(source).status();
    given.source = std::move(*source);
  }
  const launch::Guard guard(timeout);
  Findings findings(*given.source, words);
  const bool probe = words.Has("probe");
  if (probe && findings.errors().empty()) findings.Probe();
  if (!findings.errors().empty()) return Wrong(*given.source, findings, format);
  const std::string& name = given.source->text().name;
  const std::vector<std::string> stages = NamesIn(findings, probe);
  if (format == "json") {
    return cli::Report{.text = cli::MistakesAsJson(name, stages, findings.missing(), {})};
  }
  return cli::Report{.text = OkText(name, stages, findings.missing())};
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
