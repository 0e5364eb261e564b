// A program that tries to get out of its container, or up in it, in each ready config and beside
// them in docker's: README.md has the table.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/hostile/attempts.h"
#include "tests/hostile/cases.h"
#include "tests/hostile/contained.h"
#include "tests/hostile/table.h"

namespace slipway::testing {
namespace {

using Outcomes = std::map<std::string, Outcome>;

// Each case runs once, whoever asks first.
const Outcomes& OutcomesOf(const Case& one) {
  static std::map<std::string, Outcomes> all;
  const auto at = all.find(one.name);
  if (at != all.end()) return at->second;
  return all[one.name] = RunCase(one);
}

class Hostile : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    if (GetParam().where == Where::kControl && !IsTestbed()) {
      GTEST_SKIP() << "without a container it runs in the testbed alone";
    }
  }
};

TEST_P(Hostile, IsRefusedWhatIsExpected) {
  const Case& one = GetParam();
  const Outcomes& outcomes = OutcomesOf(one);
  for (const Attempt& attempt : Attempts()) {
    if (attempt.testbed_alone && !IsTestbed()) continue;
    const auto at = outcomes.find(attempt.name);
    ASSERT_NE(at, outcomes.end()) << attempt.name << " was not tried";
    EXPECT_NE(at->second.kind, Outcome::Kind::kBroken) << attempt.name;
    EXPECT_TRUE(IsExpected(one, attempt.name, at->second))
        << attempt.name << " (" << attempt.text << ") is " << InWords(at->second) << ", not "
        << ExpectedInWords(one, attempt.name);
  }
}

// What is open here and not in docker's container must be named, with its reason.
TEST_P(Hostile, IsRefusedWhatDockerRefuses) {
  const Case& one = GetParam();
  if (!one.like_docker) return;
  const Outcomes& ours = OutcomesOf(one);
  for (const auto& [name, dockers] : OutcomesOf(CaseOf("docker"))) {
    if (dockers.kind != Outcome::Kind::kRefused || KnownOf(one, name) != nullptr) continue;
    EXPECT_EQ(ours.at(name).kind, Outcome::Kind::kRefused) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Case, Hostile, ::testing::ValuesIn(Cases()), [](const auto& info) {
  std::string name;
  for (const char letter : std::string(info.param.name)) {
    if (isalnum(letter)) name += letter;
  }
  return name;
});

// What the testbed's kernel does not have.
TEST(HostileControl, OpensHereWhatTheTestbedDoesNotHave) {
  if (!IsRoot()) GTEST_SKIP() << "needs root";
  std::vector<std::string> names;
  if (access("/sys/fs/cgroup/pids/cgroup.procs", F_OK) == 0) {
    names = {"release-agent", "cgroup-devices", "make-cgroup-v1"};
  }
  if (access("/dev/loop-control", F_OK) == 0) names.emplace_back("loop-control");
  if (names.empty()) GTEST_SKIP() << "no cgroup v1 and no loop devices here";
  const Outcomes outcomes = RunCase(CaseOf("control"), names);
  for (const std::string& name : names) {
    EXPECT_EQ(outcomes.at(name).kind, Outcome::Kind::kOpen) << name;
  }
}

TEST(HostileCases, NameTriesThatThereAre) {
  std::set<std::string> names;
  for (const Attempt& attempt : Attempts()) names.insert(attempt.name);
  for (const Case& one : Cases()) {
    for (const Known& known : one.known)
      EXPECT_TRUE(names.contains(known.attempt)) << known.attempt;
  }
}

// Each is followed by an empty line.
void ExpectTable(const std::string& file, const std::string& table) {
  const std::string first_line = table.substr(0, table.find('\n') + 1);
  EXPECT_EQ(TableOf(ReadText(Runfile(file)), first_line), table) << file;
}

TEST(HostileReadme, HasTheTable) {
  const std::string readme = ReadText(Runfile("tests/hostile/README.md"));
  EXPECT_EQ(WithoutCauses(TableOf(readme, kFirstLine)), TableOfExpectations(Attempts()));
}

TEST(HostileReadme, HasTheReasons) {
  ExpectTable("tests/hostile/README.md", TableOfReasons(Attempts()));
}

TEST(HostileReadme, OfTheProjectHasTheNumbers) {
  ExpectTable("README.md", TableOfNumbers(Attempts()));
}

// SLIPWAY_HOSTILE_TABLE=FILE: the tables, with what came of each try here, for README.md.
class TableWriter : public ::testing::Environment {
 public:
  void TearDown() override {
    const char* file = std::getenv("SLIPWAY_HOSTILE_TABLE");
    if (file == nullptr) return;
    std::map<std::string, Outcomes> all;
    for (const Case& one : Cases()) all[one.name] = OutcomesOf(one);
    std::ofstream(file) << TableOfOutcomes(Attempts(), all) << "\n"
                        << TableOfReasons(Attempts()) << "\n"
                        << TableOfNumbers(Attempts());
  }
};

}  // namespace
}  // namespace slipway::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  ::testing::AddGlobalTestEnvironment(new slipway::testing::TableWriter);
  return slipway::testing::RunContained([] { return RUN_ALL_TESTS(); });
}
