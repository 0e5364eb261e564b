// A dead container whose first process does not end after SIGKILL, as a frozen one does not.
//
// Here it is pid 1 of a namespace, which ends after all others in it; one of these is a child of
// the test's, and stays there as a zombie until the test has waited for it.

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

class StillLiving : public LeftBehind {
 protected:
  void SetUp() override {
    LeftBehind::SetUp();
    fs::create_directory(test_.Path("fifos"));
    Words flags = Flags();
    flags.insert(flags.end(), {"--pid-file", test_.Path("pid")});
    Running container(test_.Argv(Config("  - pid\n  - bad-waits: {dir: fifos, hook: teardown}\n"),
                                 Stays(), flags));
    ASSERT_TRUE(container.AwaitOutput("ready\n")) << container.Await().err;
    // A moment after the command runs.
    while (!ReadText(test_.Path("pid")).ends_with('\n')) sched_yield();
    first_ = std::stoi(ReadText(test_.Path("pid")));
    keeper_ = ForkInto(first_);
    container.Signal(SIGKILL);
    EXPECT_EQ(container.Await().status, 128 + SIGKILL);
    // Killed by the first process, which now waits.
    siginfo_t info{};
    EXPECT_EQ(waitid(P_PID, static_cast<id_t>(keeper_), &info, WEXITED | WNOWAIT), 0);
  }

  void LetItEnd() const {
    EXPECT_EQ(waitpid(keeper_, nullptr, 0), keeper_);
    EXPECT_EQ(waitpid(first_, nullptr, 0), first_);
  }

  std::string AllUndone() const { return id() + ": bad-waits: undone: 1 step\n" + Undone(); }

  pid_t first_ = -1;
  pid_t keeper_ = -1;
};

TEST_F(StillLiving, IsListedSo) {
  const std::string pid = std::to_string(first_);
  EXPECT_NE(List().out.find(id() + "  dead, still running  " + pid + "  "), std::string::npos)
      << List().out;
  EXPECT_NE(List("json").out.find("\"state\":\"dead\",\"pid\":" + pid + ","), std::string::npos);
  LetItEnd();
  EXPECT_NE(List().out.find(id() + "  dead   -  "), std::string::npos) << List().out;
  ExpectOutput(Gc(), AllUndone());
  ExpectUndone();
}

TEST_F(StillLiving, IsKeptAndNamedAndUndoneOnceItHasEnded) {
  ExpectRefusal(Gc(), "its first process still lives after SIGKILL \"" + std::to_string(first_) +
                          "\" (it waits for the process " + std::to_string(keeper_) +
                          ": killed, but the parent, " + std::to_string(getpid()) +
                          ", does not wait for the end of it, wait(2))\nruntime: " + KeptLine());
  EXPECT_TRUE(fs::exists(Journal()));
  LetItEnd();
  ExpectOutput(Gc(), AllUndone());
  ExpectUndone();
}

// As a cgroup stage does, which thaws what it removes.
TEST_F(StillLiving, IsUndoneByAStageThatLetsItEnd) {
  ASSERT_EQ(mkfifo(test_.Path("fifos/there").c_str(), 0600), 0);
  ASSERT_EQ(mkfifo(test_.Path("fifos/go").c_str(), 0600), 0);
  Running gc({Runfile("runtime/runtime"), "gc", "--root", State()});
  // Until Teardown has been reached.
  const std::ifstream waiting(test_.Path("fifos/there"));
  LetItEnd();
  std::ofstream(test_.Path("fifos/go")).close();
  ExpectOutput(gc.Await(), AllUndone());
  EXPECT_EQ(Log(), "b\na\n");
  ExpectUndone();
}

}  // namespace
}  // namespace slipway::testing
