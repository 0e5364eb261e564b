#include "runtime/cli/plan.h"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

Plan Small() {
  return {.config = "a.yaml",
          .stages = {{.name = "uts",
                      .summary = "A host name",
                      .tells = true,
                      .effects = {{SLIPWAY_EFFECT_NAMESPACE, "uts", "a new one"},
                                  {SLIPWAY_EFFECT_OTHER, "host name",
                                   "we\x1b"
                                   "b"}}},
                     {.name = "empty", .summary = "Tells that it does nothing", .tells = true},
                     {.name = "nice", .summary = "Lower priority"}},
          .host = {{SLIPWAY_EFFECT_PROCESS, "command", "/bin/sh"}},
          .missing = {}};
}

TEST(Plan, IsAParagraphForEachStage) {
  EXPECT_EQ(PlanAsText(Small()),
            "a.yaml: a run would do this, in this order; nothing was done\n"
            "\n"
            "uts: A host name\n"
            "  namespace  uts        a new one\n"
            "  other      host name  we?b\n"
            "\n"
            "empty: Tells that it does nothing\n"
            "  nothing\n"
            "\n"
            "nice: Lower priority\n"
            "  what it does in detail, this stage does not tell\n"
            "\n"
            "then the runtime itself\n"
            "  process    command  /bin/sh\n");
}

TEST(Plan, TellsWhatIsNotAvailable) {
  Plan plan = Small();
  plan.missing.push_back(Error("no controller", "pids").In("cgroup-v2", "probe"));
  const std::string text = PlanAsText(plan);
  EXPECT_TRUE(text.ends_with("\n\nnot available here: cgroup-v2: no controller \"pids\"\n"))
      << text;
}

TEST(Plan, IsALineOfJson) {
  EXPECT_EQ(PlanAsJson(Small()),
            R"({"config":"a.yaml","ok":true,"stages":[{"name":"uts","summary":"A host name",)"
            R"("tells":true,"effects":[{"kind":"namespace","subject":"uts","detail":"a new one"},)"
            R"({"kind":"other","subject":"host name","detail":"we\u001bb"}]},)"
            R"({"name":"empty","summary":"Tells that it does nothing","tells":true,"effects":[]},)"
            R"({"name":"nice","summary":"Lower priority","tells":false,"effects":[]}],)"
            R"("runtime":[{"kind":"process","subject":"command","detail":"/bin/sh"}],)"
            R"("not_available":[],"mistakes":[]})"
            "\n");
}

}  // namespace
}  // namespace slipway::cli
