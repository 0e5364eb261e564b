#include "runtime/commands/manual.h"

#include <vector>

#include "runtime/cli/man.h"
#include "runtime/commands/version.h"

namespace slipway::commands {
namespace {

std::string PageOf(const Command& command) { return std::string("runtime-") + command.name; }

void AddEnd(cli::ManPage& page, const cli::ManTexts& texts) {
  if (!texts.examples.empty()) {
    page.Section("EXAMPLES");
    page.Examples(texts.examples);
  }
  if (!texts.exit_status.empty()) {
    page.Section("EXIT STATUS");
    page.Paragraphs(texts.exit_status);
  }
}

}  // namespace

std::string ManualPage(std::string_view purpose, std::string_view pipeline) {
  cli::ManPage page({"runtime", "slipway"}, '1', "run a command in a container made by plugins",
                    kVersion);
  const cli::ManTexts texts = cli::SplitHelp(std::string(purpose) + "\n" + std::string(pipeline));
  page.Section("SYNOPSIS");
  page.Lines({cli::Bold("runtime") + " " +
                  cli::StyledSynopsis("--config FILE [OPTIONS] [--] [COMMAND [ARG...]]"),
              cli::Bold("runtime") + " " + cli::StyledSynopsis("VERB [OPTIONS] ...")});
  page.Section("DESCRIPTION");
  page.Paragraphs(texts.description);
  page.Section("VERBS");
  for (const Command* command : AllCommands()) {
    page.Item(cli::Bold(PageOf(*command)) + "(1)", command->summary);
  }
  page.Section("OPTIONS");
  page.Paragraphs("Those of the first form are the options of runtime-run(1).\n");
  AddEnd(page, texts);
  page.SeeAlso({"runtime-run(1)", "slipway-config(5)", "runtime-stages(1)"});
  return page.text();
}

std::string ManualPageFor(const Command& command) {
  cli::ManPage page({PageOf(command)}, '1', command.summary, kVersion);
  const cli::ManTexts texts = cli::SplitHelp(command.about);
  page.Section("SYNOPSIS");
  page.Lines({cli::Bold(std::string("runtime ") + command.name) + " " +
              cli::StyledSynopsis(command.synopsis)});
  page.Section("DESCRIPTION");
  page.Paragraphs(texts.description);
  page.Section("OPTIONS");
  page.Options(command.options);
  if (command.has_pipeline) page.Paragraphs(kMoreOptions);
  AddEnd(page, texts);
  if (command.has_pipeline) {
    page.SeeAlso({"runtime(1)", "slipway-config(5)"});
  } else {
    page.SeeAlso({"runtime(1)"});
  }
  return page.text();
}

}  // namespace slipway::commands
