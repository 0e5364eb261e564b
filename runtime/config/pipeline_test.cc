#include "runtime/config/pipeline.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/config/stages_for_test.h"

namespace slipway::config {
namespace {

class Locate : public StagesForTest {
 protected:
  std::string Of(const std::string& stages, std::string_view option,
                 const std::vector<std::string>& sets = {}) {
    // Neither the document nor the overrides are there any more when it is asked.
    const Result<Pipeline> pipeline = Run(stages, sets);
    if (!pipeline.ok()) return pipeline.error().ToString();
    return pipeline->steps[0].alternatives[0].Locate(option);
  }
};

constexpr const char* kMount =
    "- mount:\n    root: /r\n    binds: [{source: /a, target: /b}]\n    sizes: {a.b: 1KiB}\n";

TEST_F(Locate, AnOptionStandsWhereItsValueDoes) {
  EXPECT_EQ(Of(kMount, "root"), "/etc/slipway/f.yaml:4:11");
  EXPECT_EQ(Of(kMount, "binds"), "/etc/slipway/f.yaml:5:12");
  EXPECT_EQ(Of(kMount, "binds[0]"), "/etc/slipway/f.yaml:5:13");
  EXPECT_EQ(Of(kMount, "binds[0].target"), "/etc/slipway/f.yaml:5:34");
  EXPECT_EQ(Of(kMount, "sizes.a.b"), "/etc/slipway/f.yaml:6:18");
  EXPECT_EQ(Of("- cgroup-v1: {pids.max: 3}\n", "pids.max"), "/etc/slipway/f.yaml:3:25");
}

TEST_F(Locate, WhatIsNotGivenStandsWhereTheNearestDoes) {
  EXPECT_EQ(Of(kMount, ""), "/etc/slipway/f.yaml:3:3");
  EXPECT_EQ(Of(kMount, "readonly"), "/etc/slipway/f.yaml:3:3");
  EXPECT_EQ(Of(kMount, "roots"), "/etc/slipway/f.yaml:3:3");
  EXPECT_EQ(Of(kMount, "root.x"), "/etc/slipway/f.yaml:4:11");
  EXPECT_EQ(Of(kMount, "binds[0].mode"), "/etc/slipway/f.yaml:5:13");
  for (const char* option : {"binds[1]", "binds[x]", "binds[0", "binds[", "binds[-1]", "binds.a"}) {
    EXPECT_EQ(Of(kMount, option), "/etc/slipway/f.yaml:5:12") << option;
  }
}

TEST_F(Locate, WhatTheCommandLineSaysStandsThere) {
  EXPECT_EQ(Of(kMount, "root", {"mount.root=/x"}), "--set mount.root");
  const std::string more = "mount.binds+={source: /c, target: /d}";
  EXPECT_EQ(Of(kMount, "binds[0].source", {more}), "/etc/slipway/f.yaml:5:22");
  EXPECT_EQ(Of(kMount, "binds[1].source", {more}), "--set mount.binds");
  EXPECT_EQ(Of(kMount, "binds[1]", {more}), "--set mount.binds");
}

}  // namespace
}  // namespace slipway::config
