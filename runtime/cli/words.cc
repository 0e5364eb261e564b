#include "runtime/cli/words.h"

#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <utility>

#include "runtime/text/nearest.h"

namespace slipway::cli {
namespace {

namespace po = boost::program_options;
namespace style = po::command_line_style;

// No guessing: what `--conf` means would change with each new option.
constexpr int kStyle = style::allow_long | style::allow_short | style::allow_dash_for_short |
                       style::long_allow_next | style::long_allow_adjacent |
                       style::short_allow_next | style::short_allow_adjacent;

constexpr size_t kRecognisable = 3;  // letters of a name that was cut short

bool IsLong(std::string_view word) { return word.starts_with("--"); }

// "--config" of "--config=FILE", "-e" of "-eNAME".
std::string_view NameIn(std::string_view word) {
  return IsLong(word) ? word.substr(0, word.find('=')) : word.substr(0, 2);
}

Error NeedsValue(const Option& option, std::string_view word) {
  return Error(std::string(NameIn(word)) + " needs a value", {},
               "write " + std::string(NameIn(word)) + " " + option.value);
}

// The options with their values, and what else there is.
struct Split {
  std::vector<std::string> options;
  po::options_description given;
  std::vector<std::string> rest;
  bool separator = false;
};

void DescribeTo(po::options_description& given, const Option& option) {
  if (given.find_nothrow(option.name, /*approx=*/false) != nullptr) return;
  const bool flag = option.kind == Option::Kind::kFlag;
  std::string names = option.name;
  if (option.letter != 0) names.append(",").append(1, option.letter);
  given.add_options()(names.c_str(), new po::untyped_value(/*zero_tokens=*/flag));
}

// A command ends the options, and Boost would look for ours among its own: so they part before.
Result<Split> Part(std::span<const Option> options, const std::vector<std::string>& words,
                   bool until_command, const std::string& see_help) {
  Split split;
  auto word = words.begin();
  for (; word != words.end(); ++word) {
    split.separator = *word == "--";
    if (split.separator) break;
    if (!LooksLikeOption(*word)) {
      if (until_command) break;
      split.rest.push_back(*word);
      continue;
    }
    const Option* option = FindOption(options, *word);
    if (option == nullptr) return UnknownOption(options, *word, see_help);
    DescribeTo(split.given, *option);
    if (option->kind != Option::Kind::kFlag && IsLong(*word) &&
        word->find('=') + 1 == word->size()) {
      // Boost takes an empty value only as a word of its own.
      split.options.insert(split.options.end(), {std::string(NameIn(*word)), ""});
      continue;
    }
    split.options.push_back(*word);
    if (!TakesNextWord(*option, *word)) continue;
    // A value that looks like an option is a forgotten value; --config=--odd says it is meant.
    if (word + 1 == words.end() || IsLong(*(word + 1))) return NeedsValue(*option, *word);
    split.options.push_back(*++word);
  }
  if (split.separator) ++word;
  split.rest.insert(split.rest.end(), word, words.end());
  return split;
}

// What Boost has to say; the option it means is the one of the name.
Error FromBoost(std::span<const Option> options, const po::error_with_option_name& error) {
  const std::string name = error.get_option_name();
  const Option* option = FindOption(options, name);
  if (option == nullptr) return Error("command line", {}, error.what());
  if (option->kind == Option::Kind::kFlag) return Error(name + " takes no value");
  return NeedsValue(*option, name);
}

Status Take(std::span<const Option> options, const po::option& parsed, Words& words) {
  const Option* option = FindOption(options, "--" + parsed.string_key);
  if (option == nullptr) return Error("unknown option", parsed.string_key);
  if (words.Has(option->name) && option->kind == Option::Kind::kText) {
    return Error("--" + parsed.string_key + " was given twice", {}, "give it once");
  }
  auto& values = words.options[option->name];
  values.insert(values.end(), parsed.value.begin(), parsed.value.end());
  return Ok();
}

}  // namespace

bool LooksLikeOption(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && word != "--";
}

const Option* FindOption(std::span<const Option> options, std::string_view word) {
  const std::string_view name = NameIn(word);
  for (const Option& option : options) {
    const bool found = IsLong(word) ? name.substr(2) == option.name
                                    : option.letter != 0 && name.back() == option.letter;
    if (found) return &option;
  }
  return nullptr;
}

bool TakesNextWord(const Option& option, std::string_view word) {
  return option.kind != Option::Kind::kFlag && NameIn(word) == word;
}

std::string Words::Text(std::string_view name) const {
  const auto given = options.find(name);
  return given == options.end() ? std::string() : given->second.front();
}

std::vector<std::string> Words::Texts(std::string_view name) const {
  const auto given = options.find(name);
  return given == options.end() ? std::vector<std::string>() : given->second;
}

Result<std::optional<uint32_t>> Words::Number(std::string_view name, uint32_t minimum,
                                              uint32_t maximum) const {
  if (!Has(name)) return std::optional<uint32_t>();
  const std::string text = Text(name);
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = error == std::errc() && number >= minimum && number <= maximum;
  if (fits && end == text.data() + text.size()) return std::optional(number);
  const bool whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return Error("--" + std::string(name) + ": " + (whole ? "out of range" : "not a whole number"),
               text,
               "write one from " + std::to_string(minimum) + " to " + std::to_string(maximum));
}

Error UnknownOption(std::span<const Option> options, std::string_view given,
                    const std::string& see_help) {
  const std::string_view name = NameIn(given);
  std::vector<std::string_view> names;
  for (const Option& option : options) names.emplace_back(option.name);
  std::string_view nearest;
  if (IsLong(name)) {  // one letter is like every other
    const std::string_view written = name.substr(2);
    const auto longer = std::find_if(names.begin(), names.end(), [written](std::string_view known) {
      return written.size() >= kRecognisable && known.starts_with(written);
    });
    nearest = longer != names.end() ? *longer : text::Nearest(written, names);
  }
  std::string hint;
  if (!nearest.empty()) hint = "did you mean --" + std::string(nearest) + "? ";
  return Error("unknown option", name, hint + (hint.empty() ? "see " : "See ") + see_help);
}

Result<Words> SplitWords(std::span<const Option> options, const std::vector<std::string>& words,
                         bool until_command, const std::string& see_help) {
  ASSIGN_OR_RETURN(Split split, Part(options, words, until_command, see_help));
  Words result;
  result.rest = std::move(split.rest);
  result.separator = split.separator;
  if (split.options.empty()) return result;
  try {
    const auto parsed =
        po::basic_command_line_parser<char>(split.options).options(split.given).style(kStyle).run();
    for (const po::option& option : parsed.options) {
      RETURN_IF_ERROR(Take(options, option, result));
    }
  } catch (const po::error_with_option_name& error) {
    return FromBoost(options, error);
  } catch (const po::error& error) {
    return Error("command line", {}, error.what());
  }
  return result;
}

}  // namespace slipway::cli
