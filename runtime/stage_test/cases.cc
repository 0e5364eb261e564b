#include "runtime/stage_test/cases.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "runtime/config/number.h"
#include "runtime/config/shape.h"
#include "runtime/config/stages.h"
#include "runtime/config/yaml.h"
#include "runtime/stage_test/needs.h"
#include "runtime/text/nearest.h"

namespace slipway::stage_test {
namespace {

using config::ExpectKeys;
using config::ExpectList;
using config::ExpectMap;
using config::ExpectScalar;
using config::Mistakes;
using config::Node;
using config::Place;
using config::Source;
using Names = std::vector<std::string_view>;

constexpr std::string_view kOwnPrefix = "x-";
constexpr std::string_view kWantedUser = "root, or the number of a user";
constexpr std::string_view kWantedMatch = "a text, or {contains: TEXT}, or {regex: EXPRESSION}";

const Names& FileKeys() {
  static const Names keys = {"version", "cases"};
  return keys;
}

const Names& CaseKeys() {
  static const Names keys = {"name", "stages", "command", "options", "stdin", "env",
                             "as",   "needs",  "root",    "timeout", "expect"};
  return keys;
}

const Names& ExpectKeysOf() {
  static const Names keys = {"stdout", "stderr", "error", "status"};
  return keys;
}

// A whole number from 0 on; nullopt: none, or a larger one.
std::optional<long> NumberOf(const std::string& text, long maximum) {
  long number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  if (number < 0 || number > maximum) return std::nullopt;
  return number;
}

class Reader {
 public:
  Reader(const Source& source, Mistakes& mistakes) : source_(source), mistakes_(mistakes) {}

  void ReadCase(const Node& node, std::vector<Case>& cases) {
    if (!mistakes_.Take(ExpectMap("cases", node, source_, "a case: name, stages, command, expect")))
      return;
    ExpectKeys("case", node, source_, CaseKeys(), mistakes_);
    Case one;
    ReadName(node, one);
    if (const Node* stages = Required(node, "stages", "it lists the stages, as in a config")) {
      one.stages = *stages;
      config::ReadStages(*stages, source_, mistakes_);
    }
    if (const Node* command = Required(node, "command", "the program and its arguments")) {
      one.command = Texts("command", *command, "a list of texts, such as [probe, hostname]");
      if (command->is_list() && command->items.empty()) {
        Tell("command: an empty list", "", "write the program and its arguments", command->place);
      }
    }
    ReadHowItRuns(node, one);
    if (const Node* expect = node.Find("expect")) ReadExpect(*expect, one.expect);
    cases.push_back(std::move(one));
  }

 private:
  void Tell(std::string_view what, std::string_view subject, std::string_view hint, Place place) {
    mistakes_.Add(Error(what, subject, hint).At(source_.At(place)));
  }

  const Node* Required(const Node& map, const char* key, std::string_view hint) {
    const Node* const node = map.Find(key);
    if (node == nullptr) Tell("missing key", key, hint, map.place);
    return node;
  }

  void ReadName(const Node& map, Case& one) {
    const Node* const node = Required(map, "name", "what the case shows, in a few words");
    if (node == nullptr) return;
    if (!mistakes_.Take(ExpectScalar("name", *node, source_, "a text"))) return;
    one.name = node->text;
    one.where = source_.At(node->place);
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (one.name.empty() || std::any_of(one.name.begin(), one.name.end(), is_control)) {
      Tell("name: not one line of text", one.name, "say in a few words what the case shows",
           node->place);
    } else if (!names_.insert(one.name).second) {
      Tell("two cases have the name", one.name, "give each its own", node->place);
    }
  }

  void ReadHowItRuns(const Node& map, Case& one) {
    if (const Node* node = map.Find("options")) {
      one.options = Texts("options", *node, "a list of options of the runtime's");
    }
    if (const Node* node = map.Find("stdin")) Text("stdin", *node, one.input);
    if (const Node* node = map.Find("env")) ReadEnv(*node, one.env);
    if (const Node* node = map.Find("as")) ReadUser(*node, one.user);
    if (const Node* node = map.Find("needs")) ReadNeeds(*node, one.needs);
    if (const Node* node = map.Find("root")) {
      Text("root", *node, one.root);
      if (node->is_scalar() && node->text.empty()) {
        Tell("root: an empty path", "", "leave it out for the one that is made", node->place);
      }
    }
    if (const Node* node = map.Find("timeout")) ReadTimeout(*node, one.timeout);
  }

  void Text(const std::string& what, const Node& node, std::string& text) {
    if (mistakes_.Take(ExpectScalar(what, node, source_, "a text"))) text = node.text;
  }

  std::vector<std::string> Texts(const std::string& what, const Node& node,
                                 std::string_view wanted) {
    std::vector<std::string> texts;
    if (!mistakes_.Take(ExpectList(what, node, source_, wanted))) return texts;
    for (size_t i = 0; i < node.items.size(); ++i) {
      std::string& text = texts.emplace_back();
      Text(what + "[" + std::to_string(i) + "]", node.items[i], text);
    }
    return texts;
  }

  void ReadEnv(const Node& node, std::map<std::string, std::string>& env) {
    if (!mistakes_.Take(ExpectMap("env", node, source_, "a map of names to texts"))) return;
    for (size_t i = 0; i < node.keys.size(); ++i) {
      const std::string& name = node.keys[i].text;
      if (name.empty() || name.find('=') != std::string::npos) {
        Tell("env: not a name of a variable", name, "it is not empty and holds no '='",
             node.keys[i].place);
      } else {
        Text("env." + name, node.items[i], env[name]);
      }
    }
  }

  void ReadUser(const Node& node, std::optional<uid_t>& user) {
    if (!mistakes_.Take(ExpectScalar("as", node, source_, kWantedUser))) return;
    constexpr long kMost = 0xfffffffe;  // the last one means none
    const std::optional<long> number = node.text == "root" ? 0 : NumberOf(node.text, kMost);
    if (number) {
      user = static_cast<uid_t>(*number);
    } else {
      Tell("as: not a user", node.text, "write " + std::string(kWantedUser), node.place);
    }
  }

  void ReadNeeds(const Node& node, std::vector<std::string>& needs) {
    needs = Texts("needs", node, "a list, such as [root, user-namespaces]");
    for (size_t i = 0; i < needs.size(); ++i) {
      if (!node.items[i].is_scalar() || IsNeed(needs[i])) continue;
      Tell("needs: nothing that this program knows", needs[i],
           text::NearestHint(needs[i], NamesOfNeeds(), ""), node.items[i].place);
    }
  }

  void ReadTimeout(const Node& node, std::chrono::seconds& timeout) {
    constexpr std::string_view kWanted = "a duration of a second to an hour, such as 30s";
    if (!mistakes_.Take(ExpectScalar("timeout", node, source_, kWanted))) return;
    const Result<int64_t> time = config::ParseDuration(node.text);
    const auto seconds = std::chrono::nanoseconds(time.ok() ? *time : 0);
    if (seconds >= std::chrono::seconds(1) && seconds <= std::chrono::hours(1)) {
      timeout = std::chrono::ceil<std::chrono::seconds>(seconds);
    } else {
      Tell("timeout: not such a time", node.text, "write " + std::string(kWanted), node.place);
    }
  }

  void ReadExpect(const Node& node, Expectations& expect) {
    if (!mistakes_.Take(
            ExpectMap("expect", node, source_, "a map of stdout, stderr, error, status")))
      return;
    ExpectKeys("expect", node, source_, ExpectKeysOf(), mistakes_);
    if (const Node* out = node.Find("stdout")) ReadMatch("expect.stdout", *out, expect.out);
    if (const Node* err = node.Find("stderr")) ReadMatch("expect.stderr", *err, expect.err);
    if (const Node* error = node.Find("error")) ReadMatch("expect.error", *error, expect.error);
    constexpr int kRuntimeFailed = 125;
    if (expect.error) expect.status = kRuntimeFailed;
    const Node* const status = node.Find("status");
    constexpr std::string_view kWanted = "a number from 0 to 255";
    if (status == nullptr ||
        !mistakes_.Take(ExpectScalar("expect.status", *status, source_, kWanted)))
      return;
    if (const std::optional<long> number = NumberOf(status->text, 255)) {
      expect.status = static_cast<int>(*number);
    } else {
      Tell("expect.status: not an exit status", status->text, "write " + std::string(kWanted),
           status->place);
    }
  }

  void ReadMatch(const std::string& what, const Node& node, std::optional<Match>& match) {
    Match found;
    if (node.is_scalar()) {
      found.texts = {node.text};
      match = std::move(found);
      return;
    }
    if (!mistakes_.Take(ExpectMap(what, node, source_, kWantedMatch))) return;
    if (!ExpectKeys(what, node, source_, {"contains", "regex"}, mistakes_)) return;
    if (node.keys.size() != 1) {
      Tell(what + ": not one key", "", "write either contains or regex", node.place);
      return;
    }
    const std::string& key = node.keys[0].text;
    const Node& value = node.items[0];
    found.kind = key == "regex" ? Match::Kind::kRegex : Match::Kind::kContains;
    if (value.is_list()) {
      found.texts = Texts(what + "." + key, value, "a list of texts");
    } else {
      Text(what + "." + key, value, found.texts.emplace_back());
    }
    const bool vacuous = std::any_of(found.texts.begin(), found.texts.end(),
                                     [](const std::string& text) { return text.empty(); });
    if (found.texts.empty() || vacuous) {
      Tell(what + "." + key + ": nothing to look for", "", "write a text, or leave it out",
           value.place);
    }
    if (found.kind == Match::Kind::kRegex) CheckRegexes(what, value, found.texts);
    match = std::move(found);
  }

  void CheckRegexes(const std::string& what, const Node& node,
                    const std::vector<std::string>& texts) {
    for (size_t i = 0; i < texts.size(); ++i) {
      std::string why;
      if (IsRegex(texts[i], why)) continue;
      Tell(what + ".regex: not a regular expression", texts[i], why,
           node.is_list() ? node.items[i].place : node.place);
    }
  }

  const Source& source_;
  Mistakes& mistakes_;
  std::set<std::string> names_;
};

void CheckFileKeys(const Node& root, const Source& source, Mistakes& mistakes) {
  Node own = root;
  for (config::Key& key : own.keys) {
    if (key.text.starts_with(kOwnPrefix)) key.text = "cases";
  }
  ExpectKeys("the file", own, source, FileKeys(), mistakes);
  const Node* const version = root.Find("version");
  if (version == nullptr) {
    mistakes.Add(Error("missing key", "version", "begin the file with \"version: 1\"")
                     .At(source.At(root.place)));
  } else if (mistakes.Take(ExpectScalar("version", *version, source, "version: 1")) &&
             version->text != "1") {
    mistakes.Add(Error("unknown version", version->text, "this program reads version: 1")
                     .At(source.At(version->place)));
  }
}

}  // namespace

std::vector<Case> ReadCases(std::string_view text, const std::string& name, Mistakes& mistakes) {
  const Source source{.name = name, .folder = ""};
  std::vector<Case> cases;
  const std::optional<Node> root = mistakes.Take(config::ParseYaml(text, source));
  if (!root) return cases;
  if (!mistakes.Take(ExpectMap("the file", *root, source, "version: 1, and cases with a list"))) {
    return cases;
  }
  CheckFileKeys(*root, source, mistakes);
  const Node* const list = root->Find("cases");
  if (list == nullptr) {
    mistakes.Add(Error("missing key", "cases", "it lists the cases, each after a \"- \"")
                     .At(source.At(root->place)));
  } else if (mistakes.Take(ExpectList("cases", *list, source, "a list of cases"))) {
    Reader reader(source, mistakes);
    for (const Node& node : list->items) reader.ReadCase(node, cases);
    if (list->items.empty()) {
      mistakes.Add(
          Error("cases: an empty list", "", "write at least one").At(source.At(list->place)));
    }
  }
  mistakes.Sort();
  return cases;
}

}  // namespace slipway::stage_test
