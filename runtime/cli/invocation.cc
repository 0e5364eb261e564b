#include "runtime/cli/invocation.h"

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "runtime/text/nearest.h"

namespace slipway::cli {
namespace {

namespace po = boost::program_options;

constexpr uint32_t kMaxTimeout = 86400;  // a day, in seconds

constexpr std::array kVerbs = {
    std::pair{"check", Verb::kCheck},
    std::pair{"stages", Verb::kStages},
    std::pair{"describe", Verb::kDescribe},
    std::pair{"list", Verb::kList},
    std::pair{"gc", Verb::kGc},
};

constexpr char kHelp[] =
    R"(Runs a command in a container that stages build: one line of YAML for each.

  runtime --config ubuntu.yaml /bin/bash

Usage:
  runtime [OPTIONS] [--] COMMAND [ARG...]   run COMMAND (or the config's process.args)
  runtime check FILE                        check a config; nothing is started or changed
  runtime stages [--plugin-dir DIR]         list the stages that there are
  runtime describe STAGE [--markdown]       what a stage does, and its options
  runtime list [--format table|json]        list the containers that there are
  runtime gc [--dry-run] [ID...]            undo what dead containers left behind

Options:
  --config FILE              the pipeline; a path, or a name that is looked for in
                             ~/.config/slipway, /etc/slipway and the installed configs
  --set STAGE.OPTION=VALUE   override an option of the config; VALUE is YAML
  --name ID                  the container's id; made up if absent
  --plugin-dir DIR           look for stages here first; may be given again
  --root DIR                 keep the state of containers here; /run/slipway for root, else
                             slipway below $XDG_RUNTIME_DIR, else /tmp/slipway-UID
  --hook-timeout SECONDS     how long one hook of a stage may take (30); 0: for ever
  --outlive-runtime          let the container live on when this runtime is killed; without
                             it the container dies with it
  --stats FILE               write what the container used to FILE, as JSON
  --help, --version

Exit status: the command's own; 128+N when signal N ended it; 125 when the runtime
itself fails, 126 when the command cannot be executed, 127 when it is not found.
)";

constexpr unsigned Bit(Verb verb) { return 1U << static_cast<unsigned>(verb); }

constexpr unsigned kRun = Bit(Verb::kRun), kCheck = Bit(Verb::kCheck), kGc = Bit(Verb::kGc),
                   kList = Bit(Verb::kList), kDescribe = Bit(Verb::kDescribe), kAll = ~0U;

struct Option {
  enum class Kind { kFlag, kText, kTexts };

  const char* name;
  Kind kind;
  unsigned verbs;  // the others refuse it: it would be without effect
};

constexpr Option kOptions[] = {
    {"help", Option::Kind::kFlag, kAll},
    {"version", Option::Kind::kFlag, kAll},
    {"plugin-dir", Option::Kind::kTexts, kAll},
    {"config", Option::Kind::kText, kRun | kCheck},
    {"set", Option::Kind::kTexts, kRun | kCheck},
    {"name", Option::Kind::kText, kRun},
    {"stats", Option::Kind::kText, kRun},
    {"outlive-runtime", Option::Kind::kFlag, kRun},
    {"root", Option::Kind::kText, kRun | kList | kGc},
    {"hook-timeout", Option::Kind::kText, kRun | kCheck | kGc},
    {"format", Option::Kind::kText, kList},
    {"dry-run", Option::Kind::kFlag, kGc},
    {"records", Option::Kind::kText, kGc},
    {"markdown", Option::Kind::kFlag, kDescribe},
};

// The option of the verb that a word such as "--config" or "--config=FILE" gives; nullptr when
// there is none.
const Option* FindOption(Verb verb, std::string_view word) {
  if (!word.starts_with("--")) return nullptr;
  const std::string_view name = word.substr(2, word.find('=') - 2);
  for (const Option& option : kOptions) {
    if (option.name == name && (option.verbs & Bit(verb)) != 0) return &option;
  }
  return nullptr;
}

void Describe(const Option& option, po::options_description& options) {
  const po::value_semantic* value = nullptr;
  switch (option.kind) {
    case Option::Kind::kFlag:
      value = po::bool_switch();
      break;
    case Option::Kind::kText:
      value = po::value<std::string>();
      break;
    case Option::Kind::kTexts:
      value = po::value<std::vector<std::string>>()->composing();
      break;
  }
  options.add_options()(option.name, value);
}

// Each option that the words give, once: to describe them all would cost more than to parse.
po::options_description Given(Verb verb, const std::vector<std::string>& words) {
  po::options_description options;
  for (const std::string& word : words) {
    const Option* option = FindOption(verb, word);
    if (option && !options.find_nothrow(option->name, /*approx=*/false)) Describe(*option, options);
  }
  return options;
}

Error NeedsValue(const std::string& option) {
  return Error("needs a value", option, "see runtime --help");
}

struct Words {
  std::vector<std::string> options;  // with their values
  std::vector<std::string> rest;
  bool separator = false;  // there was a `--`
};

// Tells options from other words. A command to run ends the options: what follows is its own, and
// Boost would look for our options in it.
Result<Words> Split(Verb verb, const std::vector<std::string>& words) {
  Words split;
  auto word = words.begin();
  for (; word != words.end(); ++word) {
    split.separator = *word == "--";
    if (split.separator) break;
    const bool is_option = word->size() > 1 && word->front() == '-';
    if (!is_option && verb == Verb::kRun) break;
    (is_option ? split.options : split.rest).push_back(*word);
    const Option* option = FindOption(verb, *word);
    if (!option || option->kind == Option::Kind::kFlag || word->find('=') != word->npos) continue;
    // A value that looks like an option is a forgotten value; --config=--odd says it is meant.
    if (word + 1 == words.end() || (word + 1)->starts_with("--")) return NeedsValue(*word);
    split.options.push_back(*++word);
  }
  if (split.separator) ++word;
  split.rest.insert(split.rest.end(), word, words.end());
  return split;
}

Error UnknownOption(Verb verb, const std::string& given) {
  std::vector<std::string> names;
  for (const Option& option : kOptions) {
    if ((option.verbs & Bit(verb)) != 0) names.push_back(std::string("--") + option.name);
  }
  const std::string hint = text::NearestHint(given, {names.begin(), names.end()}, {});
  return Error("unknown option", given, hint + "; see runtime --help");
}

Result<po::variables_map> ParseOptions(Verb verb, const std::vector<std::string>& words) {
  namespace style = po::command_line_style;
  po::variables_map values;
  if (words.empty()) return values;
  const po::options_description options = Given(verb, words);
  try {
    po::store(po::command_line_parser(words)
                  .options(options)
                  .style(style::unix_style & ~style::allow_guessing & ~style::allow_short)
                  .positional(po::positional_options_description())
                  .run(),
              values);
  } catch (const po::unknown_option& error) {
    return UnknownOption(verb, error.get_option_name());
  } catch (const po::too_many_positional_options_error&) {
    return UnknownOption(verb, words.back());
  } catch (const po::invalid_command_line_syntax& error) {
    const bool extra = error.kind() == po::invalid_command_line_syntax::extra_parameter ||
                       error.kind() == po::invalid_command_line_syntax::long_adjacent_not_allowed;
    if (!extra) return NeedsValue(error.get_option_name());
    return Error("takes no value", error.get_option_name(), "see runtime --help");
  } catch (const po::multiple_occurrences& error) {
    return Error("given twice", error.get_option_name(), "once is enough");
  } catch (const po::error_with_option_name& error) {
    return NeedsValue(error.get_option_name());
  } catch (const po::error& error) {
    return Error("command line", {}, error.what());
  }
  return values;
}

template <typename T>
T ValueOf(const po::variables_map& values, const char* name) {
  return values.count(name) ? values[name].as<T>() : T{};
}

// Leaves `number` as it is when the option is absent.
template <typename T>
Status TakeNumber(const po::variables_map& values, const std::string& name, T maximum,
                  const std::string& what, T& number) {
  if (!values.count(name)) return Ok();
  const std::string text = values[name].as<std::string>();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number <= maximum) return Ok();
  return Error("not a number", text,
               "--" + name + " takes " + what + " from 0 to " + std::to_string(maximum));
}

Status TakeNumbers(const po::variables_map& values, Invocation& invocation) {
  auto seconds = static_cast<uint32_t>(invocation.hook_timeout.count());
  RETURN_IF_ERROR(TakeNumber(values, "hook-timeout", kMaxTimeout, "seconds", seconds));
  invocation.hook_timeout = std::chrono::seconds(seconds);
  if (!values.count("records")) return Ok();
  uint32_t records = 0;
  constexpr uint32_t kMaxRecords = std::numeric_limits<uint32_t>::max();
  RETURN_IF_ERROR(TakeNumber(values, "records", kMaxRecords, "a count", records));
  invocation.records = records;
  return Ok();
}

Status TakeRoot(const po::variables_map& values, Invocation& invocation) {
  if (!values.count("root")) return Ok();
  invocation.root = values["root"].as<std::string>();
  // `--root "$DIR"` with a variable that is not set must not mean the default.
  if (invocation.root.empty()) return NeedsValue("--root");
  return Ok();
}

Status TakeFormat(const po::variables_map& values, Invocation& invocation) {
  const std::string format = ValueOf<std::string>(values, "format");
  if (!values.count("format") || format == "table") return Ok();
  if (format != "json") return Error("unknown format", format, "--format takes table or json");
  invocation.format = Format::kJson;
  return Ok();
}

Status CheckWords(Invocation& invocation, std::vector<std::string> rest, bool separator) {
  if (invocation.verb == Verb::kRun) {
    invocation.command = std::move(rest);
    if (separator && invocation.command.empty()) {
      return Error("no command after", "--", "see runtime --help");
    }
    return Ok();
  }
  if (invocation.verb == Verb::kDescribe) {
    if (rest.empty()) return Error("which stage?", {}, "runtime describe STAGE");
    invocation.stage = rest.front();
    rest.erase(rest.begin());
  }
  if (invocation.verb == Verb::kGc) {
    invocation.ids = std::move(rest);
    return Ok();
  }
  if (invocation.verb == Verb::kCheck && invocation.config.empty() && !rest.empty()) {
    invocation.config = rest.front();
    rest.erase(rest.begin());
  }
  if (rest.empty()) return Ok();
  return Error("a word too many", rest.front(), "see runtime --help");
}

}  // namespace

Result<Invocation> Parse(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Invocation invocation;
  // A verb stands first, or it is the name of a command to run.
  for (const auto& [name, verb] : kVerbs) {
    if (words.empty() || words.front() != name) continue;
    invocation.verb = verb;
    words.erase(words.begin());
    break;
  }
  ASSIGN_OR_RETURN(Words split, Split(invocation.verb, words));
  ASSIGN_OR_RETURN(const po::variables_map values, ParseOptions(invocation.verb, split.options));
  invocation.config = ValueOf<std::string>(values, "config");
  invocation.overrides = ValueOf<std::vector<std::string>>(values, "set");
  invocation.plugin_dirs = ValueOf<std::vector<std::string>>(values, "plugin-dir");
  if (values.count("name")) invocation.name = values["name"].as<std::string>();
  invocation.stats = ValueOf<std::string>(values, "stats");
  invocation.markdown = ValueOf<bool>(values, "markdown");
  invocation.outlive_runtime = ValueOf<bool>(values, "outlive-runtime");
  invocation.dry_run = ValueOf<bool>(values, "dry-run");
  RETURN_IF_ERROR(TakeNumbers(values, invocation));
  RETURN_IF_ERROR(TakeRoot(values, invocation));
  RETURN_IF_ERROR(TakeFormat(values, invocation));

  if (ValueOf<bool>(values, "help")) invocation.verb = Verb::kHelp;
  if (ValueOf<bool>(values, "version")) invocation.verb = Verb::kVersion;
  if (invocation.verb == Verb::kHelp || invocation.verb == Verb::kVersion) return invocation;

  RETURN_IF_ERROR(CheckWords(invocation, std::move(split.rest), split.separator));
  return invocation;
}

std::string HelpText() { return kHelp; }

}  // namespace slipway::cli
