#include "runtime/commands/source.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <utility>

#include "runtime/commands/options.h"
#include "runtime/config/check.h"
#include "runtime/config/find.h"
#include "runtime/config/override.h"
#include "runtime/config/path.h"
#include "runtime/config/short_names.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/hook_names.h"
#include "runtime/loader/trial.h"
#include "runtime/sdk/option_at.h"

namespace slipway::commands {
namespace {

constexpr const char* kInstalledConfigs = "../share/slipway/configs";  // from the binary's folder
// Of a clone: Bazel keeps links to the configs beside a built binary.
constexpr const char* kRunfiles = ".runfiles/slipway/configs";

// Where the clone of a built binary really keeps its configs, because what they name lies beside
// them; empty for any other binary. Only a folder that root owns, or who owns the binary: others
// could put a config in the place of one that is looked for.
std::string ConfigsOfClone(const std::string& executable) {
  const std::string links = executable + kRunfiles;
  const std::vector<std::string> configs = config::ConfigFilesIn(links);
  if (configs.empty()) return {};
  const std::unique_ptr<char, decltype(&free)> file(
      realpath((links + "/" + configs.front()).c_str(), nullptr), free);
  if (file == nullptr) return {};
  std::string clone = config::FolderOf(file.get());
  struct stat binary {};
  struct stat folder {};
  const bool trusted = stat(executable.c_str(), &binary) == 0 &&
                       stat(clone.c_str(), &folder) == 0 &&
                       (folder.st_uid == 0 || folder.st_uid == binary.st_uid);
  return trusted ? clone : std::string();
}

// Beside the binary, as far as its path is known.
std::vector<std::string> InstalledConfigs(const std::string& executable) {
  const auto installed = config::AbsolutePath(config::FolderOf(executable), kInstalledConfigs);
  if (executable.empty() || !installed.ok()) return {};
  std::vector<std::string> folders = {*installed};
  std::string clone = ConfigsOfClone(executable);
  if (!clone.empty()) folders.push_back(std::move(clone));
  return folders;
}

// The options in front of the first word that is not known to be one: what stands behind it may be
// the command's own, and must not say which plugins are loaded.
// word_is_config: the first word that is no option names the config, if --config does not.
cli::Words KnownWords(std::span<const cli::Option> known, const std::vector<std::string>& words,
                      bool word_is_config) {
  cli::Words found;
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (!cli::LooksLikeOption(word)) {
      if (!word_is_config || found.Has(kConfig.name)) break;
      found.options[kConfig.name].push_back(word);
      continue;
    }
    const cli::Option* option = cli::FindOption(known, word);
    if (option == nullptr) break;
    if (option->kind == Kind::kFlag) continue;
    const bool next = cli::TakesNextWord(*option, word);
    // Forgotten, when what follows looks like an option.
    if (next && (++i == words.size() || words[i].starts_with("--"))) break;
    found.options[option->name].push_back(next ? words[i] : word.substr(word.find('=') + 1));
  }
  return found;
}

Kind KindOf(const slipway_option& option) {
  if (option.type == SLIPWAY_BOOL) return Kind::kFlag;
  return option.type == SLIPWAY_LIST ? Kind::kTexts : Kind::kText;
}

// "SOURCE:TARGET[:ro]" of the text form "source:target:ro=readonly"; of one with more such words,
// "SOURCE:TARGET[:ro,...]".
std::string FormInWords(std::string_view form) {
  std::string words;
  std::string_view flag;
  bool more_flags = false;
  while (!form.empty()) {
    const std::string_view part = form.substr(0, form.find(':'));
    form.remove_prefix(std::min(form.size(), part.size() + 1));
    const size_t equals = part.find('=');
    if (equals != std::string_view::npos) {
      more_flags = !flag.empty();
      if (flag.empty()) flag = part.substr(0, equals);
      continue;
    }
    if (!words.empty()) words += ":";
    for (char c : part) words += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  if (flag.empty()) return words;
  return words.append("[:").append(flag).append(more_flags ? ",...]" : "]");
}

// What stands for the value in the help.
std::string ValueInWords(const slipway_option& option) {
  switch (option.type) {
    case SLIPWAY_BOOL:
      return "";
    case SLIPWAY_BYTES:
      return "SIZE";
    case SLIPWAY_INTEGER:
    case SLIPWAY_DECIMAL:
      return "NUMBER";
    case SLIPWAY_DURATION:
      return "DURATION";
    case SLIPWAY_PATH:
      return "PATH";
    case SLIPWAY_LIST:
      return ValueInWords(*option.element);
    case SLIPWAY_RECORD:
      return option.text_form != nullptr ? FormInWords(option.text_form) : "VALUE";
    default:
      return "VALUE";
  }
}

}  // namespace

Result<std::unique_ptr<Source>> Source::OpenBy(ReadText read, const std::string& config,
                                               const loader::Folders& folders) {
  auto source = std::unique_ptr<Source>(new Source);
  source->folders_ = folders;
  source->loader_ = std::make_unique<loader::Loader>(folders);
  // A path needs no folders to be looked for in.
  const bool is_path = config.find('/') != std::string::npos;
  const auto configs = is_path ? std::vector<std::string>()
                               : config::Folders(InstalledConfigs(source->loader_->executable()));
  ASSIGN_OR_RETURN(source->path_, config::Find(config, configs));
  ASSIGN_OR_RETURN(source->text_, read(source->path_));
  return source;
}

Result<std::unique_ptr<Source>> Source::Open(const std::string& config,
                                             const loader::Folders& folders) {
  return OpenBy(config::ConfigText::Read, config, folders);
}

Result<std::unique_ptr<Source>> Source::OpenFile(const std::string& config) {
  return OpenBy(config::ConfigText::ReadBase, config, {});
}

Result<std::unique_ptr<Source>> Source::ForOptions(std::span<const cli::Option> known,
                                                   const std::vector<std::string>& words,
                                                   bool word_is_config) {
  const cli::Words found = KnownWords(known, words, word_is_config);
  if (!found.Has(kConfig.name)) return std::unique_ptr<Source>();
  ASSIGN_OR_RETURN(auto source, Open(found.Text(kConfig.name), FoldersOf(found)));
  // A wrong one is told once all words are understood.
  if (const auto patience = HookTimeout(found); patience.ok()) source->patience_ = *patience;
  return source;
}

std::vector<std::string> Source::NamesOfConfigs() {
  const loader::Loader loader({});
  return config::Available(config::Folders(InstalledConfigs(loader.executable())));
}

bool Source::IsNameOfConfig(const std::string& word) {
  if (word.empty() || word.find('/') != std::string::npos) return false;
  const loader::Loader loader({});
  return config::Find(word, config::Folders(InstalledConfigs(loader.executable()))).ok();
}

Error Source::Explain(Error error) {
  const std::string_view option = error->subject;
  if (!option.starts_with("--")) return error;
  std::string stages;
  for (const slipway_stage* stage : AllStages()) {
    for (uint32_t i = 0; i < stage->option_count; ++i) {
      const char* name = OptionAt(stage->options, i).short_name;
      if (name == nullptr || option.substr(2) != name) continue;
      stages.append(stages.empty() ? "" : ", ").append(stage->name);
    }
  }
  if (stages.empty()) return error;
  return error.Hint("it is an option of the stages " + stages + ", of which " + text_.name +
                    " has none");
}

// A config says which folders are bound in and what is executed: it is as powerful as a plugin.
Status Source::CheckTrust() {
  if (!text_.file) return Ok();
  Status status = loader_->CheckConfig(path_, *text_.file);
  return status.ok() ? Ok() : std::move(status.error().Prefix("the config"));
}

Status Source::CheckTrustOfBases() {
  for (const config::BaseText& base : bases_) {
    if (!base.text.file) continue;
    Status status = loader_->CheckConfig(base.text.name, *base.text.file);
    if (!status.ok()) return status.error().Prefix("the config that is extended").At(base.where);
  }
  return Ok();
}

const config::Document* Source::ReadDocument() {
  if (std::exchange(read_, true)) return document_ ? &*document_ : nullptr;
  document_ = config::Document::Parse(text_.text, text_.name, mistakes_);
  if (!document_ || !document_->extends()) return document_ ? &*document_ : nullptr;
  const auto configs = config::Folders(InstalledConfigs(loader_->executable()));
  const auto open = [&configs](const std::string& name,
                               const std::string& folder) -> Result<config::ConfigText> {
    ASSIGN_OR_RETURN(const std::string path, config::FindBase(name, folder, configs));
    return config::ConfigText::ReadBase(path);
  };
  if (!config::Extend(text_, open, *document_, bases_, mistakes_)) document_.reset();
  return document_ ? &*document_ : nullptr;
}

loader::Request Source::RequestFor(const std::string& name) const {
  const auto pin = document_->pins().find(name);
  if (pin == document_->pins().end()) return {.name = name};
  return {.name = name, .path = pin->second.path, .sha256 = pin->second.sha256};
}

Result<const slipway_stage*> Source::Load(const std::string& name) {
  const launch::HookWatch watch(name.c_str(), launch::kLoad);
  ASSIGN_OR_RETURN(const slipway_stage* stage, loader_->Load(RequestFor(name)));
  RETURN_IF_ERROR(launch::CheckThreads(name.c_str(), launch::kLoad));
  return stage;
}

std::vector<const slipway_stage*> Source::AllStages() {
  std::vector<const slipway_stage*> stages;
  for (const std::string& name : loader_->Available()) {
    auto stage = loader::LoadAfterTrial(*loader_, {.name = name});
    if (stage.ok()) stages.push_back(*stage);
  }
  return stages;
}

std::vector<const slipway_stage*> Source::OwnStages() {
  std::vector<const slipway_stage*> stages;
  if (!CheckTrust().ok()) return stages;
  const config::Document* document = ReadDocument();
  if (document == nullptr || !CheckTrustOfBases().ok()) return stages;
  for (const config::RawStep& step : document->steps()) {
    for (const config::RawStage& raw : step.alternatives) {
      const bool named = !raw.name.empty() && document->KnowsFileOf(raw.name);
      if (!named || document->pins().contains(raw.name)) continue;
      const auto stage = loader::LoadAfterTrial(*loader_, {.name = raw.name});
      if (stage.ok()) stages.push_back(*stage);
    }
  }
  return stages;
}

const std::vector<cli::Option>& Source::ShortOptions(bool for_help) {
  if (short_options_) return *short_options_;
  short_options_.emplace();
  const config::Document* document = ReadDocument();
  if (document == nullptr) return *short_options_;
  std::optional<launch::Guard> guard;
  if (!for_help) guard.emplace(patience_);
  const auto load = [&](const std::string& name) -> Result<const slipway_stage*> {
    return for_help ? loader::LoadAfterTrial(*loader_, RequestFor(name)) : Load(name);
  };
  for (const config::ShortName& offered : config::ShortNamesOf(*document, load)) {
    const slipway_option& option = *offered.option;
    short_options_->push_back({.name = option.short_name,
                               .kind = KindOf(option),
                               .value = values_.emplace_back(ValueInWords(option)).c_str(),
                               .help = option.summary});
  }
  if (guard) guard->End();
  return *short_options_;
}

std::optional<config::Pipeline> Source::Check(const cli::Words& words, config::Mistakes& mistakes) {
  std::vector<config::Override> overrides;
  for (const std::string& text : words.Texts(kSet.name)) {
    if (auto set = mistakes.Take(config::ParseOverride(text))) overrides.push_back(std::move(*set));
  }
  for (const std::string& text : words.Texts(kEnv.name)) {
    auto set = mistakes.Take(config::VariableOverride("-e", text));
    if (set) overrides.push_back(std::move(*set));
  }
  if (words.Has(kWorkdir.name)) {
    overrides.push_back(config::ProcessOverride("-w", "cwd", words.Text(kWorkdir.name)));
  }
  for (const cli::Option& option : {kTimeout, kGrace}) {
    if (!words.Has(option.name)) continue;
    overrides.push_back(config::ProcessOverride(std::string("--") + option.name, option.name,
                                                words.Text(option.name)));
  }
  if (words.Has(kStopSignal.name)) {
    overrides.push_back(
        config::ProcessOverride("--stop-signal", "stop_signal", words.Text(kStopSignal.name)));
  }
  for (const std::string& text : words.Texts(kAnnotation.name)) {
    auto set = mistakes.Take(config::AnnotationOverride("--annotation", text));
    if (set) overrides.push_back(std::move(*set));
  }
  if (short_options_) {
    for (const cli::Option& option : *short_options_) {
      if (!words.Has(option.name)) continue;
      if (option.kind == Kind::kFlag)
        overrides.push_back(config::ShortOverride(option.name, "true"));
      for (const std::string& value : words.Texts(option.name)) {
        overrides.push_back(config::ShortOverride(option.name, value));
      }
    }
  }
  // Not all of them were known when the short options were looked for.
  if (loader::Folders folders = FoldersOf(words); folders != folders_) {
    folders_ = std::move(folders);
    loader_ = std::make_unique<loader::Loader>(folders_);
  }
  if (Status trusted = CheckTrust(); !trusted.ok()) {
    mistakes.Add(trusted.error());
    return std::nullopt;
  }
  const config::Document* document = ReadDocument();
  if (Status trusted = CheckTrustOfBases(); !trusted.ok()) {
    mistakes.Add(trusted.error());
    return std::nullopt;
  }
  for (const Error& error : mistakes_.errors()) mistakes.Add(error);
  if (document == nullptr) return std::nullopt;
  return config::Check(
      *document, overrides, [this](const std::string& name) { return Load(name); }, mistakes,
      [this] { return AllStages(); });
}

std::vector<Error> ReasonsOf(const std::vector<launch::Selection>& selections) {
  std::vector<Error> reasons;
  if (selections.empty() || selections.back().taken) return reasons;
  const std::vector<launch::Rejected>& rejected = selections.back().rejected;
  // The reason of a single alternative is the error itself.
  if (rejected.size() < 2) return reasons;
  for (const launch::Rejected& one : rejected) reasons.push_back(one.reason);
  return reasons;
}

std::vector<std::string> AnnotationsOf(const config::Pipeline& pipeline) {
  std::vector<std::string> annotations;
  for (const auto& [name, value] : pipeline.annotations) {
    annotations.push_back(std::string(name).append("=").append(value));
  }
  return annotations;
}

std::vector<launch::StageChoice> ChoicesOf(const config::Pipeline& pipeline) {
  std::vector<launch::StageChoice> choices;
  for (const config::Step& step : pipeline.steps) {
    launch::StageChoice& choice = choices.emplace_back();
    choice.where = step.where;
    choice.optional = step.is_optional();
    for (const config::StageEntry& entry : step.alternatives) {
      choice.stages.push_back(
          {.descriptor = entry.descriptor,
           .options = entry.options->data(),
           .where = entry.where,
           .locate = [&entry](std::string_view option) { return entry.Locate(option); }});
    }
  }
  return choices;
}

}  // namespace slipway::commands
