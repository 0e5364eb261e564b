#include "runtime/config/process.h"

#include <array>

#include "runtime/config/number.h"
#include "runtime/config/shape.h"
#include "runtime/config/signal.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

constexpr std::array<std::string_view, 7> kKeys = {"args",    "cwd",   "env",        "pass",
                                                   "timeout", "grace", "stop_signal"};
// No clock runs longer without being read; what is added to now stays far from an overflow.
constexpr std::chrono::hours kLongest{24 * 3650};
constexpr std::string_view kEnvPrefix = "env.";
constexpr std::string_view kWantedText = "a text; an empty one is \"\"";

// Reads values that come from one source.
class Reader {
 public:
  Reader(const Source& source, Mistakes& mistakes) : source_(source), mistakes_(mistakes) {}

  std::vector<std::string> Args(const Node& node) {
    constexpr std::string_view kWanted = "a list of texts, such as [/bin/sh, -c, date]";
    if (node.is_list() && node.items.empty()) {
      Tell("process.args: an empty list", {}, "name a command, or leave args out", node.place);
    }
    return Texts("process.args", node, kWanted);
  }

  std::vector<std::string> Pass(const Node& node) {
    std::vector<std::string> names =
        Texts("process.pass", node, "a list of names of variables, such as [LANG, TZ]");
    for (size_t i = 0; i < names.size() && i < node.items.size(); ++i) {
      CheckName("process.pass", names[i], node.items[i].place);
    }
    return names;
  }

  // Reads a key that has one value, and where it stands; false when `key` is none of these. The
  // value stays as it is when what is written is wrong.
  bool Single(std::string_view key, const Node& node, Process& process) {
    const std::string where = source_.At(node.place);
    if (key == "cwd") {
      Cwd(node, process.cwd);
      process.cwd_where = where;
    } else if (key == "timeout") {
      Time("process.timeout", node, process.timeout);
      process.timeout_where = where;
    } else if (key == "grace") {
      Time("process.grace", node, process.grace);
      process.grace_where = where;
    } else if (key == "stop_signal") {
      Signal(node, process.stop_signal);
      process.stop_signal_where = where;
    } else {
      return false;
    }
    return true;
  }

  std::map<std::string, std::string> Env(const Node& node) {
    std::map<std::string, std::string> env;
    if (!mistakes_.Take(ExpectMap("process.env", node, source_,
                                  "a map of names to texts, such as {LANG: C}"))) {
      return env;
    }
    for (size_t i = 0; i < node.keys.size(); ++i) {
      Variable(node.keys[i], node.items[i], env);
    }
    return env;
  }

  void Variable(const Key& key, const Node& node, std::map<std::string, std::string>& env) {
    if (!CheckName("process.env", key.text, key.place)) return;
    if (mistakes_.Take(ExpectScalar("process.env." + key.text, node, source_, kWantedText))) {
      env[key.text] = node.text;
    }
  }

 private:
  void Cwd(const Node& node, std::string& cwd) {
    constexpr std::string_view kWanted = "an absolute path inside the container";
    if (!mistakes_.Take(ExpectScalar("process.cwd", node, source_, kWanted))) return;
    if (node.text.starts_with('/')) {
      cwd = node.text;
    } else {
      Tell("process.cwd: not absolute", node.text, "write " + std::string(kWanted), node.place);
    }
  }

  void Time(const std::string& what, const Node& node, std::chrono::nanoseconds& time) {
    constexpr std::string_view kWanted = "a duration, such as 30s or 5m; 0s is none";
    if (!mistakes_.Take(ExpectScalar(what, node, source_, kWanted))) return;
    Result<int64_t> parsed = ParseDuration(node.text);
    if (parsed.ok() && *parsed > std::chrono::nanoseconds(kLongest).count()) {
      parsed = Error("more than ten years", node.text);
    }
    if (parsed.ok()) {
      time = std::chrono::nanoseconds(*parsed);
      return;
    }
    Error& error = parsed.error();
    if (*error->hint == '\0') error.Hint("write " + std::string(kWanted));
    mistakes_.Add(error.Prefix(what).At(source_.At(node.place)));
  }

  void Signal(const Node& node, int& signal) {
    constexpr const char* kWhat = "process.stop_signal";
    if (!mistakes_.Take(ExpectScalar(kWhat, node, source_, "a signal, such as TERM or RTMIN+3"))) {
      return;
    }
    Result<int> parsed = ParseSignal(node.text);
    if (parsed.ok()) {
      signal = *parsed;
    } else {
      mistakes_.Add(parsed.error().Prefix(kWhat).At(source_.At(node.place)));
    }
  }

  void Tell(std::string_view what, std::string_view subject, std::string_view hint, Place place) {
    mistakes_.Add(Error(what, subject, hint).At(source_.At(place)));
  }

  std::vector<std::string> Texts(const std::string& what, const Node& node,
                                 std::string_view wanted) {
    std::vector<std::string> texts;
    if (!mistakes_.Take(ExpectList(what, node, source_, wanted))) return texts;
    texts.reserve(node.items.size());
    for (size_t i = 0; i < node.items.size(); ++i) {
      const Node& item = node.items[i];
      if (!item.is_scalar()) {
        mistakes_.Add(WrongShape(what + "[" + std::to_string(i) + "]", item, source_, "a text"));
      }
      texts.push_back(item.text);
    }
    return texts;
  }

  bool CheckName(std::string_view what, const std::string& name, Place place) {
    if (!name.empty() && name.find('=') == std::string::npos) return true;
    Tell(std::string(what) + ": not a name of a variable", name, "it is not empty and holds no '='",
         place);
    return false;
  }

  const Source& source_;
  Mistakes& mistakes_;
};

template <typename T>
void Append(std::vector<T> more, std::vector<T>& list) {
  list.insert(list.end(), more.begin(), more.end());
}

// Adding takes one item as well as a list of them.
Node AsList(const Node& node) {
  if (!node.is_scalar()) return node;
  Node list;
  list.kind = Node::Kind::kList;
  list.place = node.place;
  list.items.push_back(node);
  return list;
}

void SetVariables(const std::map<std::string, std::string>& env, Process& process) {
  for (const auto& [name, value] : env) {
    process.env[name] = value;
    std::erase(process.pass, name);
  }
}

}  // namespace

Process ReadProcess(const Node& node, const Source& source, Mistakes& mistakes) {
  Process process;
  if (!mistakes.Take(
          ExpectMap("process", node, source, "a map of args, cwd, env, pass, timeout"))) {
    return process;
  }
  ExpectKeys("process", node, source, {kKeys.begin(), kKeys.end()}, mistakes);
  Reader reader(source, mistakes);
  if (const Node* args = node.Find("args")) {
    process.args = reader.Args(*args);
    process.args_where = source.At(args->place);
  }
  for (size_t i = 0; i < node.keys.size(); ++i) {
    (void)reader.Single(node.keys[i].text, node.items[i], process);
  }
  if (const Node* env = node.Find("env")) process.env = reader.Env(*env);
  if (const Node* pass = node.Find("pass")) process.pass = reader.Pass(*pass);
  return process;
}

void Overlay(const Process& over, Process& process) {
  const auto take = [](const auto& from, const std::string& where, auto& to,
                       std::string& to_where) {
    if (where.empty()) return;
    to = from;
    to_where = where;
  };
  take(over.args, over.args_where, process.args, process.args_where);
  take(over.cwd, over.cwd_where, process.cwd, process.cwd_where);
  take(over.timeout, over.timeout_where, process.timeout, process.timeout_where);
  take(over.grace, over.grace_where, process.grace, process.grace_where);
  take(over.stop_signal, over.stop_signal_where, process.stop_signal, process.stop_signal_where);
  SetVariables(over.env, process);
  Append(over.pass, process.pass);
}

void SetInProcess(const ProcessSetting& setting, Process& process, Mistakes& mistakes) {
  Reader reader(setting.source, mistakes);
  const Node& value = setting.value;
  const std::string where = setting.source.At(value.place);
  if (setting.key == "args") {
    if (!setting.append) process.args.clear();
    process.args_where = where;
    Append(reader.Args(setting.append ? AsList(value) : value), process.args);
  } else if (setting.key == "pass") {
    if (!setting.append) process.pass.clear();
    Append(reader.Pass(setting.append ? AsList(value) : value), process.pass);
  } else if (setting.key == "env") {
    if (!setting.append) process.env.clear();
    SetVariables(reader.Env(value), process);
  } else if (setting.append) {
    mistakes.Add(Error("process." + std::string(setting.key) + ": only a list or a map can grow",
                       {}, "write = for +=")
                     .At(where));
  } else if (reader.Single(setting.key, value, process)) {
    return;
  } else if (setting.key.starts_with(kEnvPrefix)) {
    const Key name{.text = std::string(setting.key.substr(kEnvPrefix.size())), .place = {}};
    std::map<std::string, std::string> env;
    reader.Variable(name, value, env);
    SetVariables(env, process);
  } else {
    mistakes.Add(Error("process: unknown key", setting.key,
                       text::NearestHint(setting.key, {kKeys.begin(), kKeys.end()}, ""))
                     .At(where));
  }
}

}  // namespace slipway::config
