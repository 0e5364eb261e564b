// A stage made by hand, which tests spoil.

#ifndef SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_TEST_H_
#define SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_TEST_H_

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/loader/descriptor.h"

namespace slipway::loader {

inline constexpr slipway_option Option(const char* name, uint32_t type) {
  slipway_option option{};
  option.name = name;
  option.summary = "Something";
  option.type = type;
  return option;
}

class CheckDescriptorTest : public ::testing::Test {
 protected:
  CheckDescriptorTest() {
    plugin_.magic = SLIPWAY_MAGIC;
    plugin_.abi_major = SLIPWAY_ABI_MAJOR;
    plugin_.abi_minor = SLIPWAY_ABI_MINOR;
    plugin_.struct_size = sizeof(slipway_plugin);
    plugin_.option_size = sizeof(slipway_option);
    plugin_.stage_size = sizeof(slipway_stage);
    plugin_.stages = stages_.data();
    plugin_.stage_count = stages_.size();
    other_.name = "other";
    stage_.name = "hand-made";
    stage_.version = "0.1.0";
    stage_.summary = "Made by hand";
  }

  void SetOptions(const std::vector<slipway_option>& options) {
    options_ = options;
    stage_.options = options_.data();
    stage_.option_count = static_cast<uint32_t>(options_.size());
  }

  std::string Check() const {
    const auto found = FindStage(plugin_, "hand-made", "/p/x.so");
    if (!found.ok()) return found.error().ToString();
    return *found == &stage_ ? "good" : "another stage";
  }

  // What a descriptor gets that is wrong in `field`.
  static std::string Bad(const std::string& field, const std::string& what) {
    return "bad descriptor \"" + field + "\" (" + what + "; in /p/x.so)";
  }

  slipway_stage stage_{};
  slipway_stage other_{};
  std::array<const slipway_stage*, 2> stages_{&other_, &stage_};
  slipway_plugin plugin_{};
  std::vector<slipway_option> options_;
};

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_DESCRIPTOR_TEST_H_
