// A verb of the command line: each has a file of its own here, which says what it takes, what its
// help is, and what it does.

#ifndef SLIPWAY_RUNTIME_COMMANDS_COMMAND_H_
#define SLIPWAY_RUNTIME_COMMANDS_COMMAND_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/report.h"
#include "runtime/cli/words.h"
#include "runtime/commands/source.h"

namespace slipway::commands {

// What a verb is given.
struct Given {
  cli::Words words;
  // Of a verb with a pipeline: the config as far as it had to be read for the words to be
  // understood; else null.
  std::unique_ptr<Source> source = {};
};

struct Command {
  const char* name;      // "gc"
  const char* synopsis;  // what follows its name: "[OPTIONS] [ID...]"
  const char* summary;   // for the overview, half a line
  const char* about;     // for its own help: paragraphs, with an example
  std::span<const cli::Option> options;
  Result<cli::Report> (*execute)(Given given);
  bool runs_command = false;  // the first word that is no option begins the command to run
  bool has_pipeline = false;  // it also takes the short options that the stages of --config offer
  bool config_first = false;  // the first word that is no option is the value of --config
  int failure_status = cli::kRuntimeFailed;  // of an error that has no status of its own
};

// In the order of the overview.
std::span<const Command* const> AllCommands();

// Their names.
std::vector<std::string_view> CommandNames();

// nullptr: there is no such verb.
const Command* FindCommand(std::string_view name);

// Executes the verb that the words of the command line mean. Behind --config every word that is no
// option is the command's, whatever verbs there are; without it the first one is a verb.
// words: without the program's own name.
cli::Report Execute(const std::vector<std::string>& words);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_COMMAND_H_
