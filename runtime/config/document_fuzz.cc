// Fuzzes the way from the text of a config to a checked pipeline.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/config/check.h"
#include "runtime/config/document.h"
#include "runtime/config/everything.h"
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
      if (everything.tasks < 1 || everything.tasks > 64) std::abort();
      if (everything.text.empty() || everything.text.size() > 8) std::abort();
      if (!everything.root.path.starts_with('/')) std::abort();
    }
  }
}

void CheckText(std::string_view text) {
  const auto document = Document::Parse(text, "/etc/slipway/fuzz.yaml");
  Status status = document.ok() ? Ok() : Status(document.error());
  if (document.ok()) {
    const auto pipeline = Check(*document, {}, Load);
    if (pipeline.ok()) return ReadValues(*pipeline);
    status = pipeline.error();
  }
  // The name of the file, at least, tells where.
  if (status.error().ToString().find("fuzz.yaml") == std::string::npos) std::abort();
}

}  // namespace
}  // namespace slipway::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slipway::config::CheckText({reinterpret_cast<const char*>(data), size});
  return 0;
}
