// The table of a stage's options.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/loader/descriptor.h"
#include "runtime/loader/descriptor_test.h"

namespace slipway::loader {
namespace {

TEST_F(CheckDescriptorTest, RefusesOptionsThatAreNotThere) {
  stage_.option_count = 2;
  EXPECT_EQ(Check(), Bad("options", "2 of them at NULL"));
}

TEST_F(CheckDescriptorTest, RefusesAnOptionWithoutName) {
  SetOptions({Option("one", SLIPWAY_BOOL), Option(nullptr, SLIPWAY_BOOL)});
  EXPECT_EQ(Check(), Bad("options[1].name", "missing"));
}

TEST_F(CheckDescriptorTest, RefusesAnOptionWithoutSummary) {
  slipway_option option = Option("one", SLIPWAY_BOOL);
  option.summary = nullptr;
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one.summary", "missing"));
}

TEST_F(CheckDescriptorTest, RefusesTheSameOptionTwice) {
  SetOptions(
      {Option("one", SLIPWAY_BOOL), Option("two", SLIPWAY_BOOL), Option("one", SLIPWAY_STRING)});
  EXPECT_EQ(Check(), Bad("options.one", "declared twice"));
}

TEST_F(CheckDescriptorTest, RefusesNamesThatSetCannotReach) {
  for (const char* name : {"My Opt=1", "a:b", "a=b", "-a", ".a", "a.", "a[0]", "\xc3\xa4"}) {
    SetOptions({Option(name, SLIPWAY_BOOL)});
    EXPECT_EQ(Check(), Bad("options[0].name",
                           "an option's name is of letters, digits, '_', '-' and '.', and begins "
                           "with none of '-' and '.', but this is \"" +
                               std::string(name) + "\""));
  }
  SetOptions({Option("net_cls.class-Id0", SLIPWAY_BOOL)});
  EXPECT_EQ(Check(), "good");
}

TEST_F(CheckDescriptorTest, RefusesAFallbackOfWhatIsRequired) {
  slipway_option option = Option("one", SLIPWAY_BOOL);
  option.flags = SLIPWAY_REQUIRED;
  option.fallback = "true";
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one", "required, and yet with a fallback"));
}

TEST_F(CheckDescriptorTest, TakesShortNames) {
  slipway_option one = Option("one", SLIPWAY_BOOL);
  slipway_option two = Option("two", SLIPWAY_BOOL);
  one.short_name = "read-only";
  two.short_name = "b2";
  SetOptions({one, two});
  EXPECT_EQ(Check(), "good");
}

TEST_F(CheckDescriptorTest, RefusesBadShortNames) {
  slipway_option option = Option("one", SLIPWAY_BOOL);
  for (const char* name : {"Memory", "-m", "1", "a b", "a=b", "a_b", "a.b"}) {
    option.short_name = name;
    SetOptions({option});
    EXPECT_EQ(Check(), Bad("options.one.short_name",
                           "a short name is of a-z, 0-9 and '-', and begins with a letter, but "
                           "this is \"" +
                               std::string(name) + "\""));
  }
  option.short_name = "";
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one.short_name", "missing"));
}

TEST_F(CheckDescriptorTest, RefusesAShortNameTwice) {
  slipway_option one = Option("one", SLIPWAY_BOOL);
  slipway_option two = Option("two", SLIPWAY_BOOL);
  one.short_name = two.short_name = "same";
  SetOptions({one, two});
  EXPECT_EQ(Check(), Bad("options.two.short_name", "\"same\" is that of one too"));
}

TEST_F(CheckDescriptorTest, RefusesAShortNameOfAField) {
  slipway_option field = Option("field", SLIPWAY_BOOL);
  field.short_name = "field";
  slipway_option record = Option("one", SLIPWAY_RECORD);
  record.fields = &field;
  record.field_count = 1;
  SetOptions({record});
  EXPECT_EQ(Check(),
            Bad("options.one.field.short_name", "only an option of the stage itself has one"));
}

TEST_F(CheckDescriptorTest, TextFormsAreOfFieldsAndWords) {
  slipway_option fields[] = {Option("source", SLIPWAY_PATH), Option("target", SLIPWAY_PATH),
                             Option("readonly", SLIPWAY_BOOL), Option("list", SLIPWAY_LIST)};
  const slipway_option element = Option(nullptr, SLIPWAY_BOOL);
  fields[3].element = &element;
  slipway_option record = Option("one", SLIPWAY_RECORD);
  record.fields = fields;
  record.field_count = 4;
  const std::pair<const char*, const char*> cases[] = {
      {"source", ""},
      {"source:target:ro=readonly", ""},
      {"source:sink", "\"sink\" is no field of a single value"},
      {"source:list", "\"list\" is no field of a single value"},
      {"source:", "\"\" is no field of a single value"},
      {"source:source", "\"source\" is there twice"},
      {"source:ro=readonly:target", "\"target\" is behind a word"},
      {"source:ro=target", "\"target\" is no field that is true or false"},
      {"source:ro=nothing", "\"nothing\" is no field that is true or false"},
      {"source:=readonly", "\"\" is no word"},
      {"ro=readonly", "it begins with no field"},
      {"", "missing"},
  };
  for (const auto& [form, what] : cases) {
    record.text_form = form;
    SetOptions({record});
    EXPECT_EQ(Check(), *what == '\0' ? "good" : Bad("options.one.text_form", what)) << form;
  }
}

TEST_F(CheckDescriptorTest, RefusesATextFormOfNoRecord) {
  slipway_option option = Option("one", SLIPWAY_STRING);
  option.text_form = "one";
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one.text_form", "only a record has one"));
}

TEST_F(CheckDescriptorTest, RefusesNeedsOfTwoLines) {
  stage_.needs = "root\nand more";
  EXPECT_EQ(Check(), Bad("needs", "of more than one line"));
}

TEST_F(CheckDescriptorTest, RefusesUnknownTypes) {
  for (const uint32_t type : {0, 14, 99}) {
    SetOptions({Option("one", type)});
    EXPECT_EQ(Check(), Bad("options.one", "unknown type " + std::to_string(type)));
  }
}

TEST_F(CheckDescriptorTest, RefusesUnknownFlags) {
  slipway_option option = Option("one", SLIPWAY_BOOL);
  option.flags = SLIPWAY_REQUIRED | 0x80;
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one", "unknown flags 0x0000000000000081"));
}

TEST_F(CheckDescriptorTest, RefusesASecretWithinAnOption) {
  slipway_option element = Option(nullptr, SLIPWAY_STRING);
  element.flags = SLIPWAY_SECRET;
  slipway_option option = Option("one", SLIPWAY_LIST);
  option.element = &element;
  SetOptions({option});
  EXPECT_EQ(Check(),
            Bad("options.one[]", "only an option of the stage itself is secret, or changeable"));
  element.flags = 0;
  option.flags = SLIPWAY_SECRET;
  SetOptions({option});
  EXPECT_EQ(Check(), "good");
}

TEST_F(CheckDescriptorTest, RefusesAMinimumAboveTheMaximum) {
  slipway_option option = Option("one", SLIPWAY_INTEGER);
  option.flags = SLIPWAY_HAS_MINIMUM | SLIPWAY_HAS_MAXIMUM;
  option.minimum = 5;
  option.maximum = 4;
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one", "minimum 5 above maximum 4"));
}

TEST_F(CheckDescriptorTest, RefusesAnEnumWithoutNames) {
  SetOptions({Option("one", SLIPWAY_ENUM)});
  EXPECT_EQ(Check(), Bad("options.one", "an enum without names"));
}

TEST_F(CheckDescriptorTest, RefusesAnEnumWhoseNamesDoNotEnd) {
  const std::vector<const char*> names(1000, "x");
  slipway_option option = Option("one", SLIPWAY_ENUM);
  option.names = names.data();
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one.names", "more than 256 names; is the last one NULL?"));
}

TEST_F(CheckDescriptorTest, RefusesListsAndMapsWithoutElement) {
  for (const uint32_t type : {SLIPWAY_LIST, SLIPWAY_MAP}) {
    SetOptions({Option("one", type)});
    EXPECT_EQ(Check(), Bad("options.one", "a list or map without element"));
  }
}

TEST_F(CheckDescriptorTest, RefusesABadElement) {
  const slipway_option element = Option(nullptr, 77);
  slipway_option option = Option("one", SLIPWAY_LIST);
  option.element = &element;
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one[]", "unknown type 77"));
}

TEST_F(CheckDescriptorTest, RefusesARecordWithoutFields) {
  SetOptions({Option("one", SLIPWAY_RECORD)});
  EXPECT_EQ(Check(), Bad("options.one", "a record without fields"));
}

TEST_F(CheckDescriptorTest, RefusesABadField) {
  const slipway_option fields[] = {Option("good", SLIPWAY_BOOL), Option("bad", 77)};
  slipway_option record = Option(nullptr, SLIPWAY_RECORD);
  record.fields = fields;
  record.field_count = 2;
  slipway_option option = Option("one", SLIPWAY_MAP);
  option.element = &record;
  SetOptions({option});
  EXPECT_EQ(Check(), Bad("options.one[].bad", "unknown type 77"));
}

TEST_F(CheckDescriptorTest, RefusesAListThatHoldsItself) {
  slipway_option list = Option("one", SLIPWAY_LIST);
  list.element = &list;
  SetOptions({list});
  EXPECT_EQ(Check(), Bad("options.one[][][][][][][][]", "nested more than 8 deep"));
}

TEST_F(CheckDescriptorTest, RefusesMoreOptionsThanAnyoneReads) {
  std::array<std::string, 1025> names;
  std::vector<slipway_option> options(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    names[i] = "o" + std::to_string(i);
    options[i] = Option(names[i].c_str(), SLIPWAY_BOOL);
  }
  SetOptions(options);
  EXPECT_EQ(Check(), Bad("options.o1024", "more than 1024 options in all"));
}

TEST_F(CheckDescriptorTest, RefusesAnEmptyToken) {
  static constexpr const char* kTokens[] = {"root", "", nullptr};
  stage_.provides = kTokens;
  EXPECT_EQ(Check(), Bad("provides[1]", "missing"));
}

TEST_F(CheckDescriptorTest, RefusesTokensThatDoNotEnd) {
  const std::vector<const char*> tokens(1000, "x");
  for (const char* const* slipway_stage::*list :
       {&slipway_stage::requires_, &slipway_stage::after, &slipway_stage::conflicts}) {
    stage_.*list = tokens.data();
    EXPECT_NE(Check().find("more than 256 names"), std::string::npos);
    stage_.*list = nullptr;
  }
}

}  // namespace
}  // namespace slipway::loader
