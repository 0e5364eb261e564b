#include "runtime/config/yaml.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace slipway::config {
namespace {

const Source kFile{.name = "f.yaml", .folder = "/", .has_lines = true};

// The tree in one line, each value with its place: {a@1:1: x@1:4}.
std::string Write(const Node& node) {
  const std::string place =
      "@" + std::to_string(node.place.line) + ":" + std::to_string(node.place.column);
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null" + place;
    case Node::Kind::kScalar:
      return (node.quoted ? "'" + node.text + "'" : node.text) + place;
    case Node::Kind::kList: {
      std::string text = "[";
      for (const Node& item : node.items) text += Write(item) + " ";
      return text + "]" + place;
    }
    case Node::Kind::kMap: {
      std::string text = "{";
      for (size_t i = 0; i < node.items.size(); ++i) {
        const Place key = node.keys[i].place;
        text += node.keys[i].text + "@" + std::to_string(key.line) + ":" +
                std::to_string(key.column) + ": " + Write(node.items[i]) + " ";
      }
      return text + "}" + place;
    }
  }
  return "";
}

// The tree, or the error's line.
std::string Parse(std::string_view text) {
  const Result<Node> node = ParseYaml(text, kFile);
  return node.ok() ? Write(*node) : node.error().ToString();
}

TEST(Yaml, EveryValueKnowsItsPlace) {
  EXPECT_EQ(Parse("a:\n  - uts: {hostname: web}\n  - pid\n"),
            "{a@1:1: [{uts@2:5: {hostname@2:11: web@2:21 }@2:10 }@2:5 pid@3:5 ]@2:3 }@1:1");
}

TEST(Yaml, PlainScalarsAreTexts) {
  EXPECT_EQ(Parse("[123, 020, true, yes, 1.5, 0x1f]"),
            "[123@1:2 020@1:7 true@1:12 yes@1:18 1.5@1:23 0x1f@1:28 ]@1:1");
}

TEST(Yaml, QuotedScalarsAreMarked) {
  EXPECT_EQ(Parse("[\"null\", '~', \"\"]"), "['null'@1:2 '~'@1:10 ''@1:15 ]@1:1");
}

TEST(Yaml, NullInAMapHasThePlaceOfItsKey) {
  EXPECT_EQ(Parse("a:\nb: ~\nc: null\n\n# end\n"),
            "{a@1:1: null@1:1 b@2:1: null@2:1 c@3:1: null@3:1 }@1:1");
}

TEST(Yaml, NothingIsNull) {
  EXPECT_EQ(Parse(""), "null@1:1");
  EXPECT_EQ(Parse("# only a comment\n"), "null@1:1");
  EXPECT_EQ(Parse("---\n"), "null@2:1");
}

TEST(Yaml, BlockTextsKeepTheirLines) {
  EXPECT_EQ(Parse("a: |\n  x\n  y\n"), "{a@1:1: 'x\ny\n'@1:4 }@1:1");
  EXPECT_EQ(Parse("a: |\n  x\n  \ty\n"), "{a@1:1: 'x\n\ty\n'@1:4 }@1:1");
}

TEST(Yaml, ACarriageReturnBelongsToTheLineEnd) {
  EXPECT_EQ(Parse("a: x\r\nb: y\r\n"), "{a@1:1: x@1:4 b@2:1: y@2:4 }@1:1");
}

TEST(Yaml, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(Parse("\xef\xbb\xbf"
                  "a: x\n"),
            "{a@1:1: x@1:4 }@1:1");
}

TEST(Yaml, AnAliasIsACopyWithThePlacesOfTheOriginal) {
  EXPECT_EQ(Parse("a: &x {b: c}\nd: *x\n"),
            "{a@1:1: {b@1:8: c@1:11 }@1:4 d@2:1: {b@1:8: c@1:11 }@1:4 }@1:1");
}

TEST(Yaml, OneDocumentMayHaveMarkers) {
  EXPECT_EQ(Parse("%YAML 1.2\n---\na: b\n...\n"), "{a@3:1: b@3:4 }@3:1");
}

TEST(Yaml, ErrorsOfSyntaxSayWhereAndWhat) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: [1, 2\nb: 3\n",
       "f.yaml:1:9: not valid YAML (a '[' without its ']', or a missing comma)"},
      {"a: {x: 1\nb: 3\n",
       "f.yaml:1:9: not valid YAML (a '{' without its '}', or a missing comma)"},
      {"a: [1, 2\nb: 3]\n",
       "f.yaml:1:9: not valid YAML (a '[' without its ']', or a missing comma)"},
      {"a: {b: 1\nc\n", "f.yaml:1:4: not valid YAML (a '{' without its '}', or a missing comma)"},
      {"a: 1\n b: 2\n",
       "f.yaml:2:3: not valid YAML (a ':' where none can stand: look at the indentation, or put "
       "the "
       "text in quotes)"},
      {"a:\n   b: 1\n  c: 2\n",
       "f.yaml:3:3: not valid YAML (a line that does not fit: look at its indentation)"},
      {"a: 1\n- b\n",
       "f.yaml:2:1: not valid YAML (a line that does not fit: look at its indentation)"},
      {"a: 1\n]\n", "f.yaml:2:1: not valid YAML (a ']' or '}' that closes nothing)"},
      {"[a]\n[b]\n", "f.yaml:2:1: not valid YAML (the text before this is already complete)"},
      {"a: @b\n",
       "f.yaml:1:4: not valid YAML (a text must not begin with this character: put it in quotes)"},
      {"a: -\n", "f.yaml:1:4: not valid YAML (a \"- \" where no list item can stand)"},
      {"a: *b\n",
       "f.yaml:1:4: not valid YAML (an alias whose anchor is not there: a text with a '*' in front "
       "needs quotes)"},
      {"a: *\n", "f.yaml:1:5: not valid YAML (a text with a '*' in front needs quotes)"},
      {"a: \"\\q\"\n",
       "f.yaml:1:5: not valid YAML (an unknown escape: inside \"...\" write \\\\ for a backslash)"},
      {"a: |x\n b\n",
       "f.yaml:1:5: not valid YAML (after '|' or '>' the text begins on the next line)"},
      {"a: \"\\u12\"\n",
       "f.yaml:1:7: not valid YAML (a wrong escape: inside \"...\" two hexadecimal digits follow "
       "\\x, four \\u, eight \\U)"},
      {"a: 1\nfoo\nb: 2\n",
       "f.yaml:2:1: not valid YAML (this line lacks its \": \" or its \"- \")"},
      {"a: ]\n", "f.yaml:1:4: not valid YAML (a ']' or '}' that closes nothing)"},
      {"a: {b: [c}\n", "f.yaml:1:10: not valid YAML (a '[' without its ']', or a missing comma)"},
      {"a: [", "f.yaml:1:4: not valid YAML (a '[' without its ']', or a missing comma)"},
      {"a: [b, , c]\n",
       "f.yaml:1:8: not valid YAML (a value is missing here, or a text needs quotes)"},
      {"a: [::1]\n",
       "f.yaml:1:5: not valid YAML (a ':' where none can stand: put the text in quotes)"},
      {"a: [?b]\n",
       "f.yaml:1:5: not valid YAML (a text must not begin with this character: put it in quotes)"},
      {"a: &b.c d\n",
       "f.yaml:1:6: not valid YAML (an anchor is of letters, digits, '_' and '-'; a text with a "
       "'&' "
       "in front needs quotes)"},
      {"%a\n", "f.yaml:1:1: not valid YAML (a text with a '%' in front needs quotes)"},
      {"%YAML 2.0\n---\na: b\n",
       "f.yaml:1:1: not valid YAML (this runtime reads %YAML 1.1 and 1.2)"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(Parse(text), line) << text;
}

TEST(Yaml, ColumnsCountBytes) {
  EXPECT_EQ(Parse("\xc3\xa9: [\xf0\x9f\x9a\xa2, {\xe2\x82\xac: x}]\ny: z\n"),
            "{\xc3\xa9@1:1: [\xf0\x9f\x9a\xa2@1:6 {\xe2\x82\xac@1:13: x@1:18 }@1:12 ]@1:5 "
            "y@2:1: z@2:4 }@1:1");
  EXPECT_EQ(Parse("\xc3\xa9: ]\n"),
            "f.yaml:1:5: not valid YAML (a ']' or '}' that closes nothing)");
}

TEST(Yaml, AQuotedTextMustEnd) {
  for (const char* text :
       {"a:\n  - \"x\n  - y\n", "a:\n  - 'x\n  - y\n", "a:\n  - \"x", "a:\n  - 'x\n---\n'\n"}) {
    EXPECT_EQ(Parse(text), "f.yaml:2:5: not valid YAML (a quoted text that does not end)") << text;
  }
}

TEST(Yaml, ATabInTheIndentationIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"a:\n\t- uts\n", "f.yaml:2:1"},
      {"a:\n  - uts:\n\thostname: x\n", "f.yaml:3:1"},
      {"a:\n  - uts:\n      b: x\n  \t  c: y\n", "f.yaml:4:3"},
      {"a:\n  - uts\n\t- pid\n", "f.yaml:3:1"},
      {"a:\n  - uts\n    - pid\n    \t- proc\n", "f.yaml:4:5"},
      {"a:\n  -\tuts\n", "f.yaml:2:4"},
      {"a: b\n\t\nc: d\n", "f.yaml:2:1"},
  };
  for (const auto& [text, place] : cases) {
    EXPECT_EQ(Parse(text), std::string(place) + ": a tab in the indentation (YAML wants spaces)");
  }
}

TEST(Yaml, DuplicateKeysNameBothPlaces) {
  EXPECT_EQ(Parse("a: 1\nb: 2\na: 3\n"),
            "f.yaml:3:1: duplicate key \"a\" (the first is at f.yaml:1:1)");
  EXPECT_EQ(Parse("x: {a: 1, \"a\": 2}\n"),
            "f.yaml:1:11: duplicate key \"a\" (the first is at f.yaml:1:5)");
}

TEST(Yaml, KeysAreTexts) {
  constexpr std::string_view kRest =
      ": a key that is not a text (put a text in quotes before the colon)";
  EXPECT_EQ(Parse("? [a]\n: b\n"), "f.yaml:1:3" + std::string(kRest));
  EXPECT_EQ(Parse("? {a: b}\n: c\n"), "f.yaml:1:3" + std::string(kRest));
  EXPECT_EQ(Parse("~: b\n"), "f.yaml:1:1" + std::string(kRest));
  EXPECT_EQ(Parse(": b\n"), "f.yaml:1:1" + std::string(kRest));
}

TEST(Yaml, MergeKeysAreRefused) {
  EXPECT_EQ(Parse("a: &x {b: c}\nd:\n  <<: *x\n"),
            "f.yaml:3:3: a merge key \"<<\" (write the keys out, or alias a whole value)");
  EXPECT_EQ(Parse("\"<<\": x\n"), "{<<@1:1: x@1:7 }@1:1");
}

TEST(Yaml, TagsAreRefused) {
  constexpr std::string_view kHint = " (leave it out: the option decides what its value is)";
  EXPECT_EQ(Parse("a: !!binary eA==\n"), "f.yaml:1:4: a tag \"!!binary\"" + std::string(kHint));
  EXPECT_EQ(Parse("a: !mine {}\n"), "f.yaml:1:4: a tag \"!mine\"" + std::string(kHint));
  EXPECT_EQ(Parse("a: !!seq []\n"), "f.yaml:1:4: a tag \"!!seq\"" + std::string(kHint));
  EXPECT_EQ(Parse("a: !!str\n"), "f.yaml:1:4: a tag \"!!str\"" + std::string(kHint));
  EXPECT_EQ(Parse("a: !b!c d\n"), "f.yaml:1:4: a tag \"!b!c\"" + std::string(kHint));
  EXPECT_EQ(Parse("a: !\n"), "f.yaml:1:4: a tag \"!\"" + std::string(kHint));
  EXPECT_EQ(Parse("a: ! ~\n"), "f.yaml:1:4: a tag \"!\"" + std::string(kHint));
  EXPECT_EQ(Parse("a: &x ! b\n"), "f.yaml:1:7: a tag \"!\"" + std::string(kHint));
}

TEST(Yaml, EmptyListItemsAreRefusedWhereTheyStand) {
  constexpr std::string_view kRest =
      ": an empty list item (remove it; an empty text is \"\", the word null is \"null\")";
  EXPECT_EQ(Parse("a:\n  -\n  - b\n"), "f.yaml:2:3" + std::string(kRest));
  EXPECT_EQ(Parse("a:\n  - b\n  - # none\n\nc: 1\n"), "f.yaml:3:3" + std::string(kRest));
  EXPECT_EQ(Parse("a:\n  - b\n  -\nnull: 1\n"), "f.yaml:3:3" + std::string(kRest));
}

TEST(Yaml, AWordForNothingInAListIsNamed) {
  constexpr std::string_view kRest =
      " (this word stands for nothing: remove it, or write it in quotes)";
  EXPECT_EQ(Parse("a: [b, ~]\n"), "f.yaml:1:8: an empty list item \"~\"" + std::string(kRest));
  EXPECT_EQ(Parse("a: [ls, null]\n"),
            "f.yaml:1:9: an empty list item \"null\"" + std::string(kRest));
  EXPECT_EQ(Parse("a:\n  - &x null\n"),
            "f.yaml:2:5: an empty list item \"null\"" + std::string(kRest));
  EXPECT_EQ(Parse("a: [\"null\", nullable]\n"), "{a@1:1: ['null'@1:5 nullable@1:13 ]@1:4 }@1:1");
}

TEST(Yaml, AMissingSpaceIsToldWhereItIsMissing) {
  const std::pair<const char*, const char*> cases[] = {
      {"version:1\nstages:\n  - pid\n",
       "f.yaml:1:8: a missing space \"version:1\" (write a space after the ':')"},
      {"a: 1\nb:2\n", "f.yaml:2:2: a missing space \"b:2\" (write a space after the ':')"},
      {"a: 1\nb:2\nc: 3\n", "f.yaml:2:2: a missing space \"b:2\" (write a space after the ':')"},
      {"a:\n  - m:\n      r:/x\n      c: d\n",
       "f.yaml:3:8: a missing space \"r:/x\" (write a space after the ':')"},
      {"a:\n  - b\n  -c\n  - d\n",
       "f.yaml:3:3: a missing space \"-c\" (write a space after the '-')"},
      {"a: {root:ROOT}\n",
       "f.yaml:1:9: a missing space \"root:ROOT\" (write a space after the ':')"},
      {"a: {b: 1, c:2}\n", "f.yaml:1:12: a missing space \"c:2\" (write a space after the ':')"},
      {"a: {b:[c]}\n", "f.yaml:1:6: a missing space \"b:[\" (write a space after the ':')"},
  };
  for (const auto& [text, line] : cases) EXPECT_EQ(Parse(text), line) << text;
}

TEST(Yaml, WhereNothingIsMissingAColonIsAPartOfTheText) {
  EXPECT_EQ(Parse("[a:b, -c, -5]"), "[a:b@1:2 -c@1:7 -5@1:11 ]@1:1");
  EXPECT_EQ(Parse("{a:b: c, http://d: e, f: g:h}"),
            "{a:b@1:2: c@1:7 http://d@1:10: e@1:20 f@1:23: g:h@1:26 }@1:1");
  EXPECT_EQ(Parse("a:\n  -b\n  c:d\n"), "{a@1:1: -b c:d@2:3 }@1:1");
  EXPECT_EQ(Parse("a: 1\nhttp://b\n"),
            "f.yaml:2:1: not valid YAML (this line lacks its \": \" or its \"- \")");
}

TEST(Yaml, MoreThanOneDocumentIsRefused) {
  EXPECT_EQ(Parse("a: 1\n---\nb: 2\n"),
            "f.yaml:2:1: more than one document (a config is one: remove what follows the ---)");
}

TEST(Yaml, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(Parse(std::string_view("a: b\nc: \0d\n", 11)),
            "f.yaml:2:4: a NUL byte (a config is a text)");
  EXPECT_EQ(Parse("a: b\nc: \xc3\x28\n"),
            "f.yaml:2:4: a byte that is not UTF-8 (a config is a text in UTF-8)");
  EXPECT_EQ(Parse("a: \"b\\0c\"\n"),
            "f.yaml:1:4: a NUL character in a text (no Linux interface can take one)");
}

TEST(Yaml, CharactersThatAreReadInTwoWaysAreRefused) {
  EXPECT_EQ(
      Parse("a: \"\x1b[0m\"\n"),
      "f.yaml:1:5: a character that cannot stand in a config \"U+001B\" (inside \"...\" write "
      "\\u001B)");
  EXPECT_EQ(
      Parse("a: b\xe2\x80\xa8"
            "c: d\n"),
      "f.yaml:1:5: a character that cannot stand in a config \"U+2028\" (inside \"...\" write "
      "\\u2028)");
  EXPECT_EQ(Parse("a: \"\\u001B\\u2028\"\n"), "{a@1:1: '\x1b\xe2\x80\xa8'@1:4 }@1:1");
}

TEST(Yaml, AnAliasTakesTheAnchorThatBeganLast) {
  EXPECT_EQ(Parse("a: &x 1\nb: &x 2\nc: *x\n"), "{a@1:1: 1@1:4 b@2:1: 2@2:4 c@3:1: 2@2:4 }@1:1");
  EXPECT_EQ(Parse("a: &x [&x 1, *x]\nb: *x\n"), "{a@1:1: [1@1:8 1@1:8 ]@1:4 b@2:1: 1@1:8 }@1:1");
}

TEST(Yaml, AnAliasInsideItsOwnAnchorIsRefused) {
  EXPECT_EQ(Parse("a: &x [1, *x]\n"),
            "f.yaml:1:11: an alias inside what it stands for (it would never end)");
}

TEST(Yaml, ABillionLaughsEndInAnError) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 1; j < 10; ++j) text += ", " + last;
    text += "]\n";
  }
  EXPECT_EQ(Parse(text),
            "f.yaml:5:40: too many values (at most 100000, aliases counted as often as they are "
            "used)");
}

TEST(Yaml, TooManyValuesEndInAnError) {
  std::string text = "[";
  for (int i = 0; i <= kMaxNodes; ++i) text += "a,\n";
  EXPECT_EQ(Parse(text + "]"),
            "f.yaml:100001:1: too many values (at most 100000, aliases counted as often as they "
            "are used)");
}

TEST(Yaml, DepthIsBounded) {
  const std::string deep(kMaxDepth, '[');
  const std::string close(kMaxDepth, ']');
  EXPECT_TRUE(ParseYaml(deep + close, kFile).ok());
  EXPECT_EQ(Parse(deep + "[" + close + "]"), "f.yaml:1:65: nested too deeply (at most 64 levels)");
  EXPECT_EQ(Parse(std::string(1'000'000, '[')),
            "f.yaml:1:65: nested too deeply (at most 64 levels)");
}

TEST(Yaml, DepthThroughAliasesIsBounded) {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < kMaxDepth; ++i) {
    const std::string name = "a" + std::to_string(i);
    text += name + ": &" + name + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_EQ(Parse(text), "f.yaml:64:12: nested too deeply (at most 64 levels)");
}

TEST(Yaml, ASourceWithoutLinesIsNamedAlone) {
  const Source command_line{.name = "--set uts.hostname", .folder = "/", .has_lines = false};
  const Result<Node> node = ParseYaml("[a", command_line);
  ASSERT_FALSE(node.ok());
  EXPECT_EQ(node.error().ToString(),
            "--set uts.hostname: not valid YAML (a '[' without its ']', or a missing comma)");
}

}  // namespace
}  // namespace slipway::config
