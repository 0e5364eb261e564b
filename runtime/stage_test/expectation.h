// What a case expects of a run, and what is said where something else came.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_EXPECTATION_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_EXPECTATION_H_

#include <optional>
#include <string>
#include <vector>

namespace slipway::stage_test {

struct Match {
  enum class Kind {
    kExact,     // one text; a newline at its end may be left out
    kContains,  // each of the texts
    kRegex,     // each of these extended expressions of regex(7) is found, ^ and $ in any line
  };

  Kind kind = Kind::kExact;
  std::vector<std::string> texts;
};

struct Expectations {
  std::optional<Match> out = {};    // standard output
  std::optional<Match> err = {};    // standard error
  std::optional<Match> error = {};  // the one line in which the runtime says what was wrong
  int status = 0;
};

struct Run {
  int status = -1;  // as a shell has it: the exit status, or 128 + N for signal N
  bool in_time = true;
  bool cut = false;  // there was more output than is kept
  std::string out = {};
  std::string err = {};
};

// What was not as it is expected, each a text of one line or more; empty: all was.
std::vector<std::string> Differences(const Expectations& expect, const Run& run);

// Whether this is a regular expression; else `why` says what is wrong with it.
bool IsRegex(const std::string& text, std::string& why);

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_EXPECTATION_H_
