#include "runtime/config/process.h"

#include "runtime/config/shape.h"

namespace slipway::config {
namespace {

Result<std::vector<std::string>> ReadArgs(const Node& node, const Source& source) {
  constexpr std::string_view kWanted = "a list of texts, such as [/bin/sh, -c, date]";
  RETURN_IF_ERROR(ExpectList("process.args", node, source, kWanted));
  if (node.items.empty()) {
    return Error("process.args: an empty list", {}, "name a command, or leave args out")
        .At(source.At(node.place));
  }
  std::vector<std::string> args;
  for (size_t i = 0; i < node.items.size(); ++i) {
    const std::string what = "process.args[" + std::to_string(i) + "]";
    RETURN_IF_ERROR(ExpectScalar(what, node.items[i], source, "a text"));
    args.push_back(node.items[i].text);
  }
  return args;
}

Result<std::string> ReadCwd(const Node& node, const Source& source) {
  constexpr std::string_view kWanted = "an absolute path inside the container";
  RETURN_IF_ERROR(ExpectScalar("process.cwd", node, source, kWanted));
  if (!node.text.starts_with('/')) {
    return Error("process.cwd: not absolute", node.text, "write " + std::string(kWanted))
        .At(source.At(node.place));
  }
  return node.text;
}

Result<std::map<std::string, std::string>> ReadEnv(const Node& node, const Source& source) {
  RETURN_IF_ERROR(
      ExpectMap("process.env", node, source, "a map of names to texts, such as {LANG: C}"));
  std::map<std::string, std::string> env;
  for (size_t i = 0; i < node.keys.size(); ++i) {
    const Key& key = node.keys[i];
    if (key.text.empty() || key.text.find('=') != std::string::npos) {
      return Error("process.env: not a name of a variable", key.text,
                   "it is not empty and holds no '='")
          .At(source.At(key.place));
    }
    RETURN_IF_ERROR(ExpectScalar("process.env." + key.text, node.items[i], source,
                                 "a text; an empty one is \"\""));
    env[key.text] = node.items[i].text;
  }
  return env;
}

}  // namespace

Result<Process> ReadProcess(const Node& node, const Source& source) {
  RETURN_IF_ERROR(ExpectMap("process", node, source, "a map of args, cwd, env"));
  RETURN_IF_ERROR(ExpectKeys("process", node, source, {"args", "cwd", "env"}));
  Process process;
  if (const Node* args = node.Find("args")) {
    ASSIGN_OR_RETURN(process.args, ReadArgs(*args, source));
  }
  if (const Node* cwd = node.Find("cwd")) {
    ASSIGN_OR_RETURN(process.cwd, ReadCwd(*cwd, source));
  }
  if (const Node* env = node.Find("env")) {
    ASSIGN_OR_RETURN(process.env, ReadEnv(*env, source));
  }
  return process;
}

}  // namespace slipway::config
