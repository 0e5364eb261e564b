#include "runtime/state/contents.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <ostream>
#include <string>
#include <vector>

#include "runtime/state/line.h"

namespace slipway::state {
namespace {

constexpr char kPath[] = "/state/web/journal";

Facts SomeFacts() {
  return {.id = "web",
          .config = "/etc/slipway/my config\n.yaml",
          .command = "sh -c 'echo\n'",
          .since = 1795459943'213044117,
          .outlives_host = true,
          .stages = {{"uts", 3, "build-id:0a", "/usr/lib/a b/libuts_stage.so", "1:3:web", true},
                     {"pid", 0, "sha256:0b", "/usr/lib/libpid_stage.so", ""}}};
}

std::string SomeJournal() {
  return FormatFacts(SomeFacts(), "some-boot") +
         FormatChild({.pid = 7, .unique = 8, .start_time = 9}) + FormatEntry(0, "first\nrecord") +
         FormatEntry(1, std::string("\0 ", 2)) + FormatEntry(0, "");
}

// What a journal of these payloads is refused with; "" when it is not.
std::string ErrorOf(const std::vector<std::string>& payloads) {
  std::string text;
  for (const std::string& payload : payloads) text += FormatLine(payload);
  auto contents = ParseContents(text, kPath);
  return contents.ok() ? std::string() : contents.error().ToString();
}

TEST(ParseContents, GivesTheFactsBack) {
  const auto contents = ParseContents(SomeJournal(), kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  const Facts& facts = contents->facts;
  EXPECT_TRUE(contents->complete);
  EXPECT_EQ(contents->boot, "some-boot");
  EXPECT_EQ(facts.id, "web");
  EXPECT_EQ(facts.config, SomeFacts().config);
  EXPECT_EQ(facts.command, SomeFacts().command);
  EXPECT_EQ(facts.since, SomeFacts().since);
  EXPECT_TRUE(facts.outlives_host);
  ASSERT_EQ(facts.stages.size(), 2u);
  EXPECT_EQ(facts.stages[0].name, "uts");
  EXPECT_EQ(facts.stages[0].record_version, 3u);
  EXPECT_EQ(facts.stages[0].digest, "build-id:0a");
  EXPECT_EQ(facts.stages[0].path, "/usr/lib/a b/libuts_stage.so");
  EXPECT_EQ(facts.stages[0].options, "1:3:web");
  EXPECT_EQ(facts.stages[1].options, "");
  EXPECT_TRUE(facts.stages[0].has_started);
  EXPECT_FALSE(facts.stages[1].has_started);
}

TEST(ParseContents, GivesTheIdsBack) {
  const std::string text = SomeJournal() + FormatIds({524288, 65536}) + FormatIds({7, 1});
  const auto contents = ParseContents(text, kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  ASSERT_EQ(contents->ids.size(), 2u);
  EXPECT_EQ(contents->ids[0].first, 524288u);
  EXPECT_EQ(contents->ids[0].count, 65536u);
  EXPECT_EQ(contents->ids[1].first, 7u);
}

TEST(ParseContents, TakesAJournalWithoutACommand) {
  const std::string command = FormatLine("command " + SomeFacts().command);
  std::string old = SomeJournal();
  old.erase(old.find(command), command.size());
  const auto contents = ParseContents(old, kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_TRUE(contents->complete);
  EXPECT_EQ(contents->facts.command, "");
  EXPECT_EQ(contents->entries.size(), 3u);
}

TEST(ParseContents, GivesTheStopSignalBack) {
  Facts facts = SomeFacts();
  facts.stop_signal = SIGRTMIN + 3;
  const auto contents = ParseContents(FormatFacts(facts, "boot"), kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_TRUE(contents->complete);
  EXPECT_EQ(contents->facts.stop_signal, SIGRTMIN + 3);
}

TEST(ParseContents, TakesAJournalWithoutAStopSignal) {
  const std::string text = SomeJournal();
  EXPECT_EQ(text.find("stop-signal"), std::string::npos);
  EXPECT_EQ(ParseContents(text, kPath)->facts.stop_signal, SIGTERM);
}

TEST(ParseContents, RefusesAStopSignalThatIsNone) {
  for (const char* number : {"0", "-3", "65", "TERM", ""}) {
    const std::string payload = std::string("stop-signal ") + number;
    EXPECT_NE(ErrorOf({"slipway-journal 3", payload}).find("no line of a container's state"),
              std::string::npos)
        << payload;
  }
}

Facts KeptFacts() {
  Facts facts = SomeFacts();
  facts.kept = true;
  facts.log = "/var/log/a b";
  return facts;
}

TEST(ParseContents, GivesBackWhereTheOutputOfAKeptOneGoes) {
  const auto contents = ParseContents(FormatFacts(KeptFacts(), "boot"), kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_TRUE(contents->facts.kept);
  EXPECT_EQ(contents->facts.log, "/var/log/a b");
  EXPECT_FALSE(ParseContents(SomeJournal(), kPath)->facts.kept);
}

TEST(ParseContents, GivesTheLastStatusBack) {
  const std::string created = FormatFacts(KeptFacts(), "boot") + FormatPhase(Phase::kCreated);
  EXPECT_EQ(ParseContents(created, kPath)->phase, Phase::kCreated);
  const auto ended =
      ParseContents(created + FormatPhase(Phase::kRunning) + FormatEnded(137), kPath);
  EXPECT_EQ(ended->phase, Phase::kStopped);
  EXPECT_EQ(ended->exit_status, 137);
  EXPECT_FALSE(ended->timed_out);
}

TEST(ParseContents, GivesTheConfigsBackThatAreExtended) {
  Facts facts = KeptFacts();
  facts.extends = {"/a b.yaml", "/c.yaml"};
  const auto contents = ParseContents(FormatFacts(facts, "boot"), kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_EQ(contents->facts.extends, facts.extends);
}

TEST(ParseContents, TellsThatTheTimeWasUp) {
  const auto contents = ParseContents(SomeJournal() + FormatEnded(124, true), kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_EQ(contents->exit_status, 124);
  EXPECT_TRUE(contents->timed_out);
}

TEST(ParseContents, WhatIsUndoneLeavesNoRecords) {
  const auto contents = ParseContents(SomeJournal() + FormatEnded(0) + FormatUndone(), kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_TRUE(contents->entries.empty());
  EXPECT_EQ(contents->exit_status, 0);
}

TEST(CommandText, IsWhatAShellWouldRead) {
  EXPECT_EQ(CommandText({"/bin/sh", "-c", "echo it's", "", "a=b"}),
            "/bin/sh -c 'echo it'\\''s' '' a=b");
  EXPECT_EQ(CommandText({}), "");
}

TEST(CommandText, IsCutBetweenCharacters) {
  const std::string text = CommandText({"x", std::string(5000, 'y'), "z"});
  EXPECT_EQ(text, "x " + std::string(251, 'y') + "...");
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "\xc3\xbc";
  const std::string cut = CommandText({umlauts});
  EXPECT_EQ(cut.size(), 256u);
  EXPECT_EQ(cut.substr(251), "\xc3\xbc...");
}

TEST(ParseContents, TakesTheLastChild) {
  const auto contents = ParseContents(
      SomeJournal() + FormatChild({.pid = 11, .unique = 12, .start_time = 13}), kPath);
  ASSERT_TRUE(contents.ok());
  ASSERT_TRUE(contents->child);
  EXPECT_EQ(contents->child->pid, 11);
  EXPECT_EQ(contents->child->unique, 12u);
}

TEST(ParseContents, GivesChildAndRecordsBackTheOldestFirst) {
  const auto contents = ParseContents(SomeJournal(), kPath);
  ASSERT_TRUE(contents.ok());
  ASSERT_TRUE(contents->child);
  EXPECT_EQ(contents->child->pid, 7);
  EXPECT_EQ(contents->child->unique, 8u);
  EXPECT_EQ(contents->child->start_time, 9u);
  ASSERT_EQ(contents->entries.size(), 3u);
  EXPECT_EQ(contents->entries[0].record, "first\nrecord");
  EXPECT_EQ(contents->entries[1].record, std::string("\0 ", 2));
  EXPECT_EQ(contents->entries[1].stage, 1u);
  EXPECT_EQ(contents->entries[2].record, "");
}

TEST(ParseContents, OfAJournalThatWasCutShortIsAPrefix) {
  const std::string whole = SomeJournal();
  const std::string facts = FormatFacts(SomeFacts(), "some-boot");
  const auto all = ParseContents(whole, kPath);
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto part = ParseContents(std::string_view(whole).substr(0, size), kPath);
    ASSERT_TRUE(part.ok()) << size << part.error().ToString();
    EXPECT_EQ(part->complete, size >= facts.size()) << size;
    ASSERT_LE(part->entries.size(), all->entries.size());
    for (size_t i = 0; i < part->entries.size(); ++i) {
      EXPECT_EQ(part->entries[i].stage, all->entries[i].stage);
      EXPECT_EQ(part->entries[i].record, all->entries[i].record);
    }
  }
}

// As a host that died early, or a hostile hand, leaves it: nothing is made ready for so many.
TEST(ParseContents, TakesTheNumberOfStagesForAWordOnly) {
  const std::string text = FormatLine("slipway-journal 3") +
                           FormatLine("container 1700000000 0 1700000000000000000 web");
  const auto contents = ParseContents(text, kPath);
  ASSERT_TRUE(contents.ok()) << contents.error().ToString();
  EXPECT_FALSE(contents->complete);
  EXPECT_TRUE(contents->states.empty());
}

TEST(ParseContents, OfAJournalWithAChangedByteIsAnErrorOrLacksItsEnd) {
  const std::string whole = SomeJournal();
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = changed[at] == 'X' ? 'Y' : 'X';
    const auto contents = ParseContents(changed, kPath);
    // Without its newline the last line counts as not written.
    EXPECT_EQ(contents.ok(), at + 1 == whole.size()) << at;
  }
}

struct Case {
  const char* name;
  std::vector<std::string> payloads;
  const char* refused;  // the payload that makes no sense, in the last line
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class BadContents : public ::testing::TestWithParam<Case> {};

TEST_P(BadContents, NameTheLine) {
  EXPECT_EQ(
      ErrorOf(GetParam().payloads),
      std::string(kPath) + ":" + std::to_string(GetParam().payloads.size()) +
          ": no line of a container's state \"" + GetParam().refused +
          "\" (written by another version of the runtime, or changed since; runtime gc --forget "
          "ID drops it)");
}

constexpr char kFormat[] = "slipway-journal 2";
constexpr char kContainer[] = "container 1 0 1 web";
constexpr char kStage[] = "stage uts 3 build-id:0a /x.so";

INSTANTIATE_TEST_SUITE_P(
    Line, BadContents,
    ::testing::Values(
        Case{"OtherVersion", {"slipway-journal 1"}, "slipway-journal 1"},
        Case{"NoFormat", {kContainer}, kContainer},
        Case{"FormatTwice", {kFormat, kFormat}, kFormat},
        Case{"UnknownKind", {kFormat, "whatever"}, "whatever"},
        Case{"ContainerTwice", {kFormat, kContainer, kContainer}, kContainer},
        Case{"NoId", {kFormat, "container 1 0 1"}, "container 1 0 1"},
        Case{"TimeTooLarge",
             {kFormat, "container 9223372036854775808 0 1 web"},
             "container 9223372036854775808 0 1 web"},
        Case{"NegativeCount", {kFormat, "container 1 0 -1 web"}, "container 1 0 -1 web"},
        Case{"StageBeforeContainer", {kFormat, kStage}, kStage},
        Case{"StartedWithoutStage", {kFormat, kContainer, "started"}, "started"},
        Case{"StartedBeforeOptions", {kFormat, kContainer, kStage, "started"}, "started"},
        Case{"OptionsWithoutStage", {kFormat, kContainer, "options "}, "options "},
        Case{"StageTooMany", {kFormat, kContainer, kStage, "options ", kStage}, kStage},
        Case{"StageWithoutOptions", {kFormat, "container 1 0 2 web", kStage, kStage}, kStage},
        Case{"StageWithoutPath", {kFormat, kContainer, "stage uts 1 x"}, "stage uts 1 x"},
        Case{"StageWithoutVersion",
             {kFormat, kContainer, "stage uts sha256:0 /x"},
             "stage uts sha256:0 /x"},
        Case{"RecordBeforeTheStages", {kFormat, kContainer, "record 0 a"}, "record 0 a"},
        Case{"RecordOfNoStage",
             {kFormat, kContainer, kStage, "options ", "record 1 a"},
             "record 1 a"},
        Case{"RecordOfAHugeStage",
             {kFormat, kContainer, kStage, "options ", "record 18446744073709551616 a"},
             "record 18446744073709551616 a"},
        Case{"ChildWithoutPid",
             {kFormat, kContainer, kStage, "options ", "child 0 1 1"},
             "child 0 1 1"},
        Case{"ChildThatMeansEverybody",
             {kFormat, kContainer, kStage, "options ", "child -1 0 0"},
             "child -1 0 0"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace slipway::state
