#include "runtime/commands/help.h"

#include "runtime/cli/help.h"
#include "runtime/commands/manual.h"
#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"
#include "runtime/text/nearest.h"

namespace slipway::commands {
namespace {

constexpr size_t kVerbColumn = 10;

constexpr cli::Option kFormat = {"format", Kind::kText, "text|man",
                                 "text (the default), or man: a page for man(1)"};
constexpr cli::Option kOptions[] = {
    kFormat,
    kHelp,
};

constexpr char kPurpose[] =
    "Runs a command in a container described by a YAML pipeline of stages (plugins).\n"
    "\n"
    "  runtime --config sandbox CMD    a program that nobody has to trust: no network, nothing\n"
    "                                  of yours, limits, a filter; root or not\n"
    "  runtime --config host sh        a shell on the machine's own files, below a\n"
    "                                  throw-away layer\n"
    "  runtime --config ubuntu bash    a shell in a root filesystem of its own\n";

constexpr char kPipeline[] =
    "A pipeline names the stages that build the container, in order:\n"
    "\n"
    "  version: 1\n"
    "  stages:\n"
    "    - uts: {hostname: web}\n"
    "    - pid\n"
    "    - mount: {root: /srv/rootfs, overlay: true}\n"
    "    - proc\n"
    "\n"
    "\"runtime stages\" lists the stages, \"runtime describe mount\" explains one.\n"
    "\n"
    "A config is looked for by its path, or by its name in the current folder (only if the name "
    "ends in .yaml or .yml), ~/.config/slipway, /etc/slipway and the installed configs. Stages are "
    "looked for where plugins: of the config says, else in the folders of --plugin-dir, then "
    "beside "
    "the runtime, then in "
    "/usr/lib/slipway/stages.\n"
    "\n"
    "Exit status: the command's own; 128+N when signal N ended it; 124 when its time was up; 125 "
    "when the runtime itself fails, 126 when the command cannot be executed, 127 when it is not "
    "found.\n";

Result<cli::Report> Help(Given given) {
  const std::vector<std::string>& words = given.words.rest;
  RETURN_IF_ERROR(ExpectNoMore(words, 1, "runtime help"));
  ASSIGN_OR_RETURN(const std::string format, Format(given.words, kFormat));
  const bool man = format == "man";
  if (words.empty()) return cli::Report{.text = man ? ManualPage(kPurpose, kPipeline) : Overview()};
  if (const Command* command = FindCommand(words.front())) {
    return cli::Report{.text = man ? ManualPageFor(*command) : HelpFor(*command, command->options)};
  }
  return Error("no such verb", words.front(), text::NearestHint(words.front(), CommandNames(), ""));
}

std::string Verbs(size_t width) {
  std::string rows;
  for (const Command* command : AllCommands()) {
    rows += cli::Row(command->name, command->summary, kVerbColumn, width);
  }
  return rows;
}

}  // namespace

constexpr Command kHelpCommand = {.name = "help",
                                  .synopsis = "[OPTIONS] [VERB]",
                                  .summary = "explain a verb, or give this overview",
                                  .about =
                                      "Prints the help of a verb, or the overview of all; with "
                                      "--format man as a page for man(1):\n"
                                      "\n"
                                      "  runtime help --format man run | man -l -\n",
                                  .options = kOptions,
                                  .execute = Help};

std::string Overview() {
  const size_t width = cli::HelpWidth();
  return cli::Paragraphs(kPurpose, width) +
         "\nUsage:\n"
         "  runtime --config FILE [OPTIONS] [--] [COMMAND [ARG...]]\n"
         "  runtime VERB [OPTIONS] ...\n"
         "\nVerbs (\"runtime VERB --help\" has the options of each):\n" +
         Verbs(width) + "\n" + cli::Paragraphs(kPipeline, width);
}

std::string ShortUsage() {
  return "usage: runtime --config FILE [OPTIONS] [--] [COMMAND [ARG...]]\n"
         "       runtime VERB [OPTIONS] ...\n"
         "\n"
         "for example: runtime --config sandbox sh\n"
         "\n" +
         Verbs(cli::HelpWidth()) + "\nruntime help says more.\n";
}

std::string HelpFor(const Command& command, std::span<const cli::Option> options) {
  const size_t width = cli::HelpWidth();
  const std::span<const cli::Option> own = options.first(command.options.size());
  const std::span<const cli::Option> offered = options.subspan(command.options.size());
  std::string text = std::string("Usage: runtime ") + command.name + " " + command.synopsis +
                     "\n\n" + cli::Paragraphs(command.about, width) + "\nOptions:\n" +
                     cli::OptionsAsText(own, width);
  if (!offered.empty()) {
    text += "\nOptions of the stages of this config:\n" + cli::OptionsAsText(offered, width);
  } else if (command.has_pipeline) {
    text += "\n" + cli::Paragraphs(kMoreOptions, width);
  }
  return text;
}

}  // namespace slipway::commands
