#include "runtime/config/short_names.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/config/stages_for_test.h"

namespace slipway::config {
namespace {

using ShortNames = StagesForTest;

TEST_F(ShortNames, AreThoseOfTheStagesOfThePipelineOnceEach) {
  const Result<Document> document = Document::Parse(
      "version: 1\nstages: [mount, nets, first-of: [cgroup-v2, cgroup-v1]]\n", "f.yaml");
  ASSERT_TRUE(document.ok()) << document.error().ToString();
  std::string lines;
  for (const ShortName& found :
       ShortNamesOf(*document, [this](const std::string& name) { return Load(name); })) {
    lines += found.name + " " + found.stage + " " + found.option->name + "\n";
  }
  EXPECT_EQ(lines, "read-only mount readonly\npath mount paths\npids cgroup-v2 pids.max\n");
}

}  // namespace
}  // namespace slipway::config
