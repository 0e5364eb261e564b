// A container that runs in the background, in a state folder of the test's own, and what other
// processes do with it.

#ifndef SLIPWAY_TESTS_RUNNING_CONTAINER_H_
#define SLIPWAY_TESTS_RUNNING_CONTAINER_H_

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

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
    // A moment after the command runs.
    while (Later({"list", "--format", "json"}).out.find("\"running\"") == std::string::npos) {
      sched_yield();
    }
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

  // Until the container has that many processes that run; nobody may wait for one that has ended.
  void AwaitProcesses(size_t count) const {
    while (CountProcesses() != count) sched_yield();
  }

  ContainerTest test_;

 private:
  size_t CountProcesses() const {
    size_t count = 0;
    const std::string json = Later({"ps", "--format", "json", id()}).out;
    for (size_t at = 0; (at = json.find("\"state\":\"", at)) != std::string::npos; ++at) {
      if (json.compare(at, 10, "\"state\":\"Z") != 0) ++count;
    }
    return count;
  }

  std::string id_;
  std::unique_ptr<Running> container_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_RUNNING_CONTAINER_H_
