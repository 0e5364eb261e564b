#include "runtime/cli/invocation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "runtime/cli/words.h"

namespace slipway::cli {
namespace {

constexpr uint32_t kMaxTimeout = 86400;  // a day, in seconds

constexpr std::array kVerbs = {
    std::pair{"check", Verb::kCheck},
    std::pair{"stages", Verb::kStages},
    std::pair{"describe", Verb::kDescribe},
    std::pair{"list", Verb::kList},
    std::pair{"gc", Verb::kGc},
};

constexpr char kHelp[] =
    R"(Runs a command in a container that stages build: one line of YAML for each.

  runtime --config ubuntu.yaml /bin/bash

Usage:
  runtime [OPTIONS] [--] COMMAND [ARG...]   run COMMAND (or the config's process.args)
  runtime check FILE                        check a config; nothing is started or changed
  runtime stages [--plugin-dir DIR]         list the stages that there are
  runtime describe STAGE [--markdown]       what a stage does, and its options
  runtime list [--format table|json]        list the containers that there are
  runtime gc [--dry-run] [ID...]            undo what dead containers left behind

Options:
  --config FILE              the pipeline; a path, or a name that is looked for in
                             ~/.config/slipway, /etc/slipway and the installed configs
  --set STAGE.OPTION=VALUE   override an option of the config; VALUE is YAML
  --name ID                  the container's id; made up if absent
  --plugin-dir DIR           look for stages here first; may be given again
  --root DIR                 keep the state of containers here; /run/slipway for root, else
                             slipway below $XDG_RUNTIME_DIR, else /tmp/slipway-UID
  --hook-timeout SECONDS     how long one hook of a stage may take (30); 0: for ever
  --outlive-runtime          let the container live on when this runtime is killed; without
                             it the container dies with it
  --stats FILE               write what the container used to FILE, as JSON
  --help, --version

Exit status: the command's own; 128+N when signal N ended it; 125 when the runtime
itself fails, 126 when the command cannot be executed, 127 when it is not found.
)";

constexpr unsigned Bit(Verb verb) { return 1U << static_cast<unsigned>(verb); }

constexpr unsigned kRun = Bit(Verb::kRun), kCheck = Bit(Verb::kCheck), kGc = Bit(Verb::kGc),
                   kList = Bit(Verb::kList), kDescribe = Bit(Verb::kDescribe), kAll = ~0U;

struct VerbsOption {
  Option option;
  unsigned verbs;  // the others refuse it: it would be without effect
};

constexpr VerbsOption kOptions[] = {
    {{"help", Option::Kind::kFlag}, kAll},
    {{"version", Option::Kind::kFlag}, kAll},
    {{"plugin-dir", Option::Kind::kTexts}, kAll},
    {{"config", Option::Kind::kText}, kRun | kCheck},
    {{"set", Option::Kind::kTexts}, kRun | kCheck},
    {{"name", Option::Kind::kText}, kRun},
    {{"stats", Option::Kind::kText}, kRun},
    {{"outlive-runtime", Option::Kind::kFlag}, kRun},
    {{"root", Option::Kind::kText}, kRun | kList | kGc},
    {{"hook-timeout", Option::Kind::kText}, kRun | kCheck | kGc},
    {{"format", Option::Kind::kText}, kList},
    {{"dry-run", Option::Kind::kFlag}, kGc},
    {{"records", Option::Kind::kText}, kGc},
    {{"markdown", Option::Kind::kFlag}, kDescribe},
};

std::vector<Option> OptionsOf(Verb verb) {
  std::vector<Option> options;
  for (const VerbsOption& known : kOptions) {
    if ((known.verbs & Bit(verb)) != 0) options.push_back(known.option);
  }
  return options;
}

// Leaves `number` as it is when the option is absent.
template <typename T>
Status TakeNumber(const Words& words, const std::string& name, T maximum, const std::string& what,
                  T& number) {
  if (!words.Has(name)) return Ok();
  const std::string text = words.Text(name);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number <= maximum) return Ok();
  return Error("not a number", text,
               "--" + name + " takes " + what + " from 0 to " + std::to_string(maximum));
}

Status TakeNumbers(const Words& words, Invocation& invocation) {
  auto seconds = static_cast<uint32_t>(invocation.hook_timeout.count());
  RETURN_IF_ERROR(TakeNumber(words, "hook-timeout", kMaxTimeout, "seconds", seconds));
  invocation.hook_timeout = std::chrono::seconds(seconds);
  if (!words.Has("records")) return Ok();
  uint32_t records = 0;
  constexpr uint32_t kMaxRecords = std::numeric_limits<uint32_t>::max();
  RETURN_IF_ERROR(TakeNumber(words, "records", kMaxRecords, "a count", records));
  invocation.records = records;
  return Ok();
}

Status TakeRoot(const Words& words, Invocation& invocation) {
  if (!words.Has("root")) return Ok();
  invocation.root = words.Text("root");
  // `--root "$DIR"` with a variable that is not set must not mean the default.
  if (invocation.root.empty()) return NeedsValue("--root");
  return Ok();
}

Status TakeFormat(const Words& words, Invocation& invocation) {
  const std::string format = words.Text("format");
  if (!words.Has("format") || format == "table") return Ok();
  if (format != "json") return Error("unknown format", format, "--format takes table or json");
  invocation.format = Format::kJson;
  return Ok();
}

Status CheckWords(Invocation& invocation, std::vector<std::string> rest, bool separator) {
  if (invocation.verb == Verb::kRun) {
    invocation.command = std::move(rest);
    if (separator && invocation.command.empty()) {
      return Error("no command after", "--", "see runtime --help");
    }
    return Ok();
  }
  if (invocation.verb == Verb::kDescribe) {
    if (rest.empty()) return Error("which stage?", {}, "runtime describe STAGE");
    invocation.stage = rest.front();
    rest.erase(rest.begin());
  }
  if (invocation.verb == Verb::kGc) {
    invocation.ids = std::move(rest);
    return Ok();
  }
  if (invocation.verb == Verb::kCheck && invocation.config.empty() && !rest.empty()) {
    invocation.config = rest.front();
    rest.erase(rest.begin());
  }
  if (rest.empty()) return Ok();
  return Error("a word too many", rest.front(), "see runtime --help");
}

}  // namespace

Result<Invocation> Parse(int argc, const char* const* argv) {
  std::vector<std::string> given(argv + std::min(argc, 1), argv + argc);
  Invocation invocation;
  // A verb stands first, or it is the name of a command to run.
  for (const auto& [name, verb] : kVerbs) {
    if (given.empty() || given.front() != name) continue;
    invocation.verb = verb;
    given.erase(given.begin());
    break;
  }
  ASSIGN_OR_RETURN(Words words, SplitWords(OptionsOf(invocation.verb), given,
                                           /*until_command=*/invocation.verb == Verb::kRun));
  invocation.config = words.Text("config");
  invocation.overrides = words.Texts("set");
  invocation.plugin_dirs = words.Texts("plugin-dir");
  if (words.Has("name")) invocation.name = words.Text("name");
  invocation.stats = words.Text("stats");
  invocation.markdown = words.Has("markdown");
  invocation.outlive_runtime = words.Has("outlive-runtime");
  invocation.dry_run = words.Has("dry-run");
  RETURN_IF_ERROR(TakeNumbers(words, invocation));
  RETURN_IF_ERROR(TakeRoot(words, invocation));
  RETURN_IF_ERROR(TakeFormat(words, invocation));

  if (words.Has("help")) invocation.verb = Verb::kHelp;
  if (words.Has("version")) invocation.verb = Verb::kVersion;
  if (invocation.verb == Verb::kHelp || invocation.verb == Verb::kVersion) return invocation;

  RETURN_IF_ERROR(CheckWords(invocation, std::move(words.rest), words.separator));
  return invocation;
}

std::string HelpText() { return kHelp; }

}  // namespace slipway::cli
