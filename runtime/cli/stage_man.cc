#include "runtime/cli/stage_man.h"

#include <utility>
#include <vector>

#include "runtime/cli/describe.h"
#include "runtime/cli/man.h"

namespace slipway::cli {
namespace {

// What other stages, and the machine, have to do with it.
void AddPlace(ManPage& page, const slipway_stage& stage) {
  page.Section("PLACE IN A PIPELINE");
  const std::pair<const char*, std::string> facts[] = {
      {"needs", NeedsText(stage)},
      {"provides", TokensText(stage.provides)},
      {"requires", TokensText(stage.requires_)},
      {"after", TokensText(stage.after)},
      {"conflicts", TokensText(stage.conflicts)},
  };
  for (const auto& [label, value] : facts) {
    if (!value.empty()) page.Item(Bold(label), value);
  }
}

void AddOptions(ManPage& page, const slipway_stage& stage) {
  page.Section("OPTIONS");
  if (stage.option_count == 0) return page.Paragraphs("It has no options.\n");
  ForEachOption(stage, [&page](const std::string& name, const slipway_option& option) {
    std::string term = Bold(name);
    if (option.short_name != nullptr)
      term += " (" + Bold(std::string("--") + option.short_name) + ")";
    if (option.flags & SLIPWAY_REQUIRED) term += ", required";
    page.Item(term, option.summary + std::string("."));
    page.Below(ValueText(option));
  });
}

}  // namespace

std::string StageAsMan(const slipway_stage& stage, std::string_view version) {
  const std::string name = std::string("slipway-stage-") + stage.name;
  ManPage page({name}, '7', stage.summary, version);
  page.Section("SYNOPSIS");
  const std::string options = stage.option_count == 0 ? "" : ": {OPTION: VALUE}";
  page.Lines({Roff("stages:"), Roff("  - ") + Bold(stage.name) + StyledSynopsis(options)});
  page.Section("DESCRIPTION");
  page.Paragraphs(stage.summary + std::string(".\n"));
  AddPlace(page, stage);
  AddOptions(page, stage);
  page.SeeAlso({"runtime(1)", "runtime-describe(1)", "runtime-stages(1)", "slipway-config(5)"});
  return page.text();
}

}  // namespace slipway::cli
