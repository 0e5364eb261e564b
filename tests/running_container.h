// A container that runs in the background, in a state folder of the test's own, and what other
// processes do with it.

#ifndef SLIPWAY_TESTS_RUNNING_CONTAINER_H_
#define SLIPWAY_TESTS_RUNNING_CONTAINER_H_

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

class RunningContainer : public ::testing::Test {
 protected:
  using Words = std::vector<std::string>;

  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root";
    test_.MakeRoot();
    test_.Write("root/etc/ready", "ready\n");
  }

  void TearDown() override {
    if (container_ == nullptr) return;
    Later({"kill", id(), "KILL"});
    container_->Await();
    // Of a runtime that was killed, the orphans are this test's.
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    Later({"gc"});
    test_.ExpectNothingLeft();
  }

  // Returns once the command runs: `command` says "ready" first.
  void Start(const std::string& stages, const Words& more = {},
             const Words& command = {"/bin/tail", "-f", "/etc/ready"}) {
    id_ = test_.next_id();
    Words flags = {"--root", State()};
    flags.insert(flags.end(), more.begin(), more.end());
    container_ = std::make_unique<Running>(test_.Argv(test_.WriteStages(stages), command, flags));
    ASSERT_TRUE(container_->AwaitOutput("ready\n")) << container_->Await().err;
    AwaitRunning(State());
  }

  void Signal(int signal) const { container_->Signal(signal); }
  RunResult AwaitEnd() { return container_->Await(); }
  // The container may live on, and hold its output open.
  void KillRuntime() const {
    container_->Signal(SIGKILL);
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(container_->pid()), &info, WEXITED | WNOWAIT), 0);
  }

  const std::string& id() const { return id_; }
  std::string State() const { return test_.Path("state"); }

  // The words of another runtime, which knows of the same containers. words: the verb comes first.
  Words Argv(const Words& words) const {
    Words argv = {Runfile("runtime/runtime"), words.front(), "--root", State()};
    argv.insert(argv.end(), words.begin() + 1, words.end());
    return argv;
  }

  RunResult Later(const Words& words) const { return RunProgram(Argv(words)); }

  size_t CountProcesses() const {
    const std::string json = Later({"ps", "--format", "json", id()}).out;
    return static_cast<size_t>(std::count(json.begin(), json.end(), '{'));
  }

  ContainerTest test_;

 private:
  std::string id_;
  std::unique_ptr<Running> container_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_RUNNING_CONTAINER_H_
