// A command that wants to make use of its init (runtime/init), which has the same user and so can
// be traced by it: it gains nothing that it does not have itself. For both kinds of start.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kProbesStatus = 7;

struct Start {
  const char* name;
  const char* more;  // stages
};
std::ostream& operator<<(std::ostream& out, const Start& start) { return out << start.name; }

class HostileCommand : public ::testing::TestWithParam<Start> {
 protected:
  void SetUp() override {
    test_.MakeRoot();
    fs::copy_file(Runfile("tests/init_probe"), test_.Path("root/bin/probe"));
  }

  // The init has to pass the probe's status on after all.
  void ExpectFromProbe(const std::vector<std::string>& words, const std::string& out) {
    std::vector<std::string> command = {"/bin/probe"};
    command.insert(command.end(), words.begin(), words.end());
    const std::string config = test_.WriteStages(
        "  - uts\n  - pid\n  - mount: {root: root}\n  - proc\n" + std::string(GetParam().more));
    const RunResult result =
        test_.RunContainer(config, command, {}, {"--plugin-dir", Runfile("tests/plugins")});
    EXPECT_EQ(result.out, out) << result.err;
    EXPECT_EQ(result.status, kProbesStatus) << result.err;
  }

  ContainerTest test_;
};

TEST_P(HostileCommand, HasTheRightsAndSurroundingsOfItsInit) {
  ExpectFromProbe({"compare"}, "compared\n");
}

TEST_P(HostileCommand, SeesNothingOfTheHostInItsInit) {
  setenv("SLIPWAY_TEST_SECRET", "correct-horse-battery-staple", 1);
  ExpectFromProbe({"look", "elpats-yrettab-esroh-tcerroc"},
                  "descriptors: 3\nenvironment: 0 bytes\nmemory: read, the secret is not there\n");
  unsetenv("SLIPWAY_TEST_SECRET");
}

// What it looks for would be found.
TEST_P(HostileCommand, SeesItsOwnArgumentsInItsInit) {
  ExpectFromProbe({"look", "eborp"},
                  "descriptors: 3\nenvironment: 0 bytes\nmemory: read, the secret is there\n");
}

TEST_P(HostileCommand, GainsNothingByActingAsItsInit) {
#ifndef __x86_64__
  GTEST_SKIP() << "the probe does not know this processor's registers";
#endif
  ExpectFromProbe({"act"},
                  "acts as process 1\ndescriptors besides the standard ones: 0\n"
                  "session keyring: the same\nparent: 0\n");
}

TEST_P(HostileCommand, CannotChangeTheInitsProgram) {
  ExpectFromProbe({"overwrite"}, "program: as it was\n");
}

INSTANTIATE_TEST_SUITE_P(Start, HostileCommand,
                         ::testing::Values(Start{"Sharing", ""},
                                           Start{"Parked", "  - bad-throws\n"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace slipway::testing
