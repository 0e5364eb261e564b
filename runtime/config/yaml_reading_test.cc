// Texts that YAML readers are known to read in different ways, with the one tree or refusal that is
// right. A line of the table is YAML, then what it becomes.

#include <gtest/gtest.h>

#include <string>

#include "runtime/config/yaml.h"

namespace slipway::config {
namespace {

// The tree in one line, without places.
std::string Write(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kScalar:
      return node.quoted ? "'" + node.text + "'" : node.text;
    case Node::Kind::kList:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + Write(item);
      return "[" + text + "]";
    case Node::Kind::kMap:
      for (size_t i = 0; i < node.items.size(); ++i) {
        text += (text.empty() ? "" : ", ") + node.keys[i].text + ": " + Write(node.items[i]);
      }
      return "{" + text + "}";
  }
  return text;
}

// The tree, or "refused LINE:COLUMN".
std::string Read(const std::string& text) {
  const Source source{.name = "f", .folder = "/", .has_lines = true};
  const Result<Node> node = ParseYaml(text, source);
  if (node.ok()) return Write(*node);
  const std::string where = node.error()->where;
  return "refused " + where.substr(2);
}

struct Reading {
  const char* text;
  const char* tree;
};

class YamlReading : public testing::TestWithParam<Reading> {};

TEST_P(YamlReading, IsTheOneThatIsRight) {
  EXPECT_EQ(Read(GetParam().text), GetParam().tree) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Comments, YamlReading,
                         testing::ValuesIn<Reading>({
                             {"a: [b,\n# c\nd]\n", "{a: [b, d]}"},
                             {"a: [\n  b,\n  d\n# c\n]\n", "{a: [b, d]}"},
                             {"a: [b\n# c\nd]\n", "refused 3:1"},
                             {"a: b # c\n  d\n", "refused 2:3"},
                             {"a: b\n# c\n  d\n", "refused 3:3"},
                             {"a: b#c\n", "{a: b#c}"},
                             {"a: |\n  # b\n c: d\n", "refused 3:2"},
                             {"a: |\n  # b\n# c\nd: e\n", "{a: '# b\n', d: e}"},
                             {"a: \"b\n# c\"\n", "{a: 'b # c'}"},
                             {"a: | # b\n  c\n", "{a: 'c\n'}"},
                             {"a: '#' # '\n", "{a: '#'}"},
                             {"# '\na: b\n# [\n", "{a: b}"},
                         }));

INSTANTIATE_TEST_SUITE_P(Ends, YamlReading,
                         testing::ValuesIn<Reading>({
                             {"a: 'b\n", "refused 1:4"},
                             {"a: \"b\\\"\n", "refused 1:4"},
                             {"a: 'it''s\n", "refused 1:4"},
                             {"a: 1\nb", "refused 2:1"},
                             {"a: 1\n'b'", "refused 2:1"},
                             {"a: 1\n&b", "refused 2:1"},
                             {"a: 1\n%b\n", "refused 2:1"},
                             {"[a,\n%b\n]", "refused 2:1"},
                             {"a: 1\n%YAML 1.2\n---\n", "refused 2:1"},
                             {"%YAML 1.2\n", "refused 2:1"},
                             {"%YAML 1.2\na: b\n", "refused 2:1"},
                             {"%YAML 1.3\n---\n", "refused 1:1"},
                             {"...\n", "refused 1:1"},
                             {"a: b\n...\n", "{a: b}"},
                             {"--- a\n...\n", "a"},
                             {"a: b\n...\nc: d\n", "refused 3:1"},
                             {"[a\n---\nb]", "refused 2:1"},
                         }));

INSTANTIATE_TEST_SUITE_P(Flow, YamlReading,
                         testing::ValuesIn<Reading>({
                             {"[a?b, c?]", "[a?b, c?]"},
                             {"[what?\n  who?]", "[what? who?]"},
                             {"{a?: ?b}", "refused 1:6"},
                             {"[\"a\":b]", "[{a: b}]"},
                             {"{\"a\":b}", "{a: b}"},
                             {"{a: b}: c\n", "refused 1:1"},
                             {"[&a ? b]", "refused 1:5"},
                             {"[a:?b]", "[a:?b]"},
                             {"[a, b,]", "[a, b]"},
                             {"[a,,b]", "refused 1:4"},
                             {"[,a]", "refused 1:2"},
                             {"{,a: b}", "refused 1:2"},
                             {"{a: b,, c: d}", "refused 1:7"},
                             {"[a}", "refused 1:3"},
                             {"[a]]", "refused 1:4"},
                             {"a: [b] c\n", "refused 1:8"},
                             {"a: 'b' c\n", "refused 1:8"},
                             {"a:\n[b]\n", "refused 2:1"},
                             {"a:\n|\n b\n", "refused 2:1"},
                             {"[a: b, c]", "[{a: b}, c]"},
                             {"[- a]", "refused 1:2"},
                             {"{a: b, c}", "{a: b, c: null}"},
                             {"a: b, c\n", "{a: b, c}"},
                             {"a: , b\n", "refused 1:4"},
                         }));

INSTANTIATE_TEST_SUITE_P(Block, YamlReading,
                         testing::ValuesIn<Reading>({
                             {"- - a\n  - b\n", "[[a, b]]"},
                             {"- a: b\n  c: d\n", "[{a: b, c: d}]"},
                             {"a:\n- b\n- c\nd: e\n", "{a: [b, c], d: e}"},
                             {"a:\n  b\n  c\n", "{a: b c}"},
                             {"a: b\n  [c\n", "{a: b [c}"},
                             {"a: b\n  - c\n", "{a: b - c}"},
                             {"a: b: c\n", "refused 1:5"},
                             {"a: b\n c: d\n", "refused 2:3"},
                             {"a:\n  b: 1\n c: 2\n", "refused 3:2"},
                             {"? a\n: b\n", "{a: b}"},
                             {"a: - b\n", "refused 1:4"},
                             {"a: &x\n  b: c\nd: *x\n", "{a: {b: c}, d: {b: c}}"},
                             {"a: &x &y b\n", "refused 1:7"},
                             {"a: &x *x\n", "refused 1:7"},
                             {"a: >\n  b\n  c\n\n  d\n", "{a: 'b c\nd\n'}"},
                             {"a: >+\n  b\n ", "{a: 'b\n'}"},
                             {"a: |1\n  b\n", "{a: ' b\n'}"},
                             {"a: |0\n  b\n", "refused 1:5"},
                             {"a: \"b\n\n\n\"\n", "{a: 'b\n\n'}"},
                             {"a: \"\\N\\_\"\n", "{a: '\xc2\x85\xc2\xa0'}"},
                             {"a: \"\\'\"\n", "refused 1:5"},
                             {"a: \"\\ud800\"\n", "refused 1:7"},
                             {"a\n: b\n", "refused 2:1"},
                         }));

}  // namespace
}  // namespace slipway::config
