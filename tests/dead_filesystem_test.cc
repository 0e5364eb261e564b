// A root on a filesystem whose server answers no more, when the command is opened there: who can
// end the runtime, and what is left. As long as the server has the question, the kernel lets nobody
// who waits for it end, not even by SIGKILL.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

class DeadFilesystem : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    if (access("/dev/fuse", R_OK | W_OK) != 0) GTEST_SKIP() << "this machine has no FUSE";
    fs::create_directory(test_.Path("fuse"));
    server_ = std::make_unique<Running>(
        std::vector<std::string>{Runfile("tests/dead_fuse"), test_.Path("fuse")});
    ASSERT_TRUE(server_->AwaitOutput("mounted\n")) << server_->Await().err;
  }

  void TearDown() override {
    if (IsSkipped()) return;
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    test_.ExpectNothingLeft();
  }

  // A start that waits for the server. stages: in front of the root.
  std::unique_ptr<Running> Begin(const std::string& stages) {
    auto runtime = std::make_unique<Running>(
        test_.Argv(test_.WriteStages(stages + "  - mount: {root: fuse}\n"), {"/program"},
                   {"--plugin-dir", Runfile("tests/plugins"), "--root", test_.Path("state")}));
    EXPECT_TRUE(server_->AwaitOutput("asked\n"));
    return runtime;
  }

  // The child holds its output open.
  static int StatusOf(const Running& runtime) {
    siginfo_t info{};
    EXPECT_EQ(waitid(P_PID, static_cast<id_t>(runtime.pid()), &info, WEXITED | WNOWAIT), 0);
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  }

  // What waited for it was killed, and ends.
  void EndServer() {
    server_->Signal(SIGKILL);
    server_->Await();
    EXPECT_EQ(umount2(test_.Path("fuse").c_str(), MNT_DETACH), 0);
  }

  ContainerTest test_;
  std::unique_ptr<Running> server_;
};

// bad-throws has a PostClone, so the child is a copy of the runtime, which itself does not wait.
TEST_F(DeadFilesystem, ASignalEndsARuntimeWhoseChildIsACopyOfIt) {
  const auto runtime = Begin("  - bad-throws\n  - pid\n");
  runtime->Signal(SIGTERM);
  EXPECT_EQ(StatusOf(*runtime), 128 + SIGTERM);
  EndServer();
  const std::string err = runtime->Await().err;
  EXPECT_NE(err.find("warning: the container's process still lives after SIGKILL"),
            std::string::npos)
      << err;
  EXPECT_TRUE(fs::is_empty(test_.Path("state")));
}

TEST_F(DeadFilesystem, SigkillEndsOneThatSharesItsMemoryAndGcUndoesTheRest) {
  const auto runtime = Begin("  - pid\n");
  runtime->Signal(SIGKILL);
  EXPECT_EQ(StatusOf(*runtime), 128 + SIGKILL);
  EndServer();
  runtime->Await();
  const RunResult gc =
      RunProgram({Runfile("runtime/runtime"), "gc", "--root", test_.Path("state")});
  EXPECT_EQ(gc.out, test_.next_id() + ": removed\n") << gc.err;
}

}  // namespace
}  // namespace slipway::testing
