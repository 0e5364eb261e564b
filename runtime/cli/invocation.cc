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

// The options of one verb; one that would be without effect is not among them.
po::options_description OptionsOf(Verb verb) {
  using Strings = std::vector<std::string>;
  po::options_description options;
  options.add_options()("help", po::bool_switch())("version", po::bool_switch())(
      "plugin-dir", po::value<Strings>()->composing());
  if (verb == Verb::kRun || verb == Verb::kCheck) {
    options.add_options()("config", po::value<std::string>())("set",
                                                              po::value<Strings>()->composing());
  }
  if (verb == Verb::kRun) {
    options.add_options()("name", po::value<std::string>())("stats", po::value<std::string>())(
        "outlive-runtime", po::bool_switch());
  }
  if (verb == Verb::kRun || verb == Verb::kList || verb == Verb::kGc) {
    options.add_options()("root", po::value<std::string>());
  }
  if (verb == Verb::kRun || verb == Verb::kCheck || verb == Verb::kGc) {
    options.add_options()("hook-timeout", po::value<std::string>());
  }
  if (verb == Verb::kList) options.add_options()("format", po::value<std::string>());
  if (verb == Verb::kGc) {
    options.add_options()("dry-run", po::bool_switch())("records", po::value<std::string>());
  }
  if (verb == Verb::kDescribe) options.add_options()("markdown", po::bool_switch());
  return options;
}

bool TakesValue(const po::options_description& options, std::string_view word) {
  const auto* option = options.find_nothrow(std::string(word.substr(2)), /*approx=*/false);
  return option && option->semantic()->max_tokens() > 0;
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
Result<Words> Split(const po::options_description& options, std::vector<std::string> words,
                    bool run) {
  Words split;
  auto word = words.begin();
  for (; word != words.end(); ++word) {
    split.separator = *word == "--";
    if (split.separator) break;
    const bool is_option = word->size() > 1 && word->front() == '-';
    if (!is_option && run) break;
    (is_option ? split.options : split.rest).push_back(*word);
    if (!word->starts_with("--") || !TakesValue(options, *word)) continue;
    // A value that looks like an option is a forgotten value; --config=--odd says it is meant.
    if (word + 1 == words.end() || (word + 1)->starts_with("--")) return NeedsValue(*word);
    split.options.push_back(*++word);
  }
  if (split.separator) ++word;
  split.rest.insert(split.rest.end(), word, words.end());
  return split;
}

Error UnknownOption(const po::options_description& options, const std::string& given) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  const std::string hint = text::NearestHint(given, {names.begin(), names.end()}, {});
  return Error("unknown option", given, hint + "; see runtime --help");
}

Result<po::variables_map> ParseOptions(const po::options_description& options,
                                       const std::vector<std::string>& words) {
  namespace style = po::command_line_style;
  po::variables_map values;
  try {
    po::store(po::command_line_parser(words)
                  .options(options)
                  .style(style::unix_style & ~style::allow_guessing & ~style::allow_short)
                  .positional(po::positional_options_description())
                  .run(),
              values);
  } catch (const po::unknown_option& error) {
    return UnknownOption(options, error.get_option_name());
  } catch (const po::too_many_positional_options_error&) {
    return UnknownOption(options, words.back());
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
  const po::options_description options = OptionsOf(invocation.verb);
  ASSIGN_OR_RETURN(Words split, Split(options, std::move(words), invocation.verb == Verb::kRun));
  ASSIGN_OR_RETURN(const po::variables_map values, ParseOptions(options, split.options));
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
