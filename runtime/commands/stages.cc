// runtime stages: which stages there are.

#include "runtime/cli/help.h"
#include "runtime/cli/stage_json.h"
#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"
#include "runtime/loader/loader.h"
#include "runtime/loader/trial.h"

namespace slipway::commands {
namespace {

constexpr size_t kNameColumn = 14;

constexpr cli::Option kFormat = {"format", Kind::kText, "table|json",
                                 "table (the default) or json"};
constexpr cli::Option kOptions[] = {
    kPluginDir, kTrust,
    kFormat,    {"verbose", Kind::kFlag, "", "show the file of each plugin too", 'v'},
    kHelp,
};

std::string AsTable(const std::vector<cli::StageRow>& rows, bool files) {
  std::string table;
  const size_t width = cli::HelpWidth();
  for (const cli::StageRow& row : rows) {
    table += cli::Row(row.stage->name, row.stage->summary, kNameColumn, width);
    if (files) table += cli::Row("", internal::Printable(row.file), kNameColumn, 0);
  }
  return table + "\n\"runtime describe STAGE\" explains one with its options.\n";
}

Result<cli::Report> Stages(Given given) {
  const cli::Words& words = given.words;
  RETURN_IF_ERROR(ExpectNoMore(words.rest, 0, "runtime stages --help"));
  ASSIGN_OR_RETURN(const std::string format, Format(words, kFormat));
  RETURN_IF_ERROR(CheckFolders(words));
  loader::Loader loader(FoldersOf(words));
  cli::Report report;
  std::vector<cli::StageRow> rows;
  for (const std::string& name : loader.Available()) {
    auto stage = loader::LoadAfterTrial(loader, {.name = name});
    if (!stage.ok()) {
      report.warnings.push_back(stage.error());
      continue;
    }
    auto file = loader.PathOf(*stage);
    if (!file.ok()) return std::move(file).status();
    rows.push_back({*stage, std::move(*file)});
  }
  report.text =
      format == "json" ? cli::StagesAsJson(rows) : AsTable(rows, words.Has(kVerbose.name));
  return report;
}

}  // namespace

constexpr Command kStagesCommand = {
    .name = "stages",
    .synopsis = "[OPTIONS]",
    .summary = "list the available stages",
    .about =
        "Lists the stages that are found in the folders of --plugin-dir, beside the runtime and "
        "in /usr/lib/slipway/stages. A plugin that cannot be used is named, and spoils nothing. "
        "\n",
    .options = kOptions,
    .execute = Stages};

}  // namespace slipway::commands
