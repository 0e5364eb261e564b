// `runtime gc --forget` drops the state of dead containers that nothing can undo any more, and
// leaves what they have left on the machine.

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

class Forget : public LeftBehind {
 protected:
  // The state is gone, and what it stood for is still there.
  void ExpectForgotten() {
    EXPECT_TRUE(fs::is_empty(State()));
    EXPECT_TRUE(fs::exists(test_.Path("records/a")));
    EXPECT_TRUE(fs::exists(test_.Path("records/b")));
    EXPECT_EQ(Log(), "");
    ExpectOutput(Gc(), kNothing);
  }
};

TEST_F(Forget, DropsADeadContainerAndUndoesNothing) {
  LeaveBehind();
  ExpectOutput(Gc({"--forget", id()}), id() + ": forgotten; not undone: 2 steps\n");
  ExpectForgotten();
}

TEST_F(Forget, DropsAContainerWhoseJournalIsDamaged) {
  LeaveBehind();
  Damage();
  ExpectOutput(Gc({"--forget", id()}), id() + ": forgotten\n");
  ExpectForgotten();
}

TEST_F(Forget, DropsAContainerThatCannotBeUndone) {
  LeaveBehind(Config("", "teardown"), Flags());
  EXPECT_EQ(Gc().status, 125);
  ASSERT_TRUE(fs::exists(Journal()));
  ExpectOutput(Gc({"--forget", id()}), id() + ": forgotten; not undone: 2 steps\n");
  EXPECT_TRUE(fs::is_empty(State()));
}

TEST_F(Forget, DropsTheFolderOfARuntimeThatDiedBeforeItsJournal) {
  BeginOnly();
  ExpectOutput(Gc({"--forget", "--dry-run", id()}), id() + ": would be forgotten\n");
  EXPECT_TRUE(fs::exists(State() + "/" + id()));
  ExpectOutput(Gc({"--forget", id()}), id() + ": forgotten\n");
  EXPECT_TRUE(fs::is_empty(State()));
}

TEST_F(Forget, ADryRunChangesNothing) {
  LeaveBehind();
  const std::string journal = ReadText(Journal());
  ExpectOutput(Gc({"--forget", "--dry-run", id()}),
               id() + ": would be forgotten; not undone: 2 steps\n");
  EXPECT_EQ(ReadText(Journal()), journal);
  Damage();
  ExpectOutput(Gc({"--forget", "--dry-run", id()}), id() + ": would be forgotten\n");
  ExpectKept();
}

TEST_F(Forget, RefusesARunningContainer) {
  Running container(test_.Argv(Config(), Stays(), Flags()));
  ASSERT_TRUE(container.AwaitOutput("ready\n"));
  ExpectRefusal(Gc({"--forget", id()}), RunningLine());
  ExpectRefusal(Gc({"--forget", "--dry-run", id()}), RunningLine());
  // The lock tells that it runs, not what its journal says.
  Damage();
  ExpectRefusal(Gc({"--forget", id()}), RunningLine());
  ExpectKept();
  container.Signal(SIGTERM);
  container.Await();
  EXPECT_EQ(Log(), "b\na\n");
}

TEST_F(Forget, RefusesAnIdThatIsNotThereAndDropsTheOthers) {
  LeaveBehind();
  const RunResult result = Gc({"--forget", "nope", id()});
  EXPECT_EQ(result.out, id() + ": forgotten; not undone: 2 steps\n");
  EXPECT_EQ(result.err,
            "runtime: no such container \"nope\" (runtime list shows those that there are; the "
            "state folder is " +
                State() + ")\n");
  EXPECT_EQ(result.status, 125);
  ExpectForgotten();
}

TEST_F(Forget, WithoutIdsIsRefused) {
  LeaveBehind();
  ExpectRefusal(Gc({"--forget"}),
                "--forget needs the ids of the containers to drop (write runtime gc --forget ID)");
  ExpectKept();
}

}  // namespace
}  // namespace slipway::testing
