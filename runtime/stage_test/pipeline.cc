#include "runtime/stage_test/pipeline.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <vector>

#include "runtime/config/text.h"
#include "runtime/config/yaml.h"

namespace slipway::stage_test {
namespace {

using config::Node;
using config::Place;

// The whole machine's files, and no stage for that.
constexpr std::string_view kMachine = "/";

// What a case gets that says nothing of its files. front: what lets a plain user mount. devices:
// the binds of those without the stage that makes /dev.
constexpr std::string_view kSurroundings = R"(
front:
  - user: {map: self}
made:
  - mount:
      empty: true
      binds:
        - /bin:/bin:ro
        - /lib:/lib:ro
        - /lib64:/lib64:ro,optional
        - /sbin:/sbin:ro,optional
        - /usr/bin:/usr/bin:ro
        - /usr/lib:/usr/lib:ro
        - /usr/sbin:/usr/sbin:ro,optional
        - {source: "${probe}", target: /usr/local/bin/probe, readonly: true}
      tmpfs: [/tmp]
devices:
  - /dev/null:/dev/null
  - /dev/zero:/dev/zero
  - /dev/full:/dev/full
  - /dev/random:/dev/random
  - /dev/urandom:/dev/urandom
given:
  - mount:
      root: "${root}"
      overlay: true
      binds:
        - {source: "${probe}", target: /usr/local/bin/probe, readonly: true}
)";

// In double quotes of YAML.
std::string InQuotes(const std::string& text) {
  // Else it is told as it is: not as UTF-8.
  const bool escapes = config::FindInvalidUtf8(text) == std::string::npos;
  std::string quoted = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    char escaped[12] = {text[i], '\0'};
    if (text[i] == '"' || text[i] == '\\') {
      quoted += '\\';
    } else if (byte < 0x20 || byte == 0x7f) {
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", byte);
    } else if (byte >= 0x80 && escapes) {
      if (byte < 0xc0) continue;  // of the character before it
      std::snprintf(escaped, sizeof(escaped), "\\U%08x",
                    static_cast<unsigned>(config::CharacterAt(text, i)));
    }
    quoted += escaped;
  }
  return quoted + "\"";
}

// Flow style, each piece not before its place.
class Writer {
 public:
  // of_case: its variables. of_tool: those of what is added to it.
  Writer(const Variables& of_case, const Variables& of_tool)
      : of_case_(of_case), of_tool_(of_tool) {}

  void Put(std::string_view piece) {
    text_.append(piece);
    column_ += static_cast<int>(piece.size());
  }

  // in_place: where it stands in its own text; else right here.
  void Write(const Node& node, bool in_place) {
    switch (node.kind) {
      case Node::Kind::kNull:
        break;
      case Node::Kind::kScalar:
        if (in_place) MoveTo(node.place, 0);
        Put(Quoted(node.text, node.quoted, in_place ? of_case_ : of_tool_));
        break;
      case Node::Kind::kList:
        Put("[");
        for (size_t i = 0; i < node.items.size(); ++i) {
          if (i > 0) Put(",");
          Write(node.items[i], in_place);
        }
        Put("]");
        break;
      case Node::Kind::kMap:
        WriteMap(node, in_place);
        break;
    }
  }

  std::string& text() { return text_; }

 private:
  void WriteMap(const Node& node, bool in_place) {
    for (size_t i = 0; i < node.keys.size(); ++i) {
      if (i > 0) Put(",");
      // The bracket stands in front of the key.
      if (in_place) MoveTo(node.keys[i].place, i == 0 ? 1 : 0);
      if (i == 0) Put("{");
      Put(Quoted(node.keys[i].text, false, in_place ? of_case_ : of_tool_));
      Put(": ");
      Write(node.items[i], in_place);
    }
    Put(node.keys.empty() ? "{}" : "}");
  }

  void MoveTo(Place place, int before) {
    for (; line_ < place.line; ++line_) {
      text_ += '\n';
      column_ = 1;
    }
    if (line_ > place.line) return;
    for (; column_ < place.column - before; ++column_) text_ += ' ';
  }

  static std::string Quoted(const std::string& plain, bool quoted, const Variables& variables) {
    std::string text = Fill(plain, variables);
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+";
    const bool may_be_plain = !quoted && !text.empty() &&
                              text.find_first_not_of(std::string(kPlain) + "-") == text.npos &&
                              kPlain.find(text[0]) != kPlain.npos;
    if (may_be_plain) return text;
    return InQuotes(text);
  }

  const Variables& of_case_;
  const Variables& of_tool_;
  std::string text_;
  int line_ = 1;
  int column_ = 1;
};

// The stages of a list, those of first-of included.
std::set<std::string> StagesIn(const Node& list) {
  std::set<std::string> names;
  for (const Node& item : list.items) {
    if (item.is_scalar()) names.insert(item.text);
    if (!item.is_map() || item.keys.empty()) continue;
    names.insert(item.keys[0].text);
    if (item.items[0].is_list()) names.merge(StagesIn(item.items[0]));
  }
  return names;
}

bool Shares(const std::set<std::string>& names, const std::set<std::string>& others) {
  for (const std::string& name : names) {
    if (others.contains(name)) return true;
  }
  return false;
}

struct Step {
  const Node* node;
  bool in_place;
};

void Append(const Node& list, std::vector<Step>& steps) {
  for (const Node& item : list.items) steps.push_back({&item, false});
}

// The case's stages with `root` behind those of `front`, or first; without any of `front` these
// come first where the case needs them.
std::vector<Step> Insert(const Node& stages, const Node& front, bool needs_front,
                         const Node& root) {
  const std::set<std::string> in_front = StagesIn(front);
  std::vector<Step> steps;
  bool open = !Shares(StagesIn(stages), in_front);
  if (open) {
    if (needs_front) Append(front, steps);
    Append(root, steps);
  }
  for (const Node& item : stages.items) {
    steps.push_back({&item, true});
    Node one;
    one.items.push_back(item);
    if (!open && Shares(StagesIn(one), in_front)) {
      Append(root, steps);
      open = true;
    }
  }
  return steps;
}

std::string Written(const Case& one, const std::vector<Step>& steps, const Variables& of_case,
                    const Variables& of_tool) {
  Writer writer(of_case, of_tool);
  writer.Put("{version: 1, ");
  if (!one.env.empty()) {
    Node env;
    env.kind = Node::Kind::kMap;
    for (const auto& [name, value] : one.env) {
      env.keys.push_back({.text = name, .place = {}});
      Node& text = env.items.emplace_back();
      text.kind = Node::Kind::kScalar;
      text.quoted = true;
      text.text = value;
    }
    writer.Put("process: {env: ");
    writer.Write(env, false);
    writer.Put("}, ");
  }
  writer.Put("stages: [");
  bool first = true;
  for (const Step& step : steps) {
    if (!first) writer.Put(",");
    first = false;
    writer.Write(*step.node, step.in_place);
  }
  writer.Put("]}\n");
  return std::move(writer.text());
}

}  // namespace

std::string Fill(std::string_view text, const Variables& variables) {
  std::string filled;
  while (!text.empty()) {
    const size_t begin = text.find("${");
    filled.append(text.substr(0, begin));
    if (begin == text.npos) break;
    text.remove_prefix(begin);
    const size_t end = text.find('}');
    const auto variable =
        end == text.npos ? variables.end() : variables.find(std::string(text.substr(2, end - 2)));
    if (variable == variables.end()) {
      filled.append("${");
      text.remove_prefix(2);
    } else {
      filled.append(variable->second);
      text.remove_prefix(end + 1);
    }
  }
  return filled;
}

Result<Pipeline> PipelineOf(const Case& one, bool plain_user, const Variables& variables) {
  ASSIGN_OR_RETURN(const Node around,
                   config::ParseYaml(kSurroundings, {.name = "surroundings", .folder = ""}));
  const std::set<std::string> named = StagesIn(one.stages);
  Node root = *around.Find(one.root.empty() ? "made" : "given");
  if (one.root.empty() && !named.contains("dev")) {
    Node& mount = root.items[0].items[0];
    const auto binds = std::find_if(mount.keys.begin(), mount.keys.end(),
                                    [](const config::Key& key) { return key.text == "binds"; });
    Node& list = mount.items[static_cast<size_t>(binds - mount.keys.begin())];
    const Node& devices = *around.Find("devices");
    list.items.insert(list.items.end(), devices.items.begin(), devices.items.end());
  }
  Variables all = variables;
  all["root"] = Fill(one.root, variables);
  std::vector<Step> steps;
  Pipeline pipeline;
  const bool sees_to_it = Shares(named, StagesIn(root));
  if (sees_to_it && !one.root.empty() && one.root != kMachine) {
    return Error("the case has both a root and a stage that makes one", one.root,
                 "leave root out, or the stage")
        .At(one.where);
  }
  if (sees_to_it || one.root == kMachine) {
    for (const Node& item : one.stages.items) steps.push_back({&item, true});
    pipeline.probe = sees_to_it ? ProbeAt::kByTheCase : ProbeAt::kOnTheMachine;
  } else {
    steps = Insert(one.stages, *around.Find("front"), plain_user, root);
    pipeline.probe = ProbeAt::kInTheContainer;
  }
  pipeline.config = Written(one, steps, variables, all);
  return pipeline;
}

bool Uses(const Case& one, const std::string& stage) {
  return StagesIn(one.stages).contains(stage);
}

}  // namespace slipway::stage_test
