// runtime describe: what one stage does, and its options.

#include "runtime/cli/describe.h"

#include "runtime/cli/stage_json.h"
#include "runtime/cli/stage_man.h"
#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"
#include "runtime/commands/version.h"
#include "runtime/loader/loader.h"
#include "runtime/loader/trial.h"

namespace slipway::commands {
namespace {

constexpr const char* kSeeHelp = "runtime describe --help";

constexpr cli::Option kFormat = {"format", Kind::kText, "text|json|markdown|man",
                                 "text (the default), json, markdown, or man: a page for man(1)"};
constexpr cli::Option kOptions[] = {
    kPluginDir,
    kTrust,
    kFormat,
    {"markdown", Kind::kFlag, "",
     "the same as --format markdown: the table of a stage's README.md"},
    kHelp,
};

Result<cli::Report> Describe(Given given) {
  const cli::Words& words = given.words;
  if (words.rest.empty()) {
    return Error("no stage was named", {},
                 "write runtime describe STAGE; runtime stages lists them");
  }
  RETURN_IF_ERROR(ExpectNoMore(words.rest, 1, kSeeHelp));
  ASSIGN_OR_RETURN(const std::string format, Format(words, kFormat));
  RETURN_IF_ERROR(CheckFolders(words));
  loader::Loader loader(FoldersOf(words));
  const std::string& named = words.rest.front();
  const bool is_file = named.find('/') != std::string::npos;
  ASSIGN_OR_RETURN(const loader::Request request, is_file ? loader::RequestForFile(named)
                                                          : Result(loader::Request{.name = named}));
  ASSIGN_OR_RETURN(const slipway_stage* stage, loader::LoadAfterTrial(loader, request));
  ASSIGN_OR_RETURN(std::string file, loader.PathOf(stage));
  if (format == "markdown" || words.Has("markdown")) {
    return cli::Report{.text = cli::OptionsAsMarkdown(*stage)};
  }
  if (format == "man") return cli::Report{.text = cli::StageAsMan(*stage, kVersion)};
  const cli::StageRow row{stage, std::move(file)};
  if (format == "json") return cli::Report{.text = cli::StageAsJson(row)};
  return cli::Report{.text = cli::DescribeStage(*stage, row.file)};
}

}  // namespace

constexpr Command kDescribeCommand = {
    .name = "describe",
    .synopsis = "[OPTIONS] STAGE",
    .summary = "explain a stage: what it does, what it needs, its options",
    .about =
        "Explains a stage, by its name or by the file of its plugin:\n"
        "\n"
        "  runtime describe mount\n"
        "  runtime describe ./libnice_stage.so\n",
    .options = kOptions,
    .execute = Describe};

}  // namespace slipway::commands
