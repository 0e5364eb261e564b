// How the host refuses: a status, one line on stderr that begins with "runtime: ", and silence on
// stdout. The census of ContainerTest sees to it that nothing is left.

#ifndef SLIPWAY_TESTS_REFUSAL_H_
#define SLIPWAY_TESTS_REFUSAL_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

// The whole line, without "runtime: " and the newline.
inline void ExpectRefusal(const RunResult& result, const std::string& line, int status = 125) {
  EXPECT_EQ(result.err, "runtime: " + line + "\n");
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, status);
}

// For lines that depend on the machine: what they begin with, and what they say further on.
inline void ExpectRefusalLike(const RunResult& result, const std::string& begin,
                              const std::vector<std::string>& parts, int status = 125) {
  EXPECT_EQ(result.err.find("runtime: " + begin), 0u) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const std::string& part : parts) {
    EXPECT_NE(result.err.find(part), std::string::npos) << part << " is not in " << result.err;
  }
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, status);
}

// `text` with the test's folder for each "$D", and the path of its test.yaml for each "$F".
inline std::string Fill(std::string text, const ContainerTest& test) {
  for (const auto& [mark, value] : {std::pair<std::string_view, std::string>{"$D", test.folder()},
                                    {"$F", test.Path("test.yaml")}}) {
    for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size()) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

// Runs the host with these words, each filled in, and takes the census.
inline RunResult RunFilled(ContainerTest& test, const std::vector<std::string>& words,
                           const RunOptions& options = {}) {
  std::vector<std::string> argv = {Runfile("runtime/runtime")};
  for (const std::string& word : words) argv.push_back(Fill(word, test));
  RunResult result = RunProgram(argv, options);
  test.ExpectNothingLeft();
  return result;
}

// A table's row names its test.
template <typename Row>
std::string NameOf(const ::testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_REFUSAL_H_
