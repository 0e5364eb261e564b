// Records that are written as one text, and lists that are added to.

#include <string>
#include <utility>

#include "runtime/config/values_test.h"

namespace slipway::config {
namespace {

TEST(TextForm, StandsForItsFields) {
  const Everything read = Read(
      "binds: [/a:/b, x:/y:ro, ../x:/y:off, '/a:/b:read-write:ro,size=1K',\n"
      "        '/a:/b:size=2K', {source: /c, target: /d}]\n"
      "bind: /e:/f=g\n");
  ASSERT_EQ(read.binds.size(), 6U);
  EXPECT_EQ(read.binds[0].source.path, "/a");
  EXPECT_EQ(read.binds[0].target.path, "/b");
  EXPECT_EQ(read.binds[0].mode, Access::kReadOnly);
  EXPECT_FALSE(read.binds[0].readonly);
  EXPECT_EQ(read.binds[1].source.path, "/etc/slipway/x");
  EXPECT_TRUE(read.binds[1].readonly);
  EXPECT_EQ(read.binds[2].source.path, "/etc/x");
  EXPECT_EQ(read.binds[2].mode, Access::kOff);
  EXPECT_EQ(read.binds[3].mode, Access::kReadWrite);
  EXPECT_TRUE(read.binds[3].readonly);
  EXPECT_EQ(read.binds[3].size.value_or(Bytes{}).count, 1024);
  EXPECT_EQ(read.binds[4].size.value_or(Bytes{}).count, 2048);
  EXPECT_EQ(read.binds[5].source.path, "/c");
  ASSERT_TRUE(read.bind.has_value());
  EXPECT_EQ(read.bind->target.path, "/f=g");
}

TEST(TextForm, MistakesNameTheFieldAndTheForm) {
  const std::string write = "; write " + kBind + ")";
  const std::string form = std::string("; the form is ") + kForm + ")";
  const std::pair<const char*, std::string> cases[] = {
      {"/a", "binds[0]: no target in \"/a\" (write " + kBind + ")"},
      {"\"\"", "binds[0]: no target in (write " + kBind + ")"},
      {"/a:b",
       "binds[0].target: not absolute \"b\" (write an absolute path inside the container" + form},
      {":/b", "binds[0].source: an empty path (write a path" + form},
      {"$A/a:/b",
       "binds[0].source: not a path \"$A/a\" (of variables, only $XDG_DATA_HOME/ is known; ~/ is "
       "the home folder, and ./ goes before a name with $" +
           form},
      {"/a:/b:of", "binds[0].mode: unknown value \"of\" (did you mean \"off\"?" + form},
      {"/a:/b:off:rp", "binds[0]: unknown part \"rp\" (did you mean \"ro\"?" + write},
      {"'/a:/b:off:'",
       "binds[0]: nothing behind the last ':' or ',' \"/a:/b:off:\" (write " + kBind + ")"},
      {"/a:/b:off:ro:ro",
       "binds[0]: too many parts in \"/a:/b:off:ro:ro\" (a value with a ':' in it needs the map" +
           write},
      {"'/a:/b:ro,ro'", "binds[0]: given twice \"readonly\" (write " + kBind + ")"},
      {"/a:/b:source=/c", "binds[0]: given twice \"source\" (write " + kBind + ")"},
      {"/a:/b:size=1mb",
       "binds[0].size: not a size \"1mb\" (write 1MiB; units are KiB MiB GiB TiB, or K M G T for "
       "the same; a plain number is in bytes" +
           form},
  };
  for (const auto& [text, line] : cases) {
    EXPECT_EQ(ErrorOf("binds:\n- " + std::string(text)), "f.yaml:2:3: all: " + line);
  }
}

TEST(TextForm, WithoutOneARecordIsAMap) {
  slipway_option table[] = {internal::TypeOf<Bind>::Shape()};
  table[0].name = "bind";
  table[0].summary = "Bind";
  table[0].text_form = nullptr;
  EXPECT_EQ(ErrorOf(StageWith(table, 1), "bind: /a:/b"),
            "f.yaml:1:7: all: bind: found a single value \"/a:/b\" (write a map of source, target, "
            "mode, readonly, size)");
}

}  // namespace
}  // namespace slipway::config
