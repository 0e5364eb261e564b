#include "runtime/commands/findings.h"

#include <utility>

#include "runtime/cli/mistakes.h"
#include "runtime/commands/stage_log.h"

namespace slipway::commands {
namespace {

cli::Mistake MistakeOf(const Error& error, const Source& source, bool hidden) {
  cli::Mistake mistake{.error = error, .file = source.text().name};
  const auto place = config::PlaceIn(error->where);
  if (!place) return mistake;
  const std::string_view file = config::FileIn(error->where);
  const config::ConfigText* text = &source.text();
  for (const config::BaseText& base : source.bases()) {
    if (base.text.name == file) text = &base.text;
  }
  mistake.file = text->name;
  mistake.line = place->line;
  mistake.column = place->column;
  mistake.text = text->Line(place->line);
  // Where it cannot be read, nobody knows which stages it has.
  mistake.hidden = hidden || text->text.find("secret") != std::string::npos;
  return mistake;
}

std::string CountText(const std::string& name, size_t count) {
  return "runtime: " + internal::Printable(name) + ": " + std::to_string(count) + " mistakes\n";
}

}  // namespace

Findings::Findings(Source& source, const cli::Words& words) : log_(StageLog(/*verbose=*/false)) {
  pipeline_ = source.Check(words, mistakes_);
  errors_ = mistakes_.errors();
  if (!pipeline_) return;
  annotations_ = AnnotationsOf(*pipeline_);
  errors_ = launch::CreateStages(ChoicesOf(*pipeline_), occasion_);
}

void Findings::Probe() {
  std::vector<launch::Selection> selections;
  auto stages = launch::SelectStages(ChoicesOf(*pipeline_), occasion_, &selections);
  if (!stages.ok()) {
    errors_ = ReasonsOf(selections);
    return errors_.push_back(stages.error());
  }
  stages_ = std::move(*stages);
  for (size_t i = 0; i < selections.size(); ++i) {
    Status taken = config::CheckTaken(pipeline_->steps[i], selections[i].taken);
    if (!taken.ok()) errors_.push_back(taken.error());
    for (const launch::Rejected& rejected : selections[i].rejected) {
      missing_.push_back(rejected.reason);
    }
  }
}

cli::Report Wrong(const Source& source, const Findings& findings, const std::string& format) {
  const std::string& name = source.text().name;
  std::vector<cli::Mistake> mistakes;
  for (const Error& error : findings.errors()) {
    mistakes.push_back(MistakeOf(error, source, findings.HidesLines()));
  }
  if (format == "json") {
    return {.exit_status = kWrong,
            .text = cli::MistakesAsJson(name, {}, findings.missing(), mistakes)};
  }
  cli::Report report{.exit_status = kWrong, .complaints = cli::MistakesAsText(mistakes)};
  if (mistakes.size() > 1) report.complaints += CountText(name, mistakes.size());
  return report;
}

cli::Report NotOpened(const std::string& config, const Error& error) {
  const cli::Mistake mistake{.error = error, .file = config};
  return {.exit_status = kWrong, .text = cli::MistakesAsJson(config, {}, {}, {mistake})};
}

}  // namespace slipway::commands
