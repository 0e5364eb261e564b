// What tests of values share: a stage of a few rows, a text checked against it, and the lines of
// what is wrong with it.

#ifndef SLIPWAY_RUNTIME_CONFIG_VALUES_TEST_H_
#define SLIPWAY_RUNTIME_CONFIG_VALUES_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "runtime/config/everything.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/values.h"
#include "runtime/config/yaml.h"
#include "runtime/sdk/options.h"

namespace slipway::config {

// The text form of a Bind, and all ways to write one.
inline constexpr char kForm[] = "/source:/target or /source:/target:MODE:ro";
inline const std::string kBind =
    std::string(kForm) + ", or a map of source, target, mode, readonly, size";

inline slipway_stage StageWith(const slipway_option* options, uint32_t count) {
  slipway_stage stage{};
  stage.name = "all";
  stage.options = options;
  stage.option_count = count;
  return stage;
}

inline slipway_stage EverythingStage() {
  using Table = slipway::internal::Options<Everything>;
  return StageWith(Table::kTable.data(), Table::kCount);
}

// nullptr when something is wrong: see `mistakes`.
inline std::shared_ptr<const OptionValues> CheckText(const slipway_stage& stage,
                                                     std::string_view text, Mistakes& mistakes) {
  const Source file{.name = "f.yaml", .folder = "/etc/slipway", .has_lines = true};
  const Source home{.name = "f.yaml:9:9", .folder = "/etc/slipway", .has_lines = false};
  const auto node = mistakes.Take(ParseYaml(text, file));
  return node ? CheckOptions(stage, GivenBy(*node, file), home, mistakes) : nullptr;
}

// The lines of all mistakes; "no error" when there is none.
inline std::string Lines(const Mistakes& mistakes) {
  if (mistakes.empty()) return "no error";
  std::string lines;
  for (const Error& error : mistakes.errors()) {
    if (!lines.empty()) lines += "\n";
    lines += error.ToString();
  }
  return lines;
}

inline std::string ErrorOf(const slipway_stage& stage, std::string_view text) {
  Mistakes mistakes;
  const auto values = CheckText(stage, text, mistakes);
  EXPECT_EQ(values == nullptr, !mistakes.empty());
  return Lines(mistakes);
}

inline std::string ErrorOf(std::string_view text) { return ErrorOf(EverythingStage(), text); }

// What a stage reads from the options `text`.
inline Everything Read(std::string_view text) {
  Everything everything;
  Mistakes mistakes;
  const auto values = CheckText(EverythingStage(), text, mistakes);
  EXPECT_EQ(Lines(mistakes), "no error");
  if (values != nullptr) slipway::internal::Options<Everything>::Read(everything, values->data());
  return everything;
}

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_VALUES_TEST_H_
