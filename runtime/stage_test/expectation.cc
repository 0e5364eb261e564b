#include "runtime/stage_test/expectation.h"

#include <regex.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace slipway::stage_test {
namespace {

constexpr std::string_view kRuntime = "runtime: ";
// Beyond that, a comparison line by line takes more memory than it is worth.
constexpr size_t kMostLines = 1000;
constexpr size_t kMostTold = 8192;  // bytes of an output in a report

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// A line for people: what would move the cursor is escaped.
std::string Shown(std::string_view line) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
      shown.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    } else {
      shown += c;
    }
  }
  return shown;
}

void Add(std::string_view sign, std::string_view line, std::string& text) {
  text.append(sign).append(Shown(line)).append("\n");
}

// What is told of a text: its begin, if it is long.
std::string Shortened(std::string text) {
  if (text.size() <= kMostTold) return text;
  size_t end = text.rfind('\n', kMostTold);
  if (end == std::string::npos) end = kMostTold - 1;
  const size_t more = text.size() - end - 1;
  return text.substr(0, end) + "\n  ... and " + std::to_string(more) + " bytes more\n";
}

std::string All(std::string_view sign, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) Add(sign, line, text);
  return Shortened(std::move(text));
}

// Lines that only one has, with a sign in front: '-' expected, '+' got. By the longest common
// subsequence.
std::string Diff(const std::vector<std::string>& wanted, const std::vector<std::string>& got) {
  if (wanted.size() > kMostLines || got.size() > kMostLines) return All("+ ", got);
  const size_t columns = got.size() + 1;
  std::vector<int> common((wanted.size() + 1) * columns, 0);
  const auto at = [&](size_t i, size_t j) -> int& { return common[i * columns + j]; };
  for (size_t i = wanted.size(); i-- > 0;) {
    for (size_t j = got.size(); j-- > 0;) {
      at(i, j) = wanted[i] == got[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  std::string text;
  size_t i = 0;
  size_t j = 0;
  while (i < wanted.size() || j < got.size()) {
    if (i < wanted.size() && j < got.size() && wanted[i] == got[j]) {
      Add("  ", wanted[i++], text);
      ++j;
    } else if (i < wanted.size() && (j == got.size() || at(i + 1, j) >= at(i, j + 1))) {
      Add("- ", wanted[i++], text);
    } else {
      Add("+ ", got[j++], text);
    }
  }
  return Shortened(std::move(text));
}

std::string Got(const std::string& text) {
  return text.empty() ? "got nothing" : "got:\n" + All("  ", LinesOf(text));
}

bool SameText(const std::string& wanted, const std::string& got) {
  return got == wanted || got == wanted + "\n";
}

// regcomp(3): one of C++ takes a frame of the stack for each character of the text.
class Expression {
 public:
  explicit Expression(const std::string& text)
      : error_(regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB | REG_NEWLINE)) {}
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  ~Expression() {
    if (error_ == 0) regfree(&compiled_);
  }

  bool IsIn(std::string text) const {
    std::replace(text.begin(), text.end(), '\0', ' ');  // would end it
    return error_ == 0 && regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

  // What is wrong with it; empty: nothing.
  std::string Why() const {
    if (error_ == 0) return {};
    char why[128];
    regerror(error_, &compiled_, why, sizeof(why));
    return why;
  }

 private:
  regex_t compiled_{};
  int error_;
};

void Compare(const std::string& what, const std::optional<Match>& match, const std::string& got,
             std::vector<std::string>& differences) {
  if (!match) return;
  for (const std::string& text : match->texts) {
    if (match->kind == Match::Kind::kExact) {
      if (SameText(text, got)) continue;
      std::string diff = Diff(LinesOf(text), LinesOf(got));
      const bool newlines = LinesOf(text) == LinesOf(got);
      differences.push_back(what + " differs" +
                            (newlines ? " in the newline at its end" : " (- expected, + got)") +
                            ":\n" + diff);
    } else if (match->kind == Match::Kind::kContains) {
      if (got.find(text) != std::string::npos) continue;
      differences.push_back(what + " does not contain \"" + Shown(text) + "\"; " + Got(got));
    } else if (!Expression(text).IsIn(got)) {
      differences.push_back(what + " does not match /" + Shown(text) + "/; " + Got(got));
    }
  }
}

// The lines in which the runtime says what was wrong: no warnings, no notes, no output of -v.
std::vector<std::string> ErrorLines(const std::string& err) {
  std::vector<std::string> lines;
  for (std::string& line : LinesOf(err)) {
    if (!line.starts_with(kRuntime)) continue;
    line.erase(0, kRuntime.size());
    if (!line.starts_with("warning: ") && !line.starts_with("note: ")) lines.push_back(line);
  }
  return lines;
}

}  // namespace

bool IsRegex(const std::string& text, std::string& why) {
  why = Expression(text).Why();
  return why.empty();
}

std::vector<std::string> Differences(const Expectations& expect, const Run& run) {
  std::vector<std::string> differences;
  if (!run.in_time) differences.emplace_back("took too long, and was killed");
  if (run.cut) differences.emplace_back("wrote more than the 4 MiB that are looked at");
  Compare("stdout", expect.out, run.out, differences);
  Compare("stderr", expect.err, run.err, differences);
  if (expect.error) {
    std::string lines;
    for (const std::string& line : ErrorLines(run.err)) lines += line + "\n";
    Compare("the runtime's error", expect.error, lines, differences);
  }
  if (run.in_time && run.status != expect.status) {
    std::string text = "the exit status is " + std::to_string(run.status) + ", expected " +
                       std::to_string(expect.status);
    if (!expect.err && !expect.error && !run.err.empty()) {
      text += "; stderr:\n" + All("  ", LinesOf(run.err));
    }
    differences.push_back(text);
  }
  return differences;
}

}  // namespace slipway::stage_test
