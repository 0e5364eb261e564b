// The table of a plugin, and what a stage says besides its options.

#include "runtime/loader/descriptor.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/loader/descriptor_test.h"

namespace slipway::loader {
namespace {

TEST_F(CheckDescriptorTest, TakesOneWithoutOptionsAndHooks) { EXPECT_EQ(Check(), "good"); }

TEST_F(CheckDescriptorTest, TakesEveryType) {
  static constexpr std::array<const char*, 3> kNames = {"on", "off", nullptr};
  static constexpr slipway_option kElement = Option(nullptr, SLIPWAY_INTEGER);
  static constexpr slipway_option kFields[] = {Option("soft", SLIPWAY_INTEGER),
                                               Option("hard", SLIPWAY_INTEGER)};
  std::vector<slipway_option> options;
  std::array<std::string, SLIPWAY_USER + 1> names;
  for (uint32_t type = SLIPWAY_STRING; type <= SLIPWAY_USER; ++type) {
    names[type] = "option-" + std::to_string(type);
    slipway_option option = Option(names[type].c_str(), type);
    option.names = kNames.data();
    option.element = &kElement;
    option.fields = kFields;
    option.field_count = 2;
    options.push_back(option);
  }
  SetOptions(options);
  EXPECT_EQ(Check(), "good");
}

TEST_F(CheckDescriptorTest, RefusesAnotherMagic) {
  plugin_.magic = 0x1122334455667788;
  EXPECT_EQ(Check(),
            "wrong magic \"0x1122334455667788\" (a plugin begins with 0x0059415750494c53; this is "
            "none: /p/x.so)");
}

TEST_F(CheckDescriptorTest, RefusesAnotherMajor) {
  plugin_.abi_major = 1;
  plugin_.abi_minor = 0;
  EXPECT_EQ(Check(), "wrong ABI \"1.0\" (this runtime wants 0.9; rebuild the stage: /p/x.so)");
}

TEST_F(CheckDescriptorTest, RefusesAnotherMinor) {
  plugin_.abi_minor = 1;
  EXPECT_EQ(Check(), "wrong ABI \"0.1\" (this runtime wants 0.9; rebuild the stage: /p/x.so)");
}

TEST_F(CheckDescriptorTest, RefusesAnotherSize) {
  const auto wrong = [](const std::string& what, size_t size, size_t own) {
    return "wrong size of " + what + " \"" + std::to_string(size) + "\" (this runtime wants " +
           std::to_string(own) + "; rebuild the stage: /p/x.so)";
  };
  plugin_.stage_size = sizeof(slipway_stage) - 8;
  EXPECT_EQ(Check(), wrong("a stage", sizeof(slipway_stage) - 8, sizeof(slipway_stage)));
  plugin_.option_size = sizeof(slipway_option) + 8;
  EXPECT_EQ(Check(), wrong("an option", sizeof(slipway_option) + 8, sizeof(slipway_option)));
  plugin_.struct_size = 16;
  EXPECT_EQ(Check(), wrong("the plugin's table", 16, sizeof(slipway_plugin)));
}

TEST_F(CheckDescriptorTest, ReadsNoStageWhenASizeIsWrong) {
  plugin_.option_size = 16;
  plugin_.stages = reinterpret_cast<const slipway_stage* const*>(1);
  EXPECT_NE(Check(), "good");
}

TEST_F(CheckDescriptorTest, RefusesAPluginWithoutStagesOrWithTooMany) {
  for (const uint32_t count : {0U, 257U}) {
    plugin_.stage_count = count;
    EXPECT_EQ(Check(), "wrong number of stages \"" + std::to_string(count) +
                           "\" (a plugin has 1 to 256; file: /p/x.so)");
  }
}

TEST_F(CheckDescriptorTest, RefusesAStageThatIsNotThere) {
  stages_[0] = nullptr;
  EXPECT_EQ(Check(), Bad("stages[0]", "missing"));
}

TEST_F(CheckDescriptorTest, NamesTheStagesThatThereAre) {
  stage_.name = "uts";
  EXPECT_EQ(Check(),
            "no such stage in the plugin \"hand-made\" (it has other, uts; file: /p/x.so)");
}

TEST_F(CheckDescriptorTest, RefusesNoName) {
  stage_.name = nullptr;
  EXPECT_EQ(Check(), Bad("stages[1].name", "missing"));
}

TEST_F(CheckDescriptorTest, RefusesNoVersion) {
  stage_.version = nullptr;
  EXPECT_EQ(Check(), Bad("version", "missing"));
}

TEST_F(CheckDescriptorTest, RefusesAnEmptySummary) {
  stage_.summary = "";
  EXPECT_EQ(Check(), Bad("summary", "missing"));
}

TEST_F(CheckDescriptorTest, RefusesASummaryOfTwoLines) {
  stage_.summary = "one\ntwo";
  EXPECT_EQ(Check(), Bad("summary", "of more than one line"));
}

TEST_F(CheckDescriptorTest, RefusesAnEndlessSummary) {
  const std::string endless(5000, 'x');
  stage_.summary = endless.c_str();
  EXPECT_EQ(Check(), Bad("summary", "longer than 1024 bytes"));
}

TEST_F(CheckDescriptorTest, RefusesUnknownPrivileges) {
  stage_.privileges = 3;
  EXPECT_EQ(Check(), Bad("privileges", "unknown value 3"));
}

TEST_F(CheckDescriptorTest, RefusesARangeOfRecordVersionsThatIsNone) {
  stage_.record_version = 2;
  stage_.oldest_record_version = 2;
  EXPECT_EQ(Check(), "good");
  stage_.oldest_record_version = 3;
  EXPECT_EQ(Check(), Bad("oldest_record_version", "3 above record_version 2"));
}

}  // namespace
}  // namespace slipway::loader
