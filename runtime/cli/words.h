// The words of a command line, told apart: options with their values, and the others. By
// getopt_long(3), because what knows more of the matter (Boost.Program_options) brings the streams
// and locales of C++ along, whose initialisation each start would pay for.

#ifndef SLIPWAY_RUNTIME_CLI_WORDS_H_
#define SLIPWAY_RUNTIME_CLI_WORDS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::cli {

struct Option {
  enum class Kind { kFlag, kText, kTexts };

  const char* name;  // without the dashes
  Kind kind;
};

struct Words {
  // Of each option that was given, by its name: its values, in order; empty for a flag.
  std::map<std::string_view, std::vector<std::string>> options;
  std::vector<std::string> rest;
  bool separator = false;  // a `--` ended the options

  bool Has(std::string_view name) const { return options.contains(name); }
  // Of a kText option; empty if it is absent.
  std::string Text(std::string_view name) const;
  std::vector<std::string> Texts(std::string_view name) const;
};

// words: without the program's name. until_command: the first word that is no option ends them, as
// `--` always does; else options may stand behind other words too. Fails on an unknown option, a
// missing value, a value of a flag, and on the second one of what may be given once.
Result<Words> SplitWords(const std::vector<Option>& options, const std::vector<std::string>& words,
                         bool until_command);

// What to say of an option that lacks its value.
Error NeedsValue(std::string_view option);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_WORDS_H_
