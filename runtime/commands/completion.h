// What may stand next on a command line that is being typed. It is asked for at each press of a
// key, of lines that nobody has decided to execute: it changes nothing, waits for nothing, tells of
// no error, and loads no plugin but the runtime's own.

#ifndef SLIPWAY_RUNTIME_COMMANDS_COMPLETION_H_
#define SLIPWAY_RUNTIME_COMMANDS_COMPLETION_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/words.h"
#include "runtime/sdk/abi.h"

namespace slipway::commands {

struct Candidate {
  std::string word;     // all of it; one that ends in '=', '.' or '/' goes on
  std::string meaning;  // half a line, or nothing
};

struct Completion {
  bool files = false;  // a file of the caller's may stand here: the shell knows those
  std::vector<Candidate> candidates;

  // Unless it is there already.
  void Add(std::string word, std::string meaning = {});
};

// words: behind the program's name; the last one is being typed, and may be empty.
Completion Complete(const std::vector<std::string>& words);

// Parts of it, in completion_values.cc, which add candidates whether they fit to what is typed or
// not. prefix: what of the word stands in front of the value, such as "--config=".

using Stages = std::vector<const slipway_stage*>;

// Configs that are found by name, and those of the current folder.
void AddConfigs(Completion& completion, const std::string& prefix, const std::string& value);

// STAGE. first, as there are many options; then STAGE.OPTION=, and the values that are known.
// changeable: only what can change while a container runs.
void AddSettings(Completion& completion, const Stages& stages, bool changeable,
                 const std::string& prefix, const std::string& value);

// Values of a stage's option, as far as they can be known.
void AddValuesOf(Completion& completion, const slipway_option& option, const std::string& prefix);

// words: with kRoot.
void AddIds(Completion& completion, const cli::Words& words);

// words: with kPluginDir, where stages are looked for by name and not loaded.
void AddStages(Completion& completion, const cli::Words& words, const std::string& value);

void AddSignals(Completion& completion, const std::string& prefix);

}  // namespace slipway::commands

#endif  // SLIPWAY_RUNTIME_COMMANDS_COMPLETION_H_
