#include "runtime/cli/words.h"

#include <getopt.h>

#include "runtime/text/nearest.h"

namespace slipway::cli {
namespace {

constexpr const char* kSeeHelp = "see runtime --help";
// What getopt_long(3) returns.
constexpr int kEnd = -1;
constexpr int kOtherWord = 1;
constexpr int kMissingValue = ':';
constexpr int kWrong = '?';
constexpr int kFirstOption = 256;  // beyond every character

Error UnknownOption(const std::vector<Option>& options, std::string_view given) {
  std::vector<std::string> names;
  for (const Option& option : options) names.push_back(std::string("--") + option.name);
  const std::string hint = text::NearestHint(std::string(given), {names.begin(), names.end()}, {});
  return Error("unknown option", given, hint + "; " + kSeeHelp);
}

std::vector<option> TableOf(const std::vector<Option>& options) {
  std::vector<option> table;
  table.reserve(options.size() + 1);
  for (const Option& known : options) {
    const int has_value = known.kind == Option::Kind::kFlag ? no_argument : required_argument;
    const int code = kFirstOption + static_cast<int>(table.size());
    table.push_back({known.name, has_value, nullptr, code});
  }
  table.push_back({nullptr, 0, nullptr, 0});
  return table;
}

class Splitter {
 public:
  Splitter(const std::vector<Option>& options, const std::vector<std::string>& words)
      : options_(options), table_(TableOf(options)) {
    arguments_.reserve(words.size() + 2);
    static char program[] = "runtime";
    arguments_.push_back(program);
    for (const std::string& word : words) arguments_.push_back(const_cast<char*>(word.c_str()));
    arguments_.push_back(nullptr);
  }

  Result<Words> Run(bool until_command) {
    optind = 0;  // begin anew
    opterr = 0;  // print nothing
    const char* mode = until_command ? "+:" : "-:";
    const int count = static_cast<int>(arguments_.size()) - 1;
    int code = 0;
    while ((code = getopt_long(count, arguments_.data(), mode, table_.data(), nullptr)) != kEnd) {
      RETURN_IF_ERROR(Take(code));
    }
    words_.separator = optind > 1 && arguments_[Index(optind) - 1] == std::string_view("--");
    for (size_t i = Index(optind); arguments_[i] != nullptr; ++i) {
      words_.rest.emplace_back(arguments_[i]);
    }
    return std::move(words_);
  }

 private:
  static size_t Index(int position) { return static_cast<size_t>(position); }

  Status Take(int code) {
    const char* last = arguments_[Index(optind) - 1];
    if (code == kOtherWord) {
      words_.rest.emplace_back(optarg);
      return Ok();
    }
    if (code == kMissingValue) return NeedsValue(last);
    if (code == kWrong) return Wrong(last);
    const Option& option = options_[Index(code - kFirstOption)];
    const bool own_word = optarg != nullptr && optarg == last;
    const std::string_view word = own_word ? arguments_[Index(optind) - 2] : last;
    const std::string dashed = std::string("--") + option.name;
    // getopt_long(3) takes the beginning of a name for the name, if no other begins so.
    if (word.substr(0, word.find('=')) != dashed) return UnknownOption(options_, word);
    // A value that looks like an option is a forgotten value; --config=--odd says it is meant.
    if (own_word && std::string_view(optarg).starts_with("--")) return NeedsValue(dashed);
    const bool again = words_.Has(option.name);
    if (again && option.kind == Option::Kind::kText) {
      return Error("given twice", dashed, "once is enough");
    }
    auto& values = words_.options[option.name];
    if (optarg != nullptr) values.emplace_back(optarg);
    return Ok();
  }

  Error Wrong(std::string_view word) const {
    const std::string_view name = word.substr(0, word.find('='));
    if (optopt >= kFirstOption) return Error("takes no value", name, kSeeHelp);
    if (optopt == 0) return UnknownOption(options_, name);
    // One letter, and optind need not be past the word yet.
    return UnknownOption(options_, std::string("-") + static_cast<char>(optopt));
  }

  const std::vector<Option>& options_;
  const std::vector<option> table_;
  std::vector<char*> arguments_;
  Words words_;
};

}  // namespace

std::string Words::Text(std::string_view name) const {
  const auto given = options.find(name);
  return given == options.end() ? std::string() : given->second.front();
}

std::vector<std::string> Words::Texts(std::string_view name) const {
  const auto given = options.find(name);
  return given == options.end() ? std::vector<std::string>() : given->second;
}

Result<Words> SplitWords(const std::vector<Option>& options, const std::vector<std::string>& words,
                         bool until_command) {
  return Splitter(options, words).Run(until_command);
}

Error NeedsValue(std::string_view option) { return Error("needs a value", option, kSeeHelp); }

}  // namespace slipway::cli
