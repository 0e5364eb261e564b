#include "runtime/config/values.h"

#include <gtest/gtest.h>

#include <chrono>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "runtime/config/everything.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/values_test.h"

namespace slipway::config {
namespace {

slipway_option OfType(uint32_t type) {
  slipway_option option{};
  option.name = "one";
  option.summary = "One";
  option.type = type;
  return option;
}

slipway_option StringOption(const char* name) {
  slipway_option option{};
  option.name = name;
  option.summary = "Something";
  option.type = SLIPWAY_STRING;
  return option;
}

TEST(Values, DefaultsStandForWhatIsNotGiven) {
  const Everything read = Read("{}");
  EXPECT_EQ(read.text, "none");
  EXPECT_TRUE(read.flag);
  EXPECT_EQ(read.tasks, 20);
  EXPECT_FALSE(read.cpus.has_value());
  EXPECT_EQ(read.memory.count, kKiB * kKiB);
  EXPECT_EQ(read.wait, std::chrono::milliseconds(1500));
  EXPECT_EQ(read.root.path, "/etc/rootfs");
  EXPECT_EQ(read.target.path, "/proc");
  EXPECT_EQ(read.mode, Access::kOff);
  EXPECT_EQ(read.permissions.bits, 0755U);
  EXPECT_EQ(read.list, std::vector<int64_t>{7});
  EXPECT_FALSE(read.bind.has_value());
}

TEST(Values, ScalarsOfEveryType) {
  const Everything read = Read(
      "{text: 123, flag: false, tasks: 0x10, cpus: 1.5, memory: 64KiB, wait: 2ms, root: /srv/r,\n"
      " target: /a/../b, mode: read-write, permissions: 0o1777}");
  EXPECT_EQ(read.text, "123");
  EXPECT_FALSE(read.flag);
  EXPECT_EQ(read.tasks, 16);
  EXPECT_EQ(read.cpus.value_or(Decimal{}).thousandths, 1500);
  EXPECT_EQ(read.memory.count, 64 * kKiB);
  EXPECT_EQ(read.wait, std::chrono::milliseconds(2));
  EXPECT_EQ(read.root.path, "/srv/r");
  EXPECT_EQ(read.target.path, "/a/../b");
  EXPECT_EQ(read.mode, Access::kReadWrite);
  EXPECT_EQ(read.permissions.bits, 01777U);
}

TEST(Values, BoundsAreInclusive) {
  EXPECT_EQ(Read("{tasks: 1}").tasks, 1);
  EXPECT_EQ(Read("{tasks: 64}").tasks, 64);
  EXPECT_EQ(Read("{text: a}").text, "a");
  EXPECT_EQ(Read("{text: abcdefgh}").text, "abcdefgh");
  EXPECT_EQ(Read("{memory: 4KiB}").memory.count, 4 * kKiB);
}

TEST(Values, ListsMapsAndRecordsNest) {
  const Everything read = Read(
      "list: [1, 2]\n"
      "map: {a: 1K, b.c: 2}\n"
      "binds:\n"
      "  - {source: x, target: /y}\n"
      "  - {target: /w, mode: off, source: ../z}\n");
  EXPECT_EQ(read.list, (std::vector<int64_t>{1, 2}));
  ASSERT_EQ(read.map.size(), 2U);
  EXPECT_EQ(read.map.at("a").count, kKiB);
  EXPECT_EQ(read.map.at("b.c").count, 2);
  ASSERT_EQ(read.binds.size(), 2U);
  EXPECT_EQ(read.binds[0].source.path, "/etc/slipway/x");
  EXPECT_EQ(read.binds[0].target.path, "/y");
  EXPECT_EQ(read.binds[0].mode, Access::kReadOnly);
  EXPECT_EQ(read.binds[1].source.path, "/etc/z");
  EXPECT_EQ(read.binds[1].mode, Access::kOff);
}

TEST(Values, EmptyListsAndMapsAreGiven) {
  const Everything read = Read("{list: [], map: {}}");
  EXPECT_TRUE(read.list.empty());
  EXPECT_TRUE(read.map.empty());
}

TEST(Values, AStageWithoutOptionsTakesNone) {
  const slipway_stage stage = StageWith(nullptr, 0);
  EXPECT_EQ(ErrorOf(stage, "{}"), "no error");
  EXPECT_EQ(ErrorOf(stage, "{a: b}"), "f.yaml:1:2: all: unknown option \"a\" (it has none)");
}

TEST(Values, UnknownOptionsGetTheNearestName) {
  EXPECT_EQ(ErrorOf("{taks: 1}"),
            "f.yaml:1:2: all: unknown option \"taks\" (did you mean \"tasks\"?)");
  EXPECT_EQ(
      ErrorOf("{quite-else: 1}"),
      "f.yaml:1:2: all: unknown option \"quite-else\" (see runtime describe all for its options)");
  EXPECT_EQ(ErrorOf("binds:\n- {sorce: a, target: /b}\n"),
            "f.yaml:2:4: all: binds[0]: unknown option \"sorce\" (did you mean \"source\"?)");
}

TEST(Values, NamesAreFoundInAnotherCaseAndWithOtherSeparators) {
  const slipway_option table[] = {StringOption("pids.max"), StringOption("memory.swap.max"),
                                  StringOption("memory.max"), StringOption("read-only")};
  const slipway_stage stage = StageWith(table, 4);
  const std::pair<const char*, const char*> cases[] = {
      {"Pids.Max: 1", "unknown option \"Pids.Max\" (did you mean \"pids.max\"?)"},
      {"memory_swap_max: 1",
       "unknown option \"memory_swap_max\" (did you mean \"memory.swap.max\"?)"},
      {"memory-max: 1", "unknown option \"memory-max\" (did you mean \"memory.max\"?)"},
      {"read_only: 1", "unknown option \"read_only\" (did you mean \"read-only\"?)"},
      {"pids: {max: 20}", "unknown option \"pids\" (did you mean \"pids.max\"?)"},
      {"memory: {swap: {max: 0}}", "unknown option \"memory\" (did you mean \"memory.swap.max\"?)"},
      {"pids: 20", "unknown option \"pids\" (did you mean \"pids.max\"?)"},
      {"memory: 20",
       "unknown option \"memory\" (write the whole name: one of memory.swap.max, memory.max)"},
  };
  for (const auto& [text, line] : cases) {
    EXPECT_EQ(ErrorOf(stage, text), std::string("f.yaml:1:1: all: ") + line);
  }
}

TEST(Values, AllMistakesAreTold) {
  EXPECT_EQ(ErrorOf("taks: 1\nflag: yes\nlist: [1, x, y]\nbinds:\n- {source: a}\n- {target: b}\n"),
            "f.yaml:1:1: all: unknown option \"taks\" (did you mean \"tasks\"?)\n"
            "f.yaml:2:7: all: flag: neither true nor false \"yes\" (write true or false)\n"
            "f.yaml:3:11: all: list[1]: not an integer \"x\" (write an integer)\n"
            "f.yaml:3:14: all: list[2]: not an integer \"y\" (write an integer)\n"
            "f.yaml:5:3: all: binds[0]: missing option \"target\" (an absolute path inside the "
            "container: Where it is bound)\n"
            "f.yaml:6:3: all: binds[1]: missing option \"source\" (a path: What is bound)\n"
            "f.yaml:6:12: all: binds[1].target: not absolute \"b\" (write an absolute path inside "
            "the container)");
}

TEST(Values, AMissingOptionWithAWrongNameIsToldOnce) {
  EXPECT_EQ(ErrorOf("binds:\n- {sorce: a, target: /b}\n"),
            "f.yaml:2:4: all: binds[0]: unknown option \"sorce\" (did you mean \"source\"?)");
}

TEST(Values, WrongScalarsSayWhatWouldBeRight) {
  const std::pair<const char*, const char*> cases[] = {
      {"text: \"\"", "text: an empty text (write a text of 1 to 8 bytes)"},
      {"text: abcdefghi",
       "text: 9 bytes are too many \"abcdefghi\" (write a text of 1 to 8 bytes)"},
      {"flag: yes", "flag: neither true nor false \"yes\" (write true or false)"},
      {"flag: 1", "flag: neither true nor false \"1\" (write true or false)"},
      {"tasks: many", "tasks: not an integer \"many\" (write an integer from 1 to 64, in tasks)"},
      {"tasks: 0", "tasks: out of range \"0\" (write an integer from 1 to 64, in tasks)"},
      {"tasks: 65", "tasks: out of range \"65\" (write an integer from 1 to 64, in tasks)"},
      {"tasks: -1", "tasks: out of range \"-1\" (write an integer from 1 to 64, in tasks)"},
      {"tasks: 99999999999999999999",
       "tasks: out of range \"99999999999999999999\" (write an integer from 1 to 64, in tasks)"},
      {"tasks: 020", "tasks: a leading zero \"020\" (write 20, or 0o20 in octal)"},
      {"tasks: \"\"", "tasks: not an integer (write an integer from 1 to 64, in tasks)"},
      {"cpus: 0.05", "cpus: out of range \"0.05\" (write a number from 0.1 to 8, such as 1.5)"},
      {"cpus: all", "cpus: not a number \"all\" (write a number from 0.1 to 8, such as 1.5)"},
      {"memory: 512MB",
       "memory: not a size \"512MB\" (write 512MiB; "
       "units are KiB MiB GiB TiB, or K M G T for the same; a plain number is in bytes)"},
      {"memory: 1", "memory: out of range \"1\" (write a size from 4KiB to 1MiB)"},
      {"memory: lots", "memory: not a size \"lots\" (write a size from 4KiB to 1MiB)"},
      {"wait: 5",
       "wait: a duration without a unit \"5\" (write 5ms or 5s; units are ns us ms s m h)"},
      {"wait: long", "wait: not a duration \"long\" (write a duration, such as 100ms)"},
      {"root: \"\"", "root: an empty path (write a path)"},
      {"target: proc",
       "target: not absolute \"proc\" (write an absolute path inside the container)"},
      {"target: \"\"", "target: an empty path (write an absolute path inside the container)"},
      {"mode: readonly", "mode: unknown value \"readonly\" (did you mean \"read-only\"?)"},
      {"mode: READ_ONLY", "mode: unknown value \"READ_ONLY\" (did you mean \"read-only\"?)"},
      {"root: $HOME/r",
       "root: not a path \"$HOME/r\" (of variables, only $XDG_DATA_HOME/ is known; ~/ is the home "
       "folder, and ./ goes before a name with $)"},
      {"permissions: rwx",
       "permissions: not permissions in octal \"rwx\" (write permissions in octal, such as 755 or "
       "1777)"},
      {"permissions: 999",
       "permissions: not permissions in octal \"999\" (write permissions in octal, such as 755 or "
       "1777)"},
      {"permissions: 77777",
       "permissions: out of range \"77777\" (write permissions in octal, such as 755 or 1777)"},
      {"flag: True", "flag: neither true nor false \"True\" (write true or false)"},
      {"mode: x", "mode: unknown value \"x\" (one of off, read-only, read-write)"},
  };
  for (const auto& [text, line] : cases) {
    const std::string column = std::to_string(std::string_view(text).find(' ') + 2);
    EXPECT_EQ(ErrorOf(text), "f.yaml:1:" + column + ": all: " + line);
  }
}

TEST(Values, NoValueIsAnErrorAtTheKey) {
  EXPECT_EQ(ErrorOf("flag: true\ntext:\n"),
            "f.yaml:2:1: all: text: has no value (write a text of 1 to 8 bytes)");
  EXPECT_EQ(ErrorOf("root: ~"), "f.yaml:1:1: all: root: has no value (write a path)");
  EXPECT_EQ(ErrorOf("list:"), "f.yaml:1:1: all: list: has no value (write a list of integers)");
}

TEST(Values, TheWrongShapeIsNamed) {
  EXPECT_EQ(ErrorOf("text: [a]"),
            "f.yaml:1:7: all: text: found a list (write a text of 1 to 8 bytes)");
  EXPECT_EQ(ErrorOf("text: {a: b}"),
            "f.yaml:1:7: all: text: found a map (write a text of 1 to 8 bytes)");
  EXPECT_EQ(ErrorOf("list: 5"),
            "f.yaml:1:7: all: list: found a single value \"5\" (write a list of integers)");
  EXPECT_EQ(ErrorOf("map: [1]"),
            "f.yaml:1:6: all: map: found a list (write a map of names to sizes)");
  EXPECT_EQ(ErrorOf("bind: [a]"), "f.yaml:1:7: all: bind: found a list (write " + kBind + ")");
  EXPECT_EQ(ErrorOf("binds: {source: a, target: /b}"),
            "f.yaml:1:8: all: binds: found a map (write a list of maps of source, target, mode, "
            "readonly, size, or of texts such as /source:/target or /source:/target:MODE:ro)");
  EXPECT_EQ(ErrorOf("binds: [[]]"),
            "f.yaml:1:9: all: binds[0]: found a list (write " + kBind + ")");
}

TEST(Values, AnElementIsNamedByItsWay) {
  EXPECT_EQ(ErrorOf("list: [1, x]"),
            "f.yaml:1:11: all: list[1]: not an integer \"x\" (write an integer)");
  EXPECT_EQ(ErrorOf("map: {a: x}"),
            "f.yaml:1:10: all: map.a: not a size \"x\" (write a size, such as 512MiB)");
  EXPECT_EQ(ErrorOf("map: {\"\": 1}"),
            "f.yaml:1:7: all: map: an empty name (write a map of names to sizes)");
  EXPECT_EQ(
      ErrorOf("binds:\n- source: a\n  target: b\n"),
      "f.yaml:3:11: all: binds[0].target: not absolute \"b\" (write an absolute path inside the "
      "container)");
}

TEST(Values, ARequiredFieldIsMissedAtItsRecord) {
  EXPECT_EQ(ErrorOf("binds:\n- source: a\n"),
            "f.yaml:2:3: all: binds[0]: missing option \"target\" (an absolute path inside the "
            "container: Where it is bound)");
}

TEST(Values, ARequiredOptionIsMissedAtItsStage) {
  slipway_option root{};
  root.name = "root";
  root.summary = "Root filesystem";
  root.type = SLIPWAY_PATH;
  root.flags = SLIPWAY_REQUIRED;
  EXPECT_EQ(ErrorOf(StageWith(&root, 1), "{}"),
            "f.yaml:9:9: all: missing option \"root\" (a path: Root filesystem)");
}

TEST(Values, AWrongDefaultIsBlamedOnTheStage) {
  slipway_option tasks{};
  tasks.name = "tasks";
  tasks.summary = "Tasks";
  tasks.type = SLIPWAY_INTEGER;
  tasks.fallback = "some";
  EXPECT_EQ(ErrorOf(StageWith(&tasks, 1), "{}"),
            "f.yaml:9:9: all: default of tasks: not an integer \"some\" (write an integer)");
}

TEST(Values, ADefaultOfAListIsReadAsYaml) {
  const slipway_option element = OfType(SLIPWAY_INTEGER);
  slipway_option numbers = OfType(SLIPWAY_LIST);
  numbers.element = &element;
  numbers.fallback = "[1, 20]";
  const slipway_stage stage = StageWith(&numbers, 1);
  Mistakes mistakes;
  const auto values = CheckText(stage, "{}", mistakes);
  ASSERT_EQ(Lines(mistakes), "no error");
  ASSERT_EQ(values->data()[0].count, 2U);
  EXPECT_EQ(values->data()[0].as.items[1].as.integer, 20);
  numbers.fallback = "[1, x]";
  EXPECT_EQ(ErrorOf(stage, "{}"),
            "f.yaml:9:9: all: default of one[1]: not an integer \"x\" (write an integer)");
  numbers.fallback = "[1";
  EXPECT_EQ(ErrorOf(stage, "{}").find("f.yaml:9:9: all: default of "), 0U) << ErrorOf(stage, "{}");
}

TEST(Values, ASecretIsNotPrintedInAMistake) {
  slipway_option token = OfType(SLIPWAY_INTEGER);
  token.flags = SLIPWAY_SECRET;
  EXPECT_EQ(ErrorOf(StageWith(&token, 1), "one: hunter2"),
            "f.yaml:1:6: all: one: not an integer (write an integer)");
  EXPECT_EQ(ErrorOf(StageWith(&token, 1), "one: [hunter2]").find("hunter2"), std::string::npos);
}

// Of a group that is one, all that is below it.
TEST(Values, APartOfASecretIsNotPrintedEither) {
  slipway_option fields[] = {OfType(SLIPWAY_INTEGER)};
  fields[0].name = "number";
  slipway_option element = OfType(SLIPWAY_RECORD);
  element.fields = fields;
  element.field_count = 1;
  element.text_form = "number";
  slipway_option list = OfType(SLIPWAY_LIST);
  list.element = &element;
  list.flags = SLIPWAY_SECRET;
  for (const char* text : {"one: [{number: hunter2}]", "one: [{number: 1, hunter2: 2}]",
                           "one: [hunter2]", "one: [hunter2:hunter2]", "one: [[hunter2]]"}) {
    const std::string error = ErrorOf(StageWith(&list, 1), text);
    EXPECT_EQ(error.find("hunter2"), std::string::npos) << error;
    EXPECT_NE(error, "no error") << text;
  }
}

TEST(Values, ABoundOnOneSideLeavesTheOtherOpen) {
  slipway_option number = OfType(SLIPWAY_INTEGER);
  number.flags = SLIPWAY_HAS_MAXIMUM;
  EXPECT_EQ(ErrorOf(StageWith(&number, 1), "one: -9"), "no error");
  EXPECT_EQ(ErrorOf(StageWith(&number, 1), "one: 1"),
            "f.yaml:1:6: all: one: out of range \"1\" (write an integer of at most 0)");
}

TEST(Values, AnUnknownTypeIsRefused) {
  slipway_option odd{};
  odd.name = "odd";
  odd.summary = "Odd";
  odd.type = 99;
  EXPECT_EQ(ErrorOf(StageWith(&odd, 1), "odd: x"),
            "f.yaml:1:6: all: odd: a type that this runtime does not know \"99\" (the plugin is of "
            "another version)");
}

TEST(Values, AStringMayHaveALeastLength) {
  slipway_option name{};
  name.name = "name";
  name.summary = "Name";
  name.type = SLIPWAY_STRING;
  name.flags = SLIPWAY_HAS_MINIMUM | SLIPWAY_HAS_MAXIMUM;
  name.minimum = 2;
  name.maximum = 4;
  EXPECT_EQ(ErrorOf(StageWith(&name, 1), "name: a"),
            "f.yaml:1:7: all: name: 1 bytes are too few \"a\" (write a text of 2 to 4 bytes)");
}

TEST(Values, EveryValueCarriesItsType) {
  const slipway_stage stage = EverythingStage();
  Mistakes mistakes;
  const auto values = CheckText(stage, "{list: [1], binds: [{source: a, target: /b}]}", mistakes);
  ASSERT_EQ(Lines(mistakes), "no error");
  const slipway_value* data = values->data();
  for (uint32_t i = 0; i < stage.option_count; ++i) {
    const std::string name = stage.options[i].name;
    const bool absent = name == "cpus" || name == "map" || name == "bind";
    EXPECT_EQ(data[i].type, absent ? 0 : stage.options[i].type) << name;
  }
  const slipway_value& binds = data[12];
  ASSERT_EQ(binds.count, 1U);
  EXPECT_EQ(binds.as.items[0].type, static_cast<uint32_t>(SLIPWAY_RECORD));
  EXPECT_EQ(binds.as.items[0].count, 5U);
}

}  // namespace
}  // namespace slipway::config
