// Fuzzes the way from the text of a config to a checked pipeline.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/check.h"
#include "runtime/config/document.h"
#include "runtime/config/everything.h"
#include "runtime/config/mistakes.h"
#include "runtime/sdk/stage.h"

namespace slipway::config {
namespace {

constexpr StageInfo kAllInfo{.name = "all", .summary = "All types"};
constexpr StageInfo kFirstInfo{
    .name = "first", .summary = "Provides", .provides = {"root"}, .conflicts = {"last"}};
constexpr StageInfo kNextInfo{
    .name = "next", .summary = "Requires", .requires_ = {"root"}, .after = {"all"}};

constexpr slipway_stage kAll = slipway::internal::Adapter<Everything>::Describe(kAllInfo);
constexpr slipway_stage kFirst = slipway::internal::Adapter<Stage>::Describe(kFirstInfo);
constexpr slipway_stage kNext = slipway::internal::Adapter<Stage>::Describe(kNextInfo);

Result<const slipway_stage*> Load(const std::string& name) {
  for (const slipway_stage* stage : {&kAll, &kFirst, &kNext}) {
    if (name == stage->name) return stage;
  }
  return Error("no such stage", name);
}

// A stage reads its values the way that the SDK does; any memory that is not there is found so.
void ReadValues(const Pipeline& pipeline) {
  for (const Step& step : pipeline.steps) {
    if (step.alternatives.empty()) std::abort();
    for (const StageEntry& entry : step.alternatives) {
      if (entry.descriptor != &kAll) continue;
      Everything everything;
      slipway::internal::Options<Everything>::Read(everything, entry.options->data());
      if (entry.Locate("binds[0].source").find("fuzz.yaml") == std::string::npos) std::abort();
      if (everything.tasks < 1 || everything.tasks > 64) std::abort();
      if (everything.text.empty() || everything.text.size() > 8) std::abort();
      if (!everything.root.path.starts_with('/')) std::abort();
    }
  }
}

std::vector<const slipway_stage*> AllStages() { return {&kAll, &kFirst, &kNext}; }

void CheckText(std::string_view text) {
  Mistakes mistakes;
  const auto document = Document::Parse(text, "/etc/slipway/fuzz.yaml", mistakes);
  if (!document && mistakes.empty()) std::abort();
  if (document) {
    const auto pipeline = Check(*document, {}, Load, mistakes, AllStages);
    if (pipeline.has_value() != mistakes.empty()) std::abort();
    if (pipeline) ReadValues(*pipeline);
  }
  // The name of the file, at least, tells where.
  for (const Error& error : mistakes.errors()) {
    if (error.ToString().find("fuzz.yaml") == std::string::npos) std::abort();
  }
}

}  // namespace
}  // namespace slipway::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slipway::config::CheckText({reinterpret_cast<const char*>(data), size});
  return 0;
}
