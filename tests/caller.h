// Calls the program in every way, in a state of the caller's that the test chooses.

#ifndef SLIPWAY_TESTS_CALLER_H_
#define SLIPWAY_TESTS_CALLER_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/refusal.h"

namespace slipway::testing {

// Each way to call the program, on a state folder of the test's own and a config that makes a
// container with its own host name, processes and files.
struct Call {
  const char* name;
  std::vector<std::string> words;  // Fill fills them in
};
inline const Call kCalls[] = {
    {"run",
     {"--root", "$D/state", "--config", "$F", "--", "/bin/sh", "-c",
      "echo ran on $(hostname) with /proc/self/fd/*; exit 3"}},
    {"check", {"check", "--config", "$F"}},
    {"stages", {"stages"}},
    {"describe", {"describe", "mount"}},
    {"list", {"list", "--root", "$D/state"}},
    {"gc", {"gc", "--root", "$D/state"}},
};

// The `result` is that of an ordinary start.
inline void ExpectSame(const RunResult& result, const RunResult& usual, const std::string& name) {
  EXPECT_EQ(result.out, usual.out) << name;
  EXPECT_EQ(result.err, usual.err) << name;
  EXPECT_EQ(result.status, usual.status) << name;
}

class Caller {
 public:
  using Words = std::vector<std::string>;

  Caller() {
    test_.MakeRoot();
    test_.WriteStages("  - uts\n  - pid\n  - mount: {root: root}\n  - proc\n");
    std::filesystem::create_directory(test_.Path("state"));
  }

  RunResult Run(const Words& words, const std::function<void()>& prepare = {},
                const std::optional<std::string>& argv0 = {}) {
    const std::string program = Runfile("runtime/runtime");
    Words argv = {argv0.value_or(program)};
    for (const std::string& word : words) argv.push_back(Fill(word, test_));
    RunResult result = RunProgram(argv, {.program = program, .prepare = prepare});
    test_.ExpectNothingLeft();
    EXPECT_TRUE(std::filesystem::is_empty(test_.Path("state"))) << "state is left";
    return result;
  }

  // What is written to a descriptor that the state has lost does not come here.
  RunResult RunAsUsual(const Words& words, bool out_is_lost) {
    RunResult result = Run(words);
    if (out_is_lost) result.out.clear();
    return result;
  }

  std::string Filled(const std::string& text) const { return Fill(text, test_); }
  ContainerTest& test() { return test_; }

 private:
  ContainerTest test_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_CALLER_H_
