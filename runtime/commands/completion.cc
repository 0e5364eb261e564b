#include "runtime/commands/completion.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/commands/command.h"
#include "runtime/commands/options.h"
#include "runtime/commands/source.h"
#include "runtime/commands/verbs.h"
#include "runtime/loader/loader.h"
#include "runtime/loader/trial.h"
#include "runtime/sdk/option_at.h"

namespace slipway::commands {
namespace {

// "[OPTIONS] ID [SIGNAL]" -> ID, SIGNAL: what stands for each word that is no option.
std::vector<std::string> PlaceholdersOf(std::string_view synopsis) {
  std::vector<std::string> names;
  bool is_value = false;  // of an option
  while (!synopsis.empty()) {
    const std::string_view word = synopsis.substr(0, synopsis.find(' '));
    synopsis.remove_prefix(std::min(synopsis.size(), word.size() + 1));
    std::string name(word);
    std::erase_if(name, [](char c) { return c == '[' || c == ']' || c == '.'; });
    const bool is_option = name.starts_with("--");
    if (!is_option && !is_value && name != "OPTIONS") names.push_back(std::move(name));
    is_value = is_option && word.starts_with("--");
  }
  return names;
}

// How much of the word says which option its value is for: "--config=" of "--config=san".
size_t OptionPrefix(std::string_view word) {
  const size_t equals = word.find('=');
  return word.starts_with("--") && equals != std::string_view::npos ? equals + 1 : 0;
}

class Completer {
 public:
  explicit Completer(const std::vector<std::string>& words) : words_(words) {}

  Completion Run() {
    if (words_.empty() || !ReadWords()) return {};
    const std::string& word = words_.back();
    if (pending_ != nullptr) {
      AddValues(*pending_, "", word);
    } else if (!ended_ && word.starts_with('-')) {
      AddOptions(word);
    } else {
      AddOther(word);
    }
    std::erase_if(completion_.candidates, [&word](const Candidate& candidate) {
      return !candidate.word.starts_with(word);
    });
    return std::move(completion_);
  }

 private:
  // The words in front of the last one. False: there is no such verb.
  bool ReadWords() {
    for (size_t i = 0; i + 1 < words_.size(); ++i) {
      const std::string& word = words_[i];
      if (!ended_ && word == "--") {
        ended_ = true;
        if (command_ == nullptr) command_ = &kRunCommand;
      } else if (!ended_ && cli::LooksLikeOption(word)) {
        i += ReadOption(i);
      } else if (!ReadOther(word)) {
        return false;
      }
    }
    return true;
  }

  // How many of the words behind it are its value.
  size_t ReadOption(size_t i) {
    const std::string& word = words_[i];
    const cli::Option* option = Find(word);
    if (option == nullptr || option->kind == Kind::kFlag) return 0;
    const bool next = cli::TakesNextWord(*option, word);
    if (next && i + 2 == words_.size()) {
      pending_ = option;
      return 0;
    }
    const size_t begin = word.starts_with("--") ? OptionPrefix(word) : 2;
    std::vector<std::string>& values = options_.options[option->name];
    values.push_back(next ? words_[i + 1] : word.substr(begin));
    if (option->name == std::string_view(kConfig.name)) config_ = values.back();
    return next ? 1 : 0;
  }

  bool ReadOther(const std::string& word) {
    if (IsVerbNext()) {
      command_ = FindCommand(word);
      return command_ != nullptr;
    }
    if (IsConfigNext()) {
      config_ = word;
    } else {
      ended_ = ended_ || CommandOrRun().runs_command;
    }
    ++others_;
    return true;
  }

  bool IsVerbNext() const { return command_ == nullptr && !config_; }

  bool IsConfigNext() const {
    const std::vector<std::string> names = PlaceholdersOf(CommandOrRun().synopsis);
    return !config_ && others_ < names.size() && names[others_] == "FILE";
  }

  // Behind --config without a verb all is as of run.
  const Command& CommandOrRun() const { return command_ != nullptr ? *command_ : kRunCommand; }

  const cli::Option* Find(const std::string& word) {
    const cli::Option* option = cli::FindOption(CommandOrRun().options, word);
    if (option != nullptr || !IsVerbNext()) {
      return option != nullptr ? option : cli::FindOption(OfStages(), word);
    }
    for (const Command* command : AllCommands()) {
      option = cli::FindOption(command->options, word);
      if (option != nullptr) break;
    }
    return option;
  }

  // Of the config, as far as it can be looked at.
  const Stages& StagesOfConfig() {
    if (source_ || !config_) return stages_;
    source_ = Source::OpenFile(*config_);
    if (source_->ok()) stages_ = (**source_)->OwnStages();
    return stages_;
  }

  // All that are installed.
  const Stages& AllStages() {
    for (const std::string& name : loader_.Available()) {
      const auto stage = loader::LoadAfterTrial(loader_, {.name = name});
      if (stage.ok()) stages_.push_back(*stage);
    }
    return stages_;
  }

  // What the stages of the config offer.
  const std::vector<cli::Option>& OfStages() {
    if (!CommandOrRun().has_pipeline || !of_stages_.empty()) return of_stages_;
    ForEachShortName([this](const slipway_option& option) {
      const Kind kind = option.type == SLIPWAY_BOOL ? Kind::kFlag : Kind::kTexts;
      of_stages_.push_back({.name = option.short_name,
                            .kind = kind,
                            .value = kind == Kind::kFlag ? "" : "VALUE",
                            .help = option.summary});
    });
    return of_stages_;
  }

  template <typename Do>
  void ForEachShortName(Do action) {
    for (const slipway_stage* stage : StagesOfConfig()) {
      for (uint32_t i = 0; i < stage->option_count; ++i) {
        const slipway_option& option = OptionAt(stage->options, i);
        if (option.short_name != nullptr) action(option);
      }
    }
  }

  void AddOptions(const std::string& word) {
    if (const size_t prefix = OptionPrefix(word); prefix > 0) {
      const cli::Option* option = Find(word);
      if (option == nullptr || option->kind == Kind::kFlag) return;
      return AddValues(*option, word.substr(0, prefix), word.substr(prefix));
    }
    for (const std::span<const cli::Option> options : {CommandOrRun().options, {OfStages()}}) {
      for (const cli::Option& option : options) {
        if (*option.help != '\0') completion_.Add(std::string("--") + option.name, option.help);
      }
    }
  }

  void AddVerbs() {
    for (const Command* command : AllCommands()) completion_.Add(command->name, command->summary);
  }

  void AddOther(const std::string& word) {
    if (IsVerbNext()) return AddVerbs();
    const std::string_view synopsis = CommandOrRun().synopsis;
    const std::vector<std::string> names = PlaceholdersOf(synopsis);
    const bool repeats = synopsis.find("...") != std::string_view::npos;  // the last one
    if (names.empty() || (others_ >= names.size() && !repeats)) return;
    const std::string& name = names[std::min(others_, names.size() - 1)];
    if (name == "ID") {
      AddIds(completion_, options_);
    } else if (name == "STAGE") {
      AddStages(completion_, options_, word);
    } else if (name == "VERB") {
      AddVerbs();
    } else if (name == "SIGNAL") {
      AddSignals(completion_, "");
    } else if (IsConfigNext()) {
      AddConfigs(completion_, "", word);
    } else {
      completion_.files = true;
    }
  }

  void AddValues(const cli::Option& option, const std::string& prefix, const std::string& value) {
    const std::string_view name = option.name;
    const std::string_view stands_for = option.value;
    if (name == kConfig.name) return AddConfigs(completion_, prefix, value);
    if (name == kSet.name) {
      const bool update = &CommandOrRun() == &kUpdateCommand;
      const Stages& stages = update ? AllStages() : StagesOfConfig();
      return AddSettings(completion_, stages, update, prefix, value);
    }
    if (stands_for == "SIGNAL") return AddSignals(completion_, prefix);
    if (stands_for.find(kChoice) != std::string_view::npos) {
      for (const std::string& choice : ChoicesOf(option)) completion_.Add(prefix + choice);
    }
    completion_.files = stands_for == "DIR" || stands_for == "FILE";
    ForEachShortName([&](const slipway_option& of_stage) {
      if (of_stage.short_name == name) AddValuesOf(completion_, of_stage, prefix);
    });
  }

  const std::vector<std::string>& words_;
  // What stands in front of the word that is being typed.
  const Command* command_ = nullptr;
  std::optional<std::string> config_;
  cli::Words options_;                    // those with values
  size_t others_ = 0;                     // words behind the verb that are no options
  bool ended_ = false;                    // no option can follow
  const cli::Option* pending_ = nullptr;  // whose value is being typed
  // What was looked at so far.
  std::optional<Result<std::unique_ptr<Source>>> source_;
  loader::Loader loader_{loader::Folders{}};
  Stages stages_;
  std::vector<cli::Option> of_stages_;
  Completion completion_;
};

}  // namespace

Completion Complete(const std::vector<std::string>& words) { return Completer(words).Run(); }

}  // namespace slipway::commands
