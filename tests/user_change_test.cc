// A command that changes its user, as a daemon does that drops root, when the runtime is killed. The
// change takes away the signal that ties a process to its parent: PR_SET_PDEATHSIG(2const).

#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"

namespace slipway::testing {
namespace {

class UserChange : public LeftBehind {
 protected:
  void SetUp() override {
    LeftBehind::SetUp();
    test_.Write("root/etc/passwd", "daemon:x:65534:65534::/:/bin/sh\n");
  }

  // Kills the runtime, once the command has said so with its new user.
  void LeaveDaemon(const std::string& pid) {
    Running container(
        test_.Argv(Config(pid),
                   {"/bin/start-stop-daemon", "-S", "-c", "daemon", "-x", "/bin/sh", "--", "-c",
                    "id -u; exec tail -f /etc/ready"},
                   Flags()));
    ASSERT_TRUE(container.AwaitOutput("65534\nready\n")) << container.Await().err;
    container.Signal(SIGKILL);
    EXPECT_EQ(container.Await().status, 128 + SIGKILL);
  }
};

TEST_F(UserChange, OfACommandBelowAnInitTiesItToTheRuntimeAsBefore) {
  LeaveDaemon("  - pid\n");
  AwaitOrphans();
  EXPECT_NE(List().out.find(id() + "  dead   -  "), std::string::npos) << List().out;
  ExpectOutput(Gc(), Undone());
  ExpectUndone();
}

TEST_F(UserChange, WithoutAnInitLeavesItToGc) {
  LeaveDaemon("  - pid: {init: false}\n");
  EXPECT_NE(List().out.find(id() + "  dead, still running  "), std::string::npos) << List().out;
  ExpectOutput(Gc(), Undone());
  AwaitOrphans();
  ExpectUndone();
}

}  // namespace
}  // namespace slipway::testing
