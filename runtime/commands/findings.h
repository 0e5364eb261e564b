// What is found out about a config before anything is done, for the verbs that only look.

#ifndef SLIPWAY_RUNTIME_COMMANDS_FINDINGS_H_
#define SLIPWAY_RUNTIME_COMMANDS_FINDINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/report.h"
#include "runtime/cli/words.h"
#include "runtime/commands/source.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/pipeline.h"
#include "runtime/launch/occasion.h"
#include "runtime/launch/stage.h"
#include "runtime/sdk/error.h"

namespace slipway::commands {

// The exit status for a config with mistakes, and for one that does not work here.
inline constexpr int kWrong = 1;

class Findings {
 public:
  // Checks the config with what `words` say over it, and Creates its stages. A Guard lives, here
  // and below, and so does the source.
  Findings(Source& source, const cli::Words& words);
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  // Probes the stages, and takes them. Only where there are no errors.
  void Probe();

  const std::vector<Error>& errors() const { return errors_; }
  // May a line of the config hold a secret?
  bool HidesLines() const { return mistakes_.HidesLines(); }
  // Null: it has mistakes.
  const config::Pipeline* pipeline() const { return pipeline_ ? &*pipeline_ : nullptr; }
  // Those that Probe has taken.
  const std::vector<launch::Stage>& stages() const { return stages_; }
  // What does not work here, and does not have to.
  const std::vector<Error>& missing() const { return missing_; }
  const launch::Occasion& occasion() const { return occasion_; }

  // One more, after the others.
  void Add(Error error) { errors_.push_back(std::move(error)); }

 private:
  const launch::Log log_;
  std::vector<std::string> annotations_;
  const launch::Occasion occasion_{.log = &log_, .annotations = &annotations_};
  config::Mistakes mistakes_;
  std::vector<Error> errors_;
  std::optional<config::Pipeline> pipeline_;
  std::vector<launch::Stage> stages_;
  std::vector<Error> missing_;
};

// Its errors, each with its place: as text, or in JSON as runtime check has it.
cli::Report Wrong(const Source& source, const Findings& findings, const std::string& format);

// The same for a config that could not be opened.
cli::Report NotOpened(const std::string& config, const Error& error);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_FINDINGS_H_
