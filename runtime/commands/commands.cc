// Which verb do the words mean?

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "runtime/commands/command.h"
#include "runtime/commands/guess.h"
#include "runtime/commands/help.h"
#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

constexpr std::array kCommands = {
    &kRunCommand,      &kCreateCommand, &kStartCommand,  &kExecCommand,   &kListCommand,
    &kPsCommand,       &kLogsCommand,   &kStatsCommand,  &kUpdateCommand, &kPauseCommand,
    &kResumeCommand,   &kKillCommand,   &kStopCommand,   &kWaitCommand,   &kDeleteCommand,
    &kGcCommand,       &kCheckCommand,  &kPlanCommand,   &kStagesCommand, &kDescribeCommand,
    &kCompleteCommand, &kHelpCommand,   &kVersionCommand};

struct Picked {
  const Command* command;
  std::vector<std::string> words;  // without the verb
  bool named = true;               // the verb was given; else it is the plain form
};

const cli::Option* FindInAll(std::string_view word) {
  for (const Command* command : kCommands) {
    if (const cli::Option* option = cli::FindOption(command->options, word)) return option;
  }
  return nullptr;
}

Result<Picked> Pick(const std::vector<std::string>& words) {
  bool config = false;
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (cli::LooksLikeOption(words[i])) {
      const cli::Option* option = FindInAll(words[i]);
      // Perhaps one that a stage of the config offers; whether a value follows is not known yet.
      if (option == nullptr) break;
      config = config || option->name == std::string_view(kConfig.name);
      const bool value = i + 1 < words.size() && !words[i + 1].starts_with("--");
      if (value && cli::TakesNextWord(*option, words[i])) ++i;
      continue;
    }
    if (config) break;
    const Command* command = FindCommand(words[i]);
    if (command == nullptr) return NoSuchVerb(words, i);
    std::vector<std::string> rest = words;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    return Picked{command, std::move(rest)};
  }
  return Picked{&kRunCommand, words, /*named=*/false};
}

std::string SeeHelp(const Picked& picked) {
  if (!picked.named) return "runtime --help";
  return std::string("runtime ") + picked.command->name + " --help";
}

// An unknown option that other runtimes have gets the name of ours.
Error WithPeersOption(Error error) {
  const std::string_view ours = OptionForPeers(error->subject);
  if (!ours.empty()) error.Hint("here it is " + std::string(ours));
  return error;
}

// With --config in front of the first word that is no option, unless it is there before. Behind it
// the stages' own options are known.
std::vector<std::string> NamingConfig(const Command& command, std::vector<std::string> words) {
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (!cli::LooksLikeOption(words[i])) {
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(i),
                   "--" + std::string(kConfig.name));
      break;
    }
    const cli::Option* option = cli::FindOption(command.options, words[i]);
    if (option == nullptr || option->name == std::string_view(kConfig.name)) break;
    if (cli::TakesNextWord(*option, words[i])) ++i;
  }
  return words;
}

// Perhaps: the word may be the command's own, which costs little.
bool AsksForHelp(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word == "--help" || word == "-h"; });
}

// The words of the verb, and with them what the stages of its config offer.
Result<Given> Understand(const Picked& picked, std::vector<cli::Option>& options) {
  const Command& command = *picked.command;
  options.assign(command.options.begin(), command.options.end());
  const std::vector<std::string> given_words =
      command.config_first ? NamingConfig(command, picked.words) : picked.words;
  const std::string see_help = SeeHelp(picked);
  auto words = cli::SplitWords(options, given_words, command.runs_command, see_help);
  const bool wants_all = !words.ok() || words->Has(kHelp.name);
  if (!command.has_pipeline || !wants_all) {
    if (!words.ok()) return WithPeersOption(words.error());
    return Given{.words = std::move(*words)};
  }
  // Only what stands before the command counts, and that is known once the stages are.
  auto source = Source::ForOptions(command.options, given_words, !command.runs_command);
  // Without its stages the help still says everything else, and so does what was wrong before.
  if (words.ok() && (!source.ok() || *source == nullptr)) return Given{.words = std::move(*words)};
  if (!source.ok()) return std::move(source).status();
  if (*source == nullptr) return WithPeersOption(words.error());
  const bool for_help = AsksForHelp(given_words);
  const std::vector<cli::Option>& offered = (*source)->ShortOptions(for_help);
  options.insert(options.end(), offered.begin(), offered.end());
  auto all = cli::SplitWords(options, given_words, command.runs_command, see_help);
  if (!all.ok()) return WithPeersOption((*source)->Explain(all.error()));
  return Given{.words = std::move(*all), .source = std::move(*source)};
}

Result<cli::Report> ExecutePicked(const Picked& picked) {
  std::vector<cli::Option> options;
  ASSIGN_OR_RETURN(Given given, Understand(picked, options));
  if (given.words.Has("version")) return kVersionCommand.execute({});
  if (given.words.Has(kHelp.name)) {
    const bool overview = !picked.named && !given.words.Has(kConfig.name);
    return cli::Report{.text = overview ? Overview() : HelpFor(*picked.command, options)};
  }
  return picked.command->execute(std::move(given));
}

}  // namespace

std::span<const Command* const> AllCommands() { return kCommands; }

std::vector<std::string_view> CommandNames() {
  std::vector<std::string_view> names;
  for (const Command* command : kCommands) names.emplace_back(command->name);
  return names;
}

const Command* FindCommand(std::string_view name) {
  for (const Command* command : kCommands) {
    if (command->name == name) return command;
  }
  return nullptr;
}

cli::Report Execute(const std::vector<std::string>& words) {
  // Nothing was asked for, so nothing was done; that is no success.
  if (words.empty()) return {.exit_status = cli::kRuntimeFailed, .complaints = ShortUsage()};
  const auto picked = Pick(words);
  if (!picked.ok()) return {.exit_status = picked.error()};
  auto report = ExecutePicked(*picked);
  if (report.ok()) return std::move(report).value();
  Error& error = report.error();
  if (error->exit_status == 0) error.ExitStatus(picked->command->failure_status);
  return {.exit_status = std::move(error)};
}

}  // namespace slipway::commands
