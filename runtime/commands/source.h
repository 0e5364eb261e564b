// Where a pipeline comes from: the config that the command line names, what the command line says
// over it, and the plugins of its stages.

#ifndef SLIPWAY_RUNTIME_COMMANDS_SOURCE_H_
#define SLIPWAY_RUNTIME_COMMANDS_SOURCE_H_

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/cli/words.h"
#include "runtime/commands/options.h"
#include "runtime/config/config_text.h"
#include "runtime/config/document.h"
#include "runtime/config/extend.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/pipeline.h"
#include "runtime/launch/stage.h"
#include "runtime/loader/loader.h"
#include "runtime/sdk/result.h"

namespace slipway::commands {

class Source {
 public:
  // Finds the config and reads its text. config: the value of --config, or what stands for it.
  static Result<std::unique_ptr<Source>> Open(const std::string& config,
                                              const loader::Folders& folders);

  // The same for words of which some are not understood yet, because they may be options that the
  // stages offer: those behind --config. null: no config is named before them. known: those that
  // are options in any case. word_is_config: the first word that is no option names the config, if
  // --config does not.
  static Result<std::unique_ptr<Source>> ForOptions(std::span<const cli::Option> known,
                                                    const std::vector<std::string>& words,
                                                    bool word_is_config);

  // For a look at the config while its name is being typed: a file, and nothing that may wait, such
  // as standard input or a fifo.
  static Result<std::unique_ptr<Source>> OpenFile(const std::string& config);

  // The names that --config takes without a path: those of the configs that are looked for by name.
  static std::vector<std::string> NamesOfConfigs();

  // Does --config NAME, with this word for NAME, find a config without a path?
  static bool IsNameOfConfig(const std::string& word);

  // Says of an unknown option which stages offer it, if that is why it is unknown.
  Error Explain(Error error);

  // What the stages of the pipeline offer on the command line, such as --memory. Of a config with
  // mistakes: as far as its stages can be loaded. for_help: a stage that crashes while it is loaded
  // is left out, at the price of a process for each library; else it ends this process, as in a
  // start.
  const std::vector<cli::Option>& ShortOptions(bool for_help);

  // The stages of the pipeline, as far as they are the runtime's own: no plugin is loaded that the
  // config names, and none for a config that is not trusted. One that cannot be loaded is left out.
  std::vector<const slipway_stage*> OwnStages();

  // The pipeline, with what `words` say over it: --set, -e, -w, --annotation and the short options.
  // Every mistake is told; nullopt when there is one.
  std::optional<config::Pipeline> Check(const cli::Words& words, config::Mistakes& mistakes);

  // The path that was taken; "-" and "fd:N" as they were given.
  const std::string& path() const { return path_; }
  // The text, to quote from.
  const config::ConfigText& text() const { return text_; }
  // What it extends, the nearest first; known once it was checked.
  const std::vector<config::BaseText>& bases() const { return bases_; }
  loader::Loader& loader() { return *loader_; }

 private:
  Source() = default;

  using ReadText = Result<config::ConfigText> (*)(const std::string& path);
  static Result<std::unique_ptr<Source>> OpenBy(ReadText read, const std::string& config,
                                                const loader::Folders& folders);

  Status CheckTrust();
  Status CheckTrustOfBases();
  const config::Document* ReadDocument();
  loader::Request RequestFor(const std::string& name) const;
  Result<const slipway_stage*> Load(const std::string& name);
  std::vector<const slipway_stage*> AllStages();

  std::string path_;
  config::ConfigText text_;
  loader::Folders folders_;
  std::unique_ptr<loader::Loader> loader_;
  std::vector<config::BaseText> bases_;
  config::Mistakes mistakes_;  // of the document
  std::optional<config::Document> document_;
  bool read_ = false;
  std::chrono::seconds patience_ = kDefaultHookTimeout;  // with a stage that is loaded
  std::optional<std::vector<cli::Option>> short_options_;
  std::deque<std::string> values_;  // that short_options_ points into
};

// Why no alternative of a first-of works here, one for each; empty when that is not what happened.
std::vector<Error> ReasonsOf(const std::vector<launch::Selection>& selections);

// NAME=VALUE each.
std::vector<std::string> AnnotationsOf(const config::Pipeline& pipeline);

// What launch wants to know of the pipeline; points into it.
std::vector<launch::StageChoice> ChoicesOf(const config::Pipeline& pipeline);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_SOURCE_H_
