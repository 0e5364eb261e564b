// The words of a command line, told apart: options with their values, and the others. By
// Boost.Program_options, which only this room and runtime/commands know.
//
// A verb's options stand in a constant table; of these only the ones that are given are described
// to Boost, because describing costs more than parsing. Values stay the texts that they are.

#ifndef SLIPWAY_RUNTIME_CLI_WORDS_H_
#define SLIPWAY_RUNTIME_CLI_WORDS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::cli {

struct Option {
  enum class Kind {
    kFlag,
    kText,   // has a value; may be given once
    kTexts,  // has a value; may be given again
  };

  const char* name;  // without the dashes
  Kind kind;
  const char* value = "";  // what stands for the value in the help: "FILE"
  const char* help = "";   // what it does, in a line or more; none: no help shows the option
  char letter = 0;         // 'e' for -e
};

// Looks a word such as "--config", "--config=FILE" or "-eNAME" up; nullptr when no option is meant.
const Option* FindOption(std::span<const Option> options, std::string_view word);

// Is it an option's word, known or not? "-" and "--" are none.
bool LooksLikeOption(std::string_view word);

// Is the value of this option in the word behind it?
bool TakesNextWord(const Option& option, std::string_view word);

struct Words {
  // Of each option that was given, by its name: its values, in order; empty for a flag.
  std::map<std::string_view, std::vector<std::string>> options;
  std::vector<std::string> rest;
  bool separator = false;  // a `--` ended the options

  bool Has(std::string_view name) const { return options.contains(name); }
  // Of a kText option; empty if it is absent.
  std::string Text(std::string_view name) const;
  std::vector<std::string> Texts(std::string_view name) const;
  // A whole number from `minimum` to `maximum`; nullopt when the option is absent.
  Result<std::optional<uint32_t>> Number(std::string_view name, uint32_t minimum,
                                         uint32_t maximum) const;
};

// words: without the program's name and the verb. until_command: the first word that is no option
// ends them, as `--` always does; else options may stand behind other words too. Fails on an
// unknown option, a missing value, a value of a flag, and on the second one of what may be given
// once. see_help: the command that lists the options, for the hint.
Result<Words> SplitWords(std::span<const Option> options, const std::vector<std::string>& words,
                         bool until_command, const std::string& see_help);

// What to say of a word that looks like an option and is none.
Error UnknownOption(std::span<const Option> options, std::string_view given,
                    const std::string& see_help);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_WORDS_H_
