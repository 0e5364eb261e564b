// The runtime is killed, or told that it cannot, at each request that it makes of the kernel for
// the container's interfaces. What it has made by then is gone in the end, and what it has taken is
// back.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plugins/network/links_test.h"

namespace slipway::network {
namespace {

using slipway::testing::RunProgram;
using slipway::testing::RunResult;

class Killed : public Links {
 protected:
  static constexpr char kOptions[] =
      "interfaces: [{host_name: veth7, addresses: [10.1.2.2/24], bridge: br0}, "
      "{type: device, device: wire0}, {type: macvlan, parent: br0}, "
      "{host_addresses: [10.1.3.1/24]}], routes: [{to: default, via: 10.1.2.1}]";
  static constexpr int kMost = 200;  // requests

  void SetUp() override {
    Links::SetUp();
    if (IsSkipped()) return;
    Ip("link add br0 up type bridge");
    Ip("link add wire0 type veth peer name wire1");
  }

  // The names of the devices there; one that comes back is the last that the kernel tells.
  static std::string Sorted() {
    const RunResult result = RunProgram({"/bin/sh", "-c",
                                         "/usr/sbin/ip -br link | cut "
                                         "-d@ -f1 | cut -d' ' -f1 | sort | tr '\n' ' '"});
    return result.out;
  }

  // Runs a container in which this happens to the request with that number. fault: as strace(1)
  // injects it.
  RunResult RunWith(const std::string& fault, int number) {
    test_.MakeRoot();
    std::vector<std::string> argv = {"/usr/bin/strace", "-f", "-o", "/dev/null", "-e",
                                     "trace=sendto",    "-e"};
    argv.push_back("inject=sendto:" + fault + ":when=" + std::to_string(number));
    for (const std::string& word :
         test_.Argv(test_.WriteStages(Stages(kOptions)), {"/bin/true"}, {"--root", State()})) {
      argv.push_back(word);
    }
    return RunProgram(argv);
  }
};

TEST_F(Killed, NothingIsLeftWhereverItIs) {
  const std::string before = Sorted();
  int number = 0;
  while (++number < kMost && RunWith("signal=SIGKILL", number).status != 0) {
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    const RunResult gc = Later({"gc"});
    EXPECT_EQ(gc.status, 0) << number << ": " << gc.err;
    EXPECT_EQ(Sorted(), before) << number;
    test_.ExpectNothingLeft();
  }
  EXPECT_GT(number, 10) << "requests";
  EXPECT_LT(number, kMost);
}

TEST_F(Killed, NothingIsLeftWhateverFails) {
  const std::string before = Sorted();
  int number = 0;
  while (++number < kMost) {
    const RunResult result = RunWith("error=ENOBUFS", number);
    EXPECT_EQ(Sorted(), before) << number << ": " << result.err;
    test_.ExpectNothingLeft();
    if (result.status == 0) break;
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << number << ": " << result.err;
  }
  EXPECT_GT(number, 10) << "requests";
  EXPECT_LT(number, kMost);
}

}  // namespace
}  // namespace slipway::network
