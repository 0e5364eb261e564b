// Stages as plugins declare them, and a fixture that checks configs made of them. For tests: their
// tables and rules are all that counts here.

#ifndef SLIPWAY_RUNTIME_CONFIG_STAGES_FOR_TEST_H_
#define SLIPWAY_RUNTIME_CONFIG_STAGES_FOR_TEST_H_

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config/check.h"
#include "runtime/config/document.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/override.h"
#include "runtime/sdk/stage.h"

namespace slipway::config {

struct UtsForTest : Stage {
  static constexpr auto Options() {
    return OptionTable(Option<&UtsForTest::hostname>(
        "hostname", "Host name",
        {.fallback = "container", .minimum = 1, .maximum = 64, .short_name = "hostname"}));
  }
  std::string hostname;
};

struct BindForTest {
  static constexpr auto Options() {
    return OptionTable(
        Option<&BindForTest::source>("source", "What is bound", {.required = true}),
        Option<&BindForTest::target>("target", "Where it is bound", {.required = true}));
  }
  HostPath source;
  ContainerPath target;
};

struct MountForTest : Stage {
  static constexpr auto Options() {
    return OptionTable(
        Option<&MountForTest::root>("root", "Root filesystem", {.required = true}),
        Option<&MountForTest::readonly>("readonly", "Nothing can be written",
                                        {.fallback = "false", .short_name = "read-only"}),
        Option<&MountForTest::paths>("paths", "What else is seen inside", {.short_name = "path"}),
        Option<&MountForTest::binds>("binds", "What else is seen inside, and where"),
        Option<&MountForTest::sizes>("sizes", "How large some folders may grow"));
  }
  HostPath root;
  bool readonly = false;
  std::vector<HostPath> paths;
  std::vector<BindForTest> binds;
  std::map<std::string, Bytes> sizes;
};

struct CgroupForTest : Stage {
  static constexpr auto Options() {
    return OptionTable(
        Option<&CgroupForTest::pids_max>("pids.max", "Maximum number of tasks",
                                         {.minimum = 1, .maximum = 4194304, .short_name = "pids"}));
  }
  int64_t pids_max = 0;
};

inline constexpr StageInfo kUtsForTest{.name = "uts", .summary = ""};
inline constexpr StageInfo kPidForTest{.name = "pid", .summary = "", .provides = {"pid-namespace"}};
inline constexpr StageInfo kMountForTest{
    .name = "mount", .summary = "", .provides = {"mount-namespace", "root"}};
inline constexpr StageInfo kProcForTest{.name = "proc",
                                        .summary = "",
                                        .requires_ = {"mount-namespace"},
                                        .after = {"root", "pid-namespace"}};
inline constexpr StageInfo kCgroup1ForTest{
    .name = "cgroup-v1", .summary = "", .provides = {"cgroup"}};
inline constexpr StageInfo kCgroup2ForTest{
    .name = "cgroup-v2", .summary = "", .provides = {"cgroup"}};

class StagesForTest : public testing::Test {
 protected:
  template <typename S>
  static slipway_stage Describe(const StageInfo& info) {
    return slipway::internal::Adapter<S>::Describe(info);
  }

  // A config /etc/slipway/f.yaml that has these stages, from line 3 on.
  std::optional<Pipeline> RunAll(const std::string& stages, const std::vector<std::string>& sets,
                                 Mistakes& mistakes) {
    return RunText("version: 1\nstages:\n" + stages, Parse(sets), mistakes);
  }

  std::optional<Pipeline> RunText(const std::string& text, const std::vector<Override>& overrides,
                                  Mistakes& mistakes) {
    const auto document = Document::Parse(text, "/etc/slipway/f.yaml", mistakes);
    if (!document) return std::nullopt;
    return Check(
        *document, overrides, [this](const std::string& name) { return Load(name); }, mistakes,
        [this] {
          std::vector<const slipway_stage*> all;
          for (const auto& [name, stage] : stages_) all.push_back(&stage);
          return all;
        });
  }

  Result<Pipeline> Run(const std::string& stages, const std::vector<std::string>& sets = {}) {
    Mistakes mistakes;
    std::optional<Pipeline> pipeline = RunAll(stages, sets, mistakes);
    RETURN_IF_ERROR(mistakes.First());
    return *std::move(pipeline);
  }

  // The first mistake.
  std::string ErrorOf(const std::string& stages, const std::vector<std::string>& sets = {}) {
    const Result<Pipeline> pipeline = Run(stages, sets);
    return pipeline.ok() ? "no error" : pipeline.error().ToString();
  }

  // All of them, a line for each, without the name of the file in front.
  static std::string Lines(const Mistakes& mistakes) {
    constexpr std::string_view kName = "/etc/slipway/f.yaml:";
    std::string lines;
    for (const Error& error : mistakes.errors()) {
      const std::string line = error.ToString();
      lines += (line.starts_with(kName) ? line.substr(kName.size()) : line) + "\n";
    }
    return lines;
  }

  std::string AllErrorsOf(const std::string& stages, const std::vector<std::string>& sets = {}) {
    Mistakes mistakes;
    const bool ok = RunAll(stages, sets, mistakes).has_value();
    EXPECT_EQ(ok, mistakes.empty());
    return Lines(mistakes);
  }

  std::string AllErrorsOfText(const std::string& text) {
    Mistakes mistakes;
    const bool ok = RunText(text, {}, mistakes).has_value();
    EXPECT_EQ(ok, mistakes.empty());
    return Lines(mistakes);
  }

  static std::vector<Override> Parse(const std::vector<std::string>& sets) {
    std::vector<Override> overrides;
    for (const std::string& set : sets) {
      Result<Override> parsed = ParseOverride(set);
      EXPECT_TRUE(parsed.ok()) << set;
      if (parsed.ok()) overrides.push_back(*std::move(parsed));
    }
    return overrides;
  }

  Result<const slipway_stage*> Load(const std::string& name) {
    ++loads_[name];
    const auto found = stages_.find(name);
    if (found != stages_.end()) return &found->second;
    Error error("no such stage", name);
    if (name == "placed") error.At("/etc/slipway/f.yaml:9:3");
    if (name == "pinned") error.Option("sha256");
    return error;
  }

  std::map<std::string, int> loads_;
  std::map<std::string, slipway_stage> stages_ = {
      {"uts", Describe<UtsForTest>(kUtsForTest)},
      {"pid", Describe<Stage>(kPidForTest)},
      {"mount", Describe<MountForTest>(kMountForTest)},
      {"proc", Describe<Stage>(kProcForTest)},
      {"cgroup-v1", Describe<CgroupForTest>(kCgroup1ForTest)},
      {"cgroup-v2", Describe<CgroupForTest>(kCgroup2ForTest)},
  };
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_STAGES_FOR_TEST_H_
