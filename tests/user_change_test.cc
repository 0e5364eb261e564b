// A command that changes its user, as a daemon does that drops root, when the runtime is killed.
// The change takes away the signal that ties a process to its parent: PR_SET_PDEATHSIG(2const).

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <optional>
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
    container_.emplace(test_.Argv(Config(pid),
                                  {"/bin/start-stop-daemon", "-S", "-c", "daemon", "-x", "/bin/sh",
                                   "--", "-c", "id -u; exec tail -f /etc/ready"},
                                  Flags()));
    ASSERT_TRUE(container_->AwaitOutput("65534\nready\n")) << container_->Await().err;
    container_->Signal(SIGKILL);
    siginfo_t info{};
    EXPECT_EQ(waitid(P_PID, static_cast<id_t>(container_->pid()), &info, WEXITED | WNOWAIT), 0);
  }

  // A command that lives on holds the output open.
  void ExpectKilled() {
    EXPECT_EQ(container_->Await().status, 128 + SIGKILL);
    AwaitOrphans();
  }

  std::optional<Running> container_;
};

TEST_F(UserChange, OfACommandBelowAnInitTiesItToTheRuntimeAsBefore) {
  LeaveDaemon("  - pid\n");
  ExpectKilled();
  EXPECT_NE(List().out.find(id() + "  dead   -  "), std::string::npos) << List().out;
  ExpectOutput(Gc(), Undone());
  ExpectUndone();
}

TEST_F(UserChange, WithoutAnInitLeavesItToGc) {
  LeaveDaemon("  - pid: {init: false}\n");
  EXPECT_NE(List().out.find(id() + "  dead, still running  "), std::string::npos) << List().out;
  ExpectOutput(Gc(), Undone());
  ExpectKilled();
  ExpectUndone();
}

}  // namespace
}  // namespace slipway::testing
