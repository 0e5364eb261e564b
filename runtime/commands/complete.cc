// runtime complete: what may stand next on a command line, for the shells' completion.

#include <string>

#include "runtime/cli/shell_line.h"
#include "runtime/commands/completion.h"
#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kLine = {
    .name = "line",
    .kind = Kind::kText,
    .value = "LINE",
    .help = "the command line as it was typed in bash, from the program's name up to the cursor"};
constexpr cli::Option kBreaks = {.name = "breaks",
                                 .kind = Kind::kText,
                                 .value = "CHARACTERS",
                                 .help = "with --line: COMP_WORDBREAKS of that bash"};
constexpr cli::Option kOptions[] = {kLine, kBreaks, kHelp};

// A line for each candidate that can be written in one: the word, and behind a tab what it means.
std::string AsText(const Completion& completion, const cli::ShellLine* line) {
  std::string text = completion.files ? "files\n" : "words\n";
  for (const Candidate& candidate : completion.candidates) {
    auto word = cli::QuotedForShell(candidate.word, '\0');
    if (!word) continue;
    // All of them begin with what the shell keeps.
    word = line == nullptr ? candidate.word
                           : cli::QuotedForShell(candidate.word.substr(line->kept), line->quote);
    if (!word) continue;
    text += *word;
    if (!candidate.meaning.empty()) text += "\t" + candidate.meaning;
    text += "\n";
  }
  return text;
}

Result<cli::Report> CompleteLine(Given given) {
  const cli::Words& words = given.words;
  if (!words.Has(kLine.name)) {
    return cli::Report{.text = AsText(Complete(words.rest), nullptr)};
  }
  RETURN_IF_ERROR(ExpectNoMore(words.rest, 0, "runtime complete --help"));
  cli::ShellLine line = cli::ReadShellLine(words.Text(kLine.name), words.Text(kBreaks.name));
  // The program's own name.
  line.words.erase(line.words.begin());
  return cli::Report{.text = AsText(Complete(line.words), &line)};
}

}  // namespace

constexpr Command kCompleteCommand = {
    .name = "complete",
    .synopsis = "[OPTIONS] [--] [WORD...]",
    .summary = "say what may stand next on a command line, for shells",
    .about =
        "Prints what the last WORD of a command line may become; the words are those behind the "
        "program's name, and the last one may be empty:\n"
        "\n"
        "  runtime complete -- describe ''\n"
        "  runtime complete --line 'runtime --config san'\n"
        "\n"
        "The first line is \"files\" where a file may stand too, else \"words\". Then there is a "
        "line for each possible word, and behind a tab what it means. With --line the words are in "
        "quotes as the line has them, and begin where the shell's own word does.\n"
        "\n"
        "Nothing is started, and no plugin is loaded but those that are installed with the "
        "runtime: neither one that a config names, nor those of --plugin-dir. What is wrong with "
        "the line is not told; then there is nothing that may stand next.\n",
    .options = kOptions,
    .execute = CompleteLine};

}  // namespace slipway::commands
