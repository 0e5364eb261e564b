// Fuzzes --set, over a config that has a value for every type of option.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/config/check.h"
#include "runtime/config/document.h"
#include "runtime/config/everything.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/override.h"
#include "runtime/sdk/stage.h"

namespace slipway::config {
namespace {

constexpr StageInfo kAllInfo{.name = "all", .summary = "All types"};
constexpr slipway_stage kAll = slipway::internal::Adapter<Everything>::Describe(kAllInfo);

constexpr const char* kConfig =
    "version: 1\n"
    "stages:\n"
    "  - all: {text: a, flag: false, tasks: 3, cpus: 1.5, memory: 64KiB, wait: 2s, root: r,\n"
    "          target: /t, mode: off, list: [1], map: {a: 1KiB}}\n";

const Document& Config() {
  static const Result<Document> document = Document::Parse(kConfig, "/etc/slipway/fuzz.yaml");
  if (!document.ok()) std::abort();
  return *document;
}

void CheckOverride(const std::string& text) {
  const auto parsed = ParseOverride(text);
  if (!parsed.ok()) return;
  const std::string sign = parsed->append ? "+=" : "=";
  if (parsed->stage + "." + parsed->option + sign + parsed->text != text) std::abort();
  Mistakes mistakes;
  const auto pipeline = Check(
      Config(), {*parsed}, [](const std::string&) { return Result(&kAll); }, mistakes,
      [] { return std::vector<const slipway_stage*>{&kAll}; });
  if (pipeline.has_value() != mistakes.empty()) std::abort();
  for (const Error& error : mistakes.errors()) {
    if (*error->where == '\0') std::abort();
  }
  if (!pipeline) return;
  const StageEntry& entry = pipeline->steps[0].alternatives[0];
  if (entry.Locate(parsed->option).empty()) std::abort();
  Everything everything;
  slipway::internal::Options<Everything>::Read(everything, entry.options->data());
}

}  // namespace
}  // namespace slipway::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slipway::config::CheckOverride({reinterpret_cast<const char*>(data), size});
  return 0;
}
