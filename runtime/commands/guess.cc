#include "runtime/commands/guess.h"

#include <algorithm>
#include <utility>

#include "runtime/commands/command.h"
#include "runtime/commands/source.h"
#include "runtime/state/contents.h"
#include "runtime/text/nearest.h"

namespace slipway::commands {
namespace {

// Of other runtimes, for what this one has no verb for yet.
constexpr std::string_view kVerbsOfPeers[] = {
    "attach", "build", "checkpoint", "commit",  "cp", "events", "images", "inspect",
    "pull",   "push",  "restart",    "restore", "rm", "spec",   "state",  "top"};
// Of a shorter word most other words of its length are near.
constexpr size_t kShortestGuess = 3;

constexpr std::pair<std::string_view, std::string_view> kOptionsOfPeers[] = {
    {"--volume", "--bind SOURCE:TARGET[:ro]"},
    {"--mount", "--bind SOURCE:TARGET[:ro]"},
    {"--ro-bind", "--bind SOURCE:TARGET:ro"},
    {"--bind-try", "--bind SOURCE:TARGET:optional"},
    {"--chdir", "-w DIR"},
    {"--cwd", "-w DIR"},
    {"--setenv", "-e NAME=VALUE"},
    {"-m", "--memory SIZE"},
    {"--pids-limit", "--pids NUMBER"},
    {"--pidfile", "--pid-file FILE"},
    {"--cidfile", "--info-fd N"},
    {"--die-with-parent", "--die-with-caller"},
    {"--preserve-fds", "--keep-fd N"},
    {"--init", "--set pid.init=true"},
};

std::string Line(std::string line, const std::vector<std::string>& words, size_t begin) {
  for (size_t i = begin; i < words.size(); ++i) line += " " + state::ShellWord(words[i]);
  return line;
}

}  // namespace

Error NoSuchVerb(const std::vector<std::string>& words, size_t index) {
  const std::string& word = words[index];
  const bool is_file = word.ends_with(".yaml") || word.ends_with(".yml");
  if (is_file || Source::IsNameOfConfig(word)) {
    return Error("no such verb", word,
                 "to run a command in the container of this config: " +
                     Line("runtime --config", words, index));
  }
  const std::string_view nearest =
      word.size() < kShortestGuess ? std::string_view() : text::Nearest(word, CommandNames());
  std::string hint;
  if (!nearest.empty()) hint = "did you mean \"runtime " + std::string(nearest) + "\"? ";
  const auto* const end = std::end(kVerbsOfPeers);
  if (word.empty() || std::find(std::begin(kVerbsOfPeers), end, word) != end) {
    return Error("no such verb", word, hint + "runtime help lists those that there are");
  }
  hint += (hint.empty() ? "to" : "To") + std::string(" run it in a container: ") +
          Line("runtime --config host.yaml", words, index);
  return Error("no such verb", word, hint + "; runtime help lists the verbs");
}

std::string_view OptionForPeers(std::string_view option) {
  for (const auto& [theirs, ours] : kOptionsOfPeers) {
    if (theirs == option) return ours;
  }
  return {};
}

}  // namespace slipway::commands
