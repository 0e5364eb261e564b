#include "runtime/state/contents.h"

#include <algorithm>
#include <charconv>

#include "runtime/state/line.h"

namespace slipway::state {
namespace {

constexpr std::string_view kFormat = "slipway-journal";
constexpr std::string_view kVersion = "3";
constexpr std::string_view kOlderVersion = "2";
constexpr size_t kMaxCommand = 256;
constexpr std::string_view kCreated = "created";
constexpr std::string_view kRunning = "running";
constexpr std::string_view kPaused = "paused";
constexpr std::string_view kTimeout = "timeout";
constexpr int kMaxStatus = 255;

// Takes the first word and the blank behind it off `text`.
std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
  return word;
}

template <typename T>
bool TakeNumber(std::string_view& text, T& number) {
  const std::string_view word = TakeWord(text);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size();
}

// Each with a NUL behind it.
std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += text + '\0';
  return joined;
}

class Reader {
 public:
  // False: the payload makes no sense here.
  bool Read(std::string_view payload) {
    const std::string_view kind = TakeWord(payload);
    if (kind == kFormat) {
      return ++formats_ == 1 && (payload == kVersion || payload == kOlderVersion);
    }
    if (formats_ == 0) return false;
    if (kind == "container") return ReadContainer(payload);
    if (kind == "boot") return ReadText(payload, contents_.boot);
    if (kind == "config") return ReadText(payload, contents_.facts.config);
    if (kind == "extends") return ReadTexts(payload, contents_.facts.extends);
    if (kind == "command") return ReadText(payload, contents_.facts.command);
    if (kind == "cwd") return ReadText(payload, contents_.facts.cwd);
    if (kind == "environment") return ReadTexts(payload, contents_.facts.environment);
    if (kind == "annotations") return ReadTexts(payload, contents_.facts.annotations);
    if (kind == "stop-signal") return ReadStopSignal(payload);
    if (kind == "kept") return ReadKept(payload);
    if (kind == "stage") return ReadStage(payload);
    if (kind == "options") return ReadOptions(payload);
    if (kind == "started") return ReadStarted(payload);
    if (!IsComplete()) return false;
    if (kind == "child") return ReadChild(payload);
    if (kind == "record") return ReadRecord(payload);
    if (kind == "state") return ReadState(payload);
    if (kind == "status") return ReadPhase(payload);
    if (kind == "changed") return ReadChanged(payload);
    if (kind == "ids") return ReadIds(payload);
    if (kind == "ended") return ReadEnded(payload);
    if (kind == "undone") return ReadUndone(payload);
    return false;
  }

  Contents Finish() && {
    contents_.complete = IsComplete();
    return std::move(contents_);
  }

 private:
  bool IsComplete() const {
    return !contents_.facts.id.empty() && contents_.facts.stages.size() == stage_count_ &&
           options_ == stage_count_;
  }

  static bool ReadText(std::string_view text, std::string& field) {
    field = text;
    return true;
  }

  static bool ReadTexts(std::string_view text, std::vector<std::string>& texts) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\0'), text.size());
      texts.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
  }

  bool ReadStopSignal(std::string_view text) {
    int& signal = contents_.facts.stop_signal;
    return TakeNumber(text, signal) && signal > 0 && signal <= SIGRTMAX && text.empty();
  }

  bool ReadKept(std::string_view text) {
    contents_.facts.kept = true;
    return ReadText(text, contents_.facts.log);
  }

  bool ReadContainer(std::string_view text) {
    int outlives = 0;
    Facts& facts = contents_.facts;
    if (!facts.id.empty() || !TakeNumber(text, facts.since) || !TakeNumber(text, outlives) ||
        !TakeNumber(text, stage_count_) || text.empty()) {
      return false;
    }
    facts.outlives_host = outlives != 0;
    facts.id = text;
    return true;
  }

  bool ReadStage(std::string_view text) {
    std::vector<SavedStage>& stages = contents_.facts.stages;
    if (options_ != stages.size() || stages.size() >= stage_count_) return false;
    SavedStage stage;
    stage.name = TakeWord(text);
    if (!TakeNumber(text, stage.record_version)) return false;
    stage.digest = TakeWord(text);
    stage.path = text;
    if (stage.name.empty() || stage.digest.empty() || stage.path.empty()) return false;
    stages.push_back(std::move(stage));
    contents_.states.emplace_back();
    return true;
  }

  bool ReadOptions(std::string_view text) {
    std::vector<SavedStage>& stages = contents_.facts.stages;
    if (options_ + 1 != stages.size()) return false;
    stages.back().options = text;
    ++options_;
    return true;
  }

  bool ReadStarted(std::string_view text) {
    std::vector<SavedStage>& stages = contents_.facts.stages;
    if (stages.empty() || options_ != stages.size()) return false;
    stages.back().has_started = true;
    return text.empty();
  }

  bool ReadChild(std::string_view text) {
    sys::ProcessIdentity child;
    if (!TakeNumber(text, child.pid) || !TakeNumber(text, child.unique) ||
        !TakeNumber(text, child.start_time) || child.pid <= 0) {
      return false;
    }
    contents_.child = child;
    return true;
  }

  bool ReadState(std::string_view text) {
    size_t stage = 0;
    if (!TakeNumber(text, stage) || stage >= stage_count_) return false;
    contents_.states[stage] = text;
    return true;
  }

  bool ReadPhase(std::string_view text) {
    for (const Phase phase : {Phase::kCreated, Phase::kRunning, Phase::kPaused}) {
      if (text != NameOf(phase)) continue;
      contents_.phase = phase;
      return true;
    }
    return false;
  }

  bool ReadEnded(std::string_view text) {
    int status = 0;
    if (!TakeNumber(text, status) || status < 0 || status > kMaxStatus) return false;
    contents_.phase = Phase::kStopped;
    contents_.exit_status = status;
    contents_.timed_out = text == kTimeout;
    return text.empty() || contents_.timed_out;
  }

  bool ReadUndone(std::string_view text) {
    contents_.entries.clear();
    contents_.states.clear();
    return text.empty();
  }

  bool ReadChanged(std::string_view text) {
    size_t stage = 0;
    if (!TakeNumber(text, stage) || stage >= stage_count_) return false;
    contents_.facts.stages[stage].options = text;
    return true;
  }

  bool ReadIds(std::string_view text) {
    Ids ids;
    if (!TakeNumber(text, ids.first) || !TakeNumber(text, ids.count)) return false;
    contents_.ids.push_back(ids);
    return true;
  }

  bool ReadRecord(std::string_view text) {
    Entry entry{};
    if (!TakeNumber(text, entry.stage) || entry.stage >= stage_count_) return false;
    entry.record = text;
    contents_.entries.push_back(std::move(entry));
    return true;
  }

  Contents contents_;
  int formats_ = 0;
  size_t stage_count_ = 0;
  size_t options_ = 0;
};

}  // namespace

std::string ShellWord(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string CommandText(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += ShellWord(word);
    // Long enough to be cut, however many words follow.
    if (text.size() > kMaxCommand) break;
  }
  char cut[kMaxCommand + 1];
  CopyText(cut, text);
  return cut;
}

std::string FormatFacts(const Facts& facts, std::string_view boot) {
  std::string text = FormatLine(std::string(kFormat).append(" ").append(kVersion));
  text += FormatLine("container " + std::to_string(facts.since) +
                     (facts.outlives_host ? " 1 " : " 0 ") + std::to_string(facts.stages.size()) +
                     " " + facts.id);
  text += FormatLine(std::string("boot ").append(boot));
  text += FormatLine("config " + facts.config);
  if (!facts.extends.empty()) text += FormatLine("extends " + Joined(facts.extends));
  text += FormatLine("command " + facts.command);
  text += FormatLine("cwd " + facts.cwd);
  text += FormatLine("environment " + Joined(facts.environment));
  if (!facts.annotations.empty()) text += FormatLine("annotations " + Joined(facts.annotations));
  if (facts.stop_signal != SIGTERM) {
    text += FormatLine("stop-signal " + std::to_string(facts.stop_signal));
  }
  if (facts.kept) text += FormatLine("kept " + facts.log);
  for (const SavedStage& stage : facts.stages) {
    text += FormatLine("stage " + stage.name + " " + std::to_string(stage.record_version) + " " +
                       stage.digest + " " + stage.path);
    text += FormatLine("options " + stage.options);
    if (stage.has_started) text += FormatLine("started");
  }
  return text;
}

const char* NameOf(Phase phase) {
  switch (phase) {
    case Phase::kCreating:
      return "creating";
    case Phase::kCreated:
      return kCreated.data();
    case Phase::kPaused:
      return kPaused.data();
    case Phase::kStopped:
      return "stopped";
    case Phase::kRunning:
      break;
  }
  return kRunning.data();
}

std::string FormatChild(const sys::ProcessIdentity& child) {
  return FormatLine("child " + std::to_string(child.pid) + " " + std::to_string(child.unique) +
                    " " + std::to_string(child.start_time));
}

std::string FormatState(size_t stage, std::string_view state) {
  return FormatLine("state " + std::to_string(stage) + " " + std::string(state));
}

std::string FormatPhase(Phase phase) {
  return FormatLine(std::string("status ").append(NameOf(phase)));
}

std::string FormatEnded(int exit_status, bool timed_out) {
  std::string text = "ended " + std::to_string(exit_status);
  if (timed_out) text.append(" ").append(kTimeout);
  return FormatLine(text);
}

std::string FormatUndone() { return FormatLine("undone"); }

std::string FormatChanged(size_t stage, std::string_view options) {
  return FormatLine("changed " + std::to_string(stage) + " " + std::string(options));
}

std::string FormatIds(const Ids& ids) {
  return FormatLine("ids " + std::to_string(ids.first) + " " + std::to_string(ids.count));
}

std::string FormatEntry(size_t stage, std::string_view record) {
  return FormatLine("record " + std::to_string(stage) + " " + std::string(record));
}

Result<Contents> ParseContents(std::string_view text, const std::string& path) {
  Reader reader;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    const auto payload = ParseLine(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (!payload || !reader.Read(*payload)) {
      return Error(payload ? "no line of a container's state"
                           : "a damaged line of a container's state",
                   payload.value_or(std::string()),
                   "written by another version of the runtime, or changed since; runtime gc "
                   "--forget ID drops it")
          .At(path + ":" + std::to_string(number));
    }
  }
  return std::move(reader).Finish();
}

}  // namespace slipway::state
